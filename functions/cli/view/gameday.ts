/** The text of `gameday`: what will be broken, the timeline as it comes, what came and what did not. */
import type { Undone } from '../../../shared/gameday/act.ts';
import type { Moment } from '../../../shared/gameday/moments.ts';
import type { Play, Played } from '../../../shared/gameday/play.ts';
import type { AwsCall } from '../../../shared/model/aws-call.ts';
import type { Replication } from '../../../shared/model/replication.ts';
import { compactJson } from '../../../shared/text/compact-json.ts';
import { block, indent, labelled, paint, printable, type Style } from '../../../shared/text/text.ts';
import { instantText } from '../../../shared/text/time.ts';
import { routeText } from './overview.ts';

const endings = {
  blocked: 'the controller calls it blocked, names the statement and leaves it alone, for it is not its own',
  repaired: 'the controller puts it right by itself',
} as const;

const bad: ReadonlySet<Moment['kind']> = new Set(['broken', 'blocked', 'repair-failed', 'probe-failed', 'alarm']);

/** Ends with a line break. */
export function announcement(
  style: Style,
  { experiment, scene, minutes, probe, mark }: Play,
  callers: ReadonlyMap<string, string>,
  others: readonly Replication[],
): string {
  const { replication: r } = scene;
  const line = (label: string, text: string): string => labelled(style, label, printable(text), 2);
  const written = `Objects written to ${r.source.bucket} meanwhile are not replicated by themselves afterwards: \`lockstep history ${r.name}\` names the time, S3 Batch Replication carries them over.`;
  const probes = `Objects are written below lockstep-gameday/ and deleted again, version by version, in both buckets.`;
  return `${[
    `${paint(style, 'bold', 'Game day')} ${paint(style, 'bold', r.name)}: ${experiment.name}`,
    block(style, paint(style, 'dim', printable(routeText(r))), 2),
    line('breaks', experiment.breaks(scene)),
    line('expected', endings[experiment.ending(scene)]),
    line('undone', `${experiment.reversible} After ${minutes} min at the latest.`),
    line('objects', written),
    ...(probe ? [line('probe', probes)] : []),
    ...(others.length > 0
      ? [line('beside it', `${others.map(({ name }) => name).join(', ')} share the setting and keep their part`)]
      : []),
    ...[...callers].map(([account, caller]) => line(`as`, `${caller} in account ${account}`)),
    line('mark', mark.sid),
  ].join('\n')}\n\n`;
}

/** One line of the timeline, with its line break. */
export function momentText(style: Style, { kind, seconds, says }: Moment): string {
  const time = `+${seconds.toFixed(1)} s`.padStart(10);
  const head = paint(style, bad.has(kind) ? 'red' : 'green', kind.padEnd(14));
  const [first = '', ...rest] = block(style, printable(says), 26).split('\n');
  return `${[`${paint(style, 'dim', time)}  ${head}${first.trimStart()}`, ...rest].join('\n')}\n`;
}

/** Ends with a line break. */
export function rehearsalText(style: Style, calls: readonly AwsCall[]): string {
  const shown = calls.map(({ operation, account, region, input }) =>
    [
      `  ${paint(style, 'bold', operation)} in account ${account}, ${region}`,
      indent(printable(compactJson(input, style.width - 4)), 4),
    ].join('\n'),
  );
  return `${['This would be sent:', ...shown, 'Nothing was changed.'].join('\n')}\n`;
}

/** Ends with a line break. */
export function outcomeText(
  style: Style,
  { scene, minutes }: Play,
  { missing, notes, timeline, brokenAt, wasStopped, trouble }: Played,
): string {
  const { name, source } = scene.replication;
  const end = timeline.find(({ kind }) => kind === 'proven')?.at;
  const window = `from ${instantText(brokenAt)} ${end === undefined ? 'on' : `until ${instantText(end)}`}`;
  const lost = missing.flatMap(({ expected, look }) => [
    `  ${paint(style, 'red', '✗')} ${expected}`,
    labelled(style, 'look at', look.replaceAll('NAME', name), 4),
  ]);
  const verdict =
    missing.length === 0 ? paint(style, 'green', 'Everything came that was expected.') : `Not all came within ${minutes} min:`;
  const isBroken = timeline.some(({ kind }) => kind === 'broken');
  const said =
    trouble !== undefined ? 'Broken off, and undone.' : isBroken ? 'Stopped, and undone.' : 'Stopped before anything was broken.';
  const missed = `Objects written to ${source.bucket} ${window} may be missing at the destination.`;
  return `${[
    '',
    ...(wasStopped || trouble !== undefined ? [said] : [verdict, ...lost]),
    ...notes.map((note) => block(style, printable(note), 0)),
    ...(isBroken ? [block(style, printable(missed), 0)] : []),
  ].join('\n')}\n`;
}

/** For scripts. */
export function gamedayJson({ experiment, scene, minutes, mark }: Play, played: Played) {
  const { trouble, ...rest } = played;
  return {
    ...{ version: 1, command: 'gameday', dryRun: false, replication: scene.replication.name, experiment: experiment.name },
    ...{ minutes, mark: mark.sid, ...rest },
    ...(trouble instanceof Error && { trouble: trouble.message }),
  };
}

export type CleanedUp = { readonly experiment: string } & Undone;

/** Ends with a line break. */
export function cleanedUpText(style: Style, name: string, cleaned: readonly CleanedUp[]): string {
  const lines = cleaned.map((one) => {
    const says = 'failed' in one ? `failed: ${one.failed}` : one.how === 'undone' ? 'undone' : 'nothing left';
    return labelled(style, one.experiment, printable(says), 2);
  });
  return `${[`Game days of ${name}:`, ...lines].join('\n')}\n`;
}
