/** The chain of one replication, hop by hop. */
import type { ProofHop, ReplicationReport } from '../../../shared/model/finding.ts';
import type { Replication } from '../../../shared/model/replication.ts';
import { itemsOf } from '../standing.ts';
import { blockerText, distinctBlockers } from './blocker.ts';
import { itemText, place, type Titles, titleAt } from './item.ts';
import { headline } from './overview.ts';
import { block, labelled, paint, printable, type Style } from './text.ts';

const looks = {
  allowed: { sign: '✓', colour: 'green' },
  denied: { sign: '✗', colour: 'red' },
  'cannot-tell': { sign: '?', colour: 'yellow' },
} as const;

const hopTitles: Readonly<Record<string, string>> = {
  attempted: 'S3 attempts the object',
  'assume-role': 'S3 assumes the replication role',
  'read-configuration': 'the role reads the replication configuration',
  'read-objects': 'the role reads source objects',
  'decrypt-source': 'the role decrypts with the source key',
  replicate: 'the role writes replicas to the destination',
  'override-owner': 'the role hands replicas to the destination account',
  'encrypt-destination': 'the role encrypts with the destination key',
};

function hopText(style: Style, { hop, answer, because, blocker }: ProofHop): string {
  const { sign, colour } = looks[answer];
  return [
    `  ${paint(style, colour, sign)} ${paint(style, 'bold', printable(hopTitles[hop] ?? hop.replaceAll('-', ' ')))}`,
    block(style, paint(style, answer === 'allowed' ? 'dim' : colour, printable(because)), 4),
    ...(blocker ? [blockerText(style, blocker, 4, because)] : []),
  ].join('\n');
}

/** Settings as links of the chain: in sync, or what is wrong with them. */
function settingsText(
  style: Style,
  report: ReplicationReport,
  replication: Replication | undefined,
  titles: Titles,
): readonly string[] {
  const items = new Map(itemsOf(report).map((item) => [`${item.aspect} ${item.resource.arn}`, item]));
  return report.findings.map((finding) => {
    const item = items.get(`${finding.aspect} ${finding.resource.arn}`);
    if (item) return itemText(style, item, titles, replication);
    return `  ${paint(style, 'green', '✓')} ${titleAt(titles, finding, replication)}  ${paint(style, 'dim', printable(place(finding.resource)))}`;
  });
}

function furtherBlockers(style: Style, report: ReplicationReport): readonly string[] {
  const told = [
    ...report.proof.flatMap(({ blocker }) => blocker ?? []),
    ...itemsOf(report).flatMap((item) => (item.standing === 'blocked' ? [item.blocker] : [])),
  ];
  const shown = new Set(told.map((blocker) => JSON.stringify(blocker)));
  const others = distinctBlockers(report.blockers).filter((blocker) => !shown.has(JSON.stringify(blocker)));
  return others.map(
    (blocker) => `  ${paint(style, 'red', '✗')} ${paint(style, 'bold', 'blocked')}\n${blockerText(style, blocker, 4)}`,
  );
}

/** Ends with a line break. */
export function explanationText(
  style: Style,
  report: ReplicationReport,
  replication: Replication | undefined,
  titles: Titles,
): string {
  const proof =
    report.proof.length === 0
      ? []
      : [paint(style, 'bold', 'May an object pass?'), ...report.proof.map((hop) => hopText(style, hop)), ''];
  return `${[
    headline(style, report, replication),
    '',
    ...proof,
    paint(style, 'bold', 'Settings'),
    ...settingsText(style, report, replication, titles),
    ...furtherBlockers(style, report),
    ...report.advisories.map((note) => labelled(style, 'note', printable(note), 2)),
  ].join('\n')}\n`;
}
