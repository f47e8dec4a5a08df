/** The chain of one replication: may an object pass, and how does every setting stand. */
import { type ReplicationReport, stepKey } from '../../../shared/model/finding.ts';
import type { Replication } from '../../../shared/model/replication.ts';
import type { Proof } from '../../../shared/policy/proof.ts';
import type { ReplicationState } from '../../../shared/policy/replication-state.ts';
import { place } from '../../../shared/text/place.ts';
import { block, labelled, paint, printable, type Style } from '../../../shared/text/text.ts';
import type { Run } from '../run.ts';
import { itemsOf } from '../standing.ts';
import { itemText, type Titles, titleAt } from './item.ts';
import { blockersShown, endText, furtherBlockers, headline } from './overview.ts';
import { proofText } from './proof.ts';

/** What is known of one replication, and where from. */
export interface Explained {
  readonly state: ReplicationState;
  /** When AWS was asked. */
  readonly report?: ReplicationReport;
  readonly run?: Run;
  /** About the file it came from. */
  readonly notes?: readonly string[];
}

/** Settings as links of the chain: in sync, or what is wrong with them. */
function settingsText(
  style: Style,
  report: ReplicationReport,
  replication: Replication | undefined,
  titles: Titles,
): readonly string[] {
  const items = new Map(itemsOf(report).map((item) => [stepKey(item), item]));
  return report.findings.map((finding) => {
    const item = items.get(stepKey(finding));
    if (item) return itemText(style, item, titles, replication);
    return `  ${paint(style, 'green', '✓')} ${titleAt(titles, finding, replication)}  ${paint(style, 'dim', printable(place(finding.resource)))}`;
  });
}

const answers = {
  allowed: { says: 'may replicate', colour: 'green' },
  denied: { says: 'cannot replicate', colour: 'red' },
  'cannot-tell': { says: 'cannot be told', colour: 'yellow' },
} as const;

function stateHeadline(style: Style, { name = 'replication', source, destination }: ReplicationState, proof: Proof): string {
  const { says, colour } = answers[proof.answer];
  const route = `${endText(source)} -> ${endText(destination)}`;
  return `${paint(style, 'bold', printable(name))}  ${paint(style, colour, says)}\n${block(style, paint(style, 'dim', printable(route)), 2)}`;
}

const objectText = (style: Style, { object }: ReplicationState): readonly string[] =>
  object ? [labelled(style, 'object', printable(object.key), 2)] : [];

/** Ends with a line break. */
export function explanationText(style: Style, explained: Explained & { readonly proof: Proof }, titles: Titles): string {
  const { state, report, run, notes = [], proof } = explained;
  const replication = run?.replications.get(report?.name ?? '');
  const settings = report
    ? [
        '',
        paint(style, 'bold', 'Settings'),
        ...settingsText(style, report, replication, titles),
        ...furtherBlockers(style, report, [
          ...proof.hops.flatMap(({ blocker }) => blocker ?? []),
          ...blockersShown(itemsOf(report)),
        ]),
        ...report.advisories
          .filter((note) => !proof.advisories.includes(note))
          .map((note) => labelled(style, 'note', printable(note), 2)),
      ]
    : [];
  return `${[
    report ? headline(style, report, replication) : stateHeadline(style, state, proof),
    ...objectText(style, state),
    '',
    proofText(style, proof),
    ...settings,
    ...notes.map((note) => labelled(style, 'note', printable(note), 2)),
  ].join('\n')}\n`;
}
