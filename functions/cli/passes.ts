/** Reconciles every group a run concerns, several at a time, and gathers what they report. */
import pLimit from 'p-limit';
import type { ReplicationReport } from '../../shared/model/finding.ts';
import type { Group } from '../../shared/model/replication.ts';
import type { Progress, ReconcileOptions } from '../../shared/reconcile.ts';
import { type Access, type AccessOptions, openAccess } from './access.ts';
import type { Cli } from './cli.ts';
import { type Loaded, replicationsOf } from './documents.ts';
import { CommandFailure } from './failure.ts';
import { accountsFor, type OrganizationOptions } from './organization.ts';
import { progressOn } from './progress.ts';
import type { Run, Trouble } from './run.ts';
import { groupsWith, insistOnNames, type Overlap, overlapOf } from './selection.ts';

const groupsAtOnce = 8;

export interface PassOptions extends AccessOptions, OrganizationOptions {
  readonly json: boolean;
  /** Told of every proof. */
  readonly onProof?: ReconcileOptions['onProof'];
  readonly replications: readonly string[];
}

const stageWords = { observe: 'reading', apply: 'repairing', confirm: 'reading back' } as const;

function progressLine({ stage, group, done, total, what }: Progress, ended: number, groups: number): string {
  const overall = groups > 1 ? `${ended} of ${groups} groups  ` : '';
  return `${overall}${group}: ${stageWords[stage]} ${done} of ${total}${what === undefined ? '' : `  ${what}`}`;
}

const namesIn = (group: Group | undefined): readonly string[] => group?.replications.map(({ name }) => name) ?? [];

const keptBack = (group: Group, { document, resource }: Overlap): Trouble => ({
  group: group.id,
  replications: namesIn(group),
  message: `${resource} is also named in ${document}, which is invalid: what it wants there is not known, so nothing is written until it is valid again.`,
});

const crashed = (group: Group | undefined, reason: unknown): Trouble => ({
  group: group?.id ?? '',
  replications: namesIn(group),
  message: reason instanceof Error ? reason.message : String(reason),
});

const byName = (a: ReplicationReport, b: ReplicationReport): number => (a.name < b.name ? -1 : 1);

interface Pass {
  readonly group: Group;
  /** Why it must not be written to. */
  readonly overlap: Overlap | undefined;
}

type PassSettings = Pick<ReconcileOptions, 'write' | 'accounts' | 'onProof'> & Pick<PassOptions, 'json'>;

/** Reports of every group that came to an end, in the order of the groups; what broke off instead. */
async function runPasses(cli: Cli, passes: readonly Pass[], access: Access, settings: PassSettings) {
  const { json, write, accounts, onProof } = settings;
  const { reconcile } = await cli.core.reconcile();
  const progress = progressOn(cli.terminal, json);
  let ended = 0;
  const one = async ({ group, overlap }: Pass): Promise<readonly ReplicationReport[]> => {
    const onProgress = (event: Progress) => progress.show(progressLine(event, ended, passes.length));
    const { observer, healer } = access;
    const mayWrite = write && overlap === undefined;
    const reports = await reconcile(group, {
      ...{ observer, healer, write: mayWrite, wait: cli.wait, now: cli.now, onProgress },
      ...(accounts && { accounts }),
      ...(onProof && { onProof }),
    });
    ended += 1;
    return reports;
  };
  const limit = pLimit(groupsAtOnce);
  const settled = await Promise.allSettled(passes.map((pass) => limit(() => one(pass))));
  progress.clear();
  return settled;
}

/** Without any credentials every single read fails for the same reason: that is told once, not for each. */
function insistOnCredentials(reports: readonly ReplicationReport[]): void {
  const errors = reports.flatMap(({ findings }) =>
    findings.map((finding) => (finding.verdict === 'unreadable' ? finding.error : undefined)),
  );
  const [first] = errors;
  if (first !== undefined && errors.every((error) => error?.code === 'NoCredentials')) throw new CommandFailure(first.message);
}

/** Never rejects for one group: what went wrong there is a trouble of the run, the others go on. */
export async function reconcileAll(cli: Cli, loaded: Loaded, options: PassOptions, write: boolean): Promise<Run> {
  const [{ groupsOf }, { resolveKeys }, { readingOnce }] = await Promise.all([
    cli.core.groups(),
    cli.core.keys(),
    cli.core.observe(),
  ]);
  insistOnNames(replicationsOf(loaded), options.replications);
  const opened = await openAccess(cli, options, write);
  // What resolving an alias already read need not be read again.
  const access = { ...opened, observer: readingOnce(opened.observer) };
  // Before grouping: an alias in one document and an ARN in another may be one key.
  const replications = await resolveKeys(replicationsOf(loaded), access.observer);
  const groups = groupsWith(groupsOf(replications), options.replications);
  const passes = groups.map((group): Pass => ({ group, overlap: overlapOf(group, loaded.rejected) }));
  const concerned = groups.flatMap((group) => group.replications);
  const accounts = await accountsFor(cli, concerned, options);
  const { json, onProof } = options;
  const settled = await runPasses(cli, passes, access, { json, write, accounts, onProof });
  insistOnCredentials(settled.flatMap((end) => (end.status === 'fulfilled' ? end.value : [])));
  return {
    command: write ? 'apply' : 'plan',
    reports: settled.flatMap((end) => (end.status === 'fulfilled' ? end.value : [])).sort(byName),
    replications: new Map(replications.map((replication) => [replication.name, replication])),
    rejected: loaded.rejected.map(({ document, faults }) => ({ document, faults })),
    notes: loaded.accepted.flatMap(({ notes }) => notes),
    troubles: [
      ...passes.flatMap(({ group, overlap }) => (overlap ? [keptBack(group, overlap)] : [])),
      ...settled.flatMap((end, index) => (end.status === 'rejected' ? [crashed(groups[index], end.reason)] : [])),
    ],
    calls: { ...access.counts() },
  };
}
