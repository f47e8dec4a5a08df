/** The permission proof of one replication, hop by hop. */
import type { MissingStatement } from '../../../shared/policy/evaluate.ts';
import type { Hop, Proof } from '../../../shared/policy/proof.ts';
import { blockerText, quoted } from '../../../shared/text/blocker.ts';
import { block, indent, labelled, paint, printable, type Style } from '../../../shared/text/text.ts';

const looks = {
  allowed: { sign: '✓', colour: 'green' },
  denied: { sign: '✗', colour: 'red' },
  'cannot-tell': { sign: '?', colour: 'yellow' },
} as const;

const hopTitles: Readonly<Record<Hop['hop'], string>> = {
  attempted: 'S3 attempts the object',
  'assume-role': 'S3 assumes the replication role',
  'read-configuration': 'the role reads the replication configuration',
  'read-objects': 'the role reads source objects',
  'decrypt-source': 'the role decrypts with the source key',
  replicate: 'the role writes replicas to the destination',
  'override-owner': 'the role hands replicas to the destination account',
  'encrypt-destination': 'the role encrypts with the destination key',
};

function missingText(style: Style, { policy, account, statement }: MissingStatement): string {
  const where = `Add to the ${policy} (account ${account}):`;
  return `${labelled(style, 'missing', printable(where), 4)}\n${indent(quoted(style, statement), 4)}`;
}

/** What stands in the way: the statement that decides, and what is missing and where it belongs. */
function wayOut(style: Style, { missing, blocker, deciding, because }: Hop): readonly string[] {
  const added = missing.map((one) => missingText(style, one));
  if (blocker && (deciding || added.length === 0)) return [blockerText(style, blocker, 4, because), ...added];
  if (blocker || !deciding) return added;
  const owner = `${deciding.policy} (account ${deciding.account})`;
  return [
    labelled(style, 'whose', printable(owner), 4),
    ...(deciding.statement === undefined ? [] : [indent(quoted(style, deciding.statement), 4)]),
    ...added,
  ];
}

/** Other calls of the hop that are forbidden, by other statements. */
function alsoDenied(style: Style, { calls, because, answer, deciding }: Hop): readonly string[] {
  if (answer !== 'denied') return [];
  const isOther = (ref: Hop['deciding']): boolean => ref?.policy !== deciding?.policy || ref?.index !== deciding?.index;
  const others = calls.filter(
    ({ decision }) => decision.by === 'explicit-deny' && decision.because !== because && isOther(decision.deciding),
  );
  return [...new Set(others.map(({ decision }) => decision.because))].map((text) => labelled(style, 'also', printable(text), 4));
}

function reported(style: Style, { answer, failureReason, hop }: Hop): readonly string[] {
  if (answer !== 'denied') return [];
  if (failureReason !== undefined) return [labelled(style, 'S3 reports', failureReason, 4)];
  return hop === 'attempted' ? [labelled(style, 'S3 reports', 'nothing: it fails in silence', 4)] : [];
}

function hopText(style: Style, hop: Hop): string {
  const { sign, colour } = looks[hop.answer];
  const isAllowed = hop.answer === 'allowed';
  return [
    `  ${paint(style, colour, sign)} ${paint(style, 'bold', hopTitles[hop.hop])}`,
    block(style, paint(style, isAllowed ? 'dim' : colour, printable(hop.because)), 4),
    ...(isAllowed ? [] : [...wayOut(style, hop), ...alsoDenied(style, hop), ...reported(style, hop)]),
  ].join('\n');
}

const notReadText = (style: Style, { notRead }: Proof): readonly string[] =>
  notRead.length === 0
    ? []
    : [
        labelled(
          style,
          'not read',
          `${printable(notRead.join(', '))}. The answer is without them: --organization reads them, --organization-file gives them.`,
          2,
        ),
      ];

export function proofText(style: Style, proof: Proof): string {
  const [attempted, ...hops] = proof.hops;
  return [
    paint(style, 'bold', 'Would an object be attempted, and under which key?'),
    ...(attempted ? [hopText(style, attempted)] : []),
    '',
    paint(style, 'bold', 'May it pass?'),
    ...hops.map((hop) => hopText(style, hop)),
    ...proof.advisories.map((note) => labelled(style, 'note', printable(note), 2)),
    ...notReadText(style, proof),
  ].join('\n');
}
