import type { Replication } from '../../../shared/model/replication.ts';
import type { Side } from '../../../shared/model/sides.ts';
import { place } from '../../../shared/text/place.ts';
import { printable } from '../../../shared/text/text.ts';
import { openAccess } from '../access.ts';
import { type Cli, printJson } from '../cli.ts';
import { loadDocuments, replicationsOf } from '../documents.ts';
import { CommandFailure, type ExitCode, exitCode } from '../failure.ts';
import { flatResource } from '../run-json.ts';
import { groupsWith, insistOnNames } from '../selection.ts';
import { type RequiredSetting, requiredSettings } from '../settings.ts';

import type { PlanOptions } from './plan.ts';

export interface RenderOptions extends PlanOptions {
  /** undefined: both. */
  readonly side?: Side;
}

const instructions = {
  add: 'Add this to what is there; keep what others need.',
  set: 'Set it to this.',
} as const;

function settingText(setting: RequiredSetting): string {
  return [
    `# ${setting.side}: ${setting.setting} of ${place(setting.resource)}`,
    `# For ${setting.replications.join(', ')}. ${instructions[setting.how]}`,
    JSON.stringify(setting.document, null, 2),
  ]
    .map(printable)
    .join('\n');
}

const isUnresolved = ({ source, destination }: Replication): boolean =>
  [source.key, ...source.furtherKeys, destination.key].some(({ arn }) => arn === undefined);

/** Keys named by an alias are looked up; where Lockstep cannot look, the document has to name the key itself. */
async function resolved(cli: Cli, options: RenderOptions, replications: readonly Replication[]): Promise<readonly Replication[]> {
  if (!replications.some(isUnresolved)) return replications;
  const { resolveKeys } = await cli.core.keys();
  const { observer } = await openAccess(cli, options, false);
  const found = await resolveKeys(replications, observer);
  const key = found
    .flatMap(({ source, destination }) => [source.key, ...source.furtherKeys, destination.key])
    .find(({ arn }) => arn === undefined);
  if (!key) return found;
  throw new CommandFailure(`The key behind ${key.named} is not known${key.unresolved ? `: ${key.unresolved.reason}` : '.'}`, {
    hint: 'Policies name the key itself: put its key ARN into the document.',
  });
}

async function settings(cli: Cli, options: RenderOptions): Promise<readonly RequiredSetting[]> {
  const [{ groupsOf }, { aspects }] = await Promise.all([cli.core.groups(), cli.core.aspects()]);
  const loaded = await loadDocuments(cli, options);
  insistOnNames(replicationsOf(loaded), options.replications);
  const groups = groupsWith(groupsOf(await resolved(cli, options, replicationsOf(loaded))), options.replications);
  return groups
    .flatMap((group) => requiredSettings(group, aspects))
    .filter(({ side }) => options.side === undefined || side === options.side);
}

/** Prints what each side needs, for owners who set it up themselves. Asks AWS only for keys that are named by an alias. */
export async function render(cli: Cli, options: RenderOptions): Promise<ExitCode> {
  const all = await settings(cli, options);
  if (options.json)
    printJson(cli, {
      version: 1,
      command: 'render',
      settings: all.map((one) => ({ ...one, resource: flatResource(one.resource) })),
    });
  else cli.terminal.stdout.write(`${all.map(settingText).join('\n\n')}\n`);
  return exitCode.inSync;
}
