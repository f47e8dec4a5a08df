/** The text of `retire`: what goes, what stays, what is in the way. */
import type { Step, StepOutcome } from '../../../shared/model/finding.ts';
import { stepKey } from '../../../shared/model/finding.ts';
import type { Replication } from '../../../shared/model/replication.ts';
import type { Retirement } from '../../../shared/retire.ts';
import { differencesText } from '../../../shared/text/differences.ts';
import { place } from '../../../shared/text/place.ts';
import { block, indent, labelled, paint, printable, type Style } from '../../../shared/text/text.ts';
import { routeText } from './overview.ts';

/** Titles of what is taken away, by aspect. */
export type Titles = ReadonlyMap<string, { readonly title: string }>;

const titleOf = (titles: Titles, aspect: string): string => titles.get(aspect)?.title ?? aspect.replaceAll('-', ' ');

const stepText = (style: Style, step: Step, titles: Titles): string =>
  [
    `  ${paint(style, 'red', '-')} ${paint(style, 'bold', titleOf(titles, step.aspect))}  ${paint(style, 'dim', printable(place(step.resource)))}`,
    indent(differencesText(style, step.differences), 6),
  ].join('\n');

const keptText = (style: Style, { kept }: Retirement): readonly string[] =>
  kept.map(({ resource, because }) =>
    labelled(style, 'stays', printable(resource === undefined ? because : `${because} (${place(resource)})`), 2),
  );

const obstaclesText = (style: Style, { troubles, held }: Retirement, titles: Titles): readonly string[] => [
  ...troubles.map((trouble) => block(style, paint(style, 'red', printable(trouble)), 2)),
  ...held.map(({ aspect, resource, detail }) =>
    labelled(style, 'held', printable(`${titleOf(titles, aspect)} of ${place(resource)}: ${detail}`), 2),
  ),
];

/** Ends with a line break. */
export function retirementText(style: Style, gone: readonly Replication[], retirement: Retirement, titles: Titles): string {
  const { steps, isDone } = retirement;
  return `${[
    ...gone.map((r) => `${paint(style, 'bold', r.name)}\n${block(style, paint(style, 'dim', printable(routeText(r))), 2)}`),
    ...(steps.length > 0 ? ['This will be removed, in this order:'] : isDone ? ['Nothing of Lockstep’s is left in AWS.'] : []),
    ...steps.map((step) => stepText(style, step, titles)),
    ...keptText(style, retirement),
    ...obstaclesText(style, retirement, titles),
    block(style, 'Buckets, keys, objects, versioning and encryption stay as they are, and so does everything of others.', 0),
  ].join('\n')}\n`;
}

function outcomeText(style: Style, outcome: StepOutcome, titles: Titles): string {
  const title = titleOf(titles, outcome.aspect);
  switch (outcome.outcome) {
    case 'repaired':
      return `  ${paint(style, 'green', '✓')} ${title}: removed`;
    case 'written':
      return `  ${paint(style, 'yellow', '✓')} ${title}: removed, but AWS still shows it`;
    case 'failed':
      return `  ${paint(style, 'red', '✗')} ${title}: failed\n${block(style, printable(outcome.detail), 4)}`;
    case 'skipped':
      return `  ${paint(style, 'yellow', '-')} ${title}: skipped\n${block(style, printable(outcome.because), 4)}`;
  }
}

/** Ends with a line break. */
export function retiredText(style: Style, retirement: Retirement, titles: Titles, dropped: readonly string[]): string {
  const { outcomes, isDone } = retirement;
  const last = isDone
    ? `Retired: ${dropped.join(', ')}. The controller has forgotten it; \`lockstep history NAME\` still tells its past.`
    : 'Not retired: something is left, as said above. What was removed stays removed; run it again when the way is free.';
  const refused = outcomes.some(
    (outcome) => outcome.outcome === 'failed' && /AccessDenied|Unauthorized/.test(outcome.error.code),
  );
  const hint = refused
    ? 'The role Lockstep repairs with may not delete policies and roles: use credentials that may, with --no-assume, or name a role of administrators with --healer-role.'
    : '';
  return `${[...outcomes.map((outcome) => outcomeText(style, outcome, titles)), hint, block(style, last, 0)].filter(Boolean).join('\n')}\n`;
}

export const outcomeOf = ({ outcomes }: Retirement, step: Step): StepOutcome['outcome'] | undefined =>
  outcomes.find((outcome) => stepKey(outcome) === stepKey(step))?.outcome;
