/** Which groups a run concerns, and which of them it must not write to. Pure. */
import type { Group, Replication } from '../../shared/model/replication.ts';
import type { RejectedText } from './documents.ts';
import { CommandFailure } from './failure.ts';

/** @throws CommandFailure when a name is not in the documents */
export function insistOnNames(replications: readonly Replication[], names: readonly string[]): void {
  const known = replications.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new CommandFailure(`There is no replication ${unknown.map((name) => `"${name}"`).join(', ')} in the documents.`, {
    hint:
      known.length > 20 ? `The documents hold ${known.length} replications.` : `The documents hold: ${known.sort().join(', ')}.`,
  });
}

/**
 * The groups that hold a named replication; all of them without names. A replication is never reconciled without those it shares a
 * bucket, key or role with, since what is right there depends on all of them.
 */
export const groupsWith = (groups: readonly Group[], names: readonly string[]): readonly Group[] =>
  names.length === 0 ? groups : groups.filter(({ replications }) => replications.some(({ name }) => names.includes(name)));

const partOfName = /[\w.-]/;

function names(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const [before = ' ', after = ' '] = [text[at - 1], text[at + word.length]];
    if (!partOfName.test(before) && !partOfName.test(after)) return true;
  }
  return false;
}

const resourcesOf = ({ source, destination, role }: Replication): readonly string[] => [
  source.bucket,
  destination.bucket,
  role.name,
  ...[source.key, ...source.furtherKeys, destination.key].flatMap(({ named, arn }) =>
    arn === undefined ? [named] : [named, arn],
  ),
];

export interface Overlap {
  readonly document: string;
  readonly resource: string;
}

/**
 * An invalid document may still have a rightful share in a policy: one that was valid before. What it names is not written to, since a
 * repair would take that share away.
 *
 * @returns the first resource of the group that an invalid document names
 */
export function overlapOf(group: Group, rejected: readonly RejectedText[]): Overlap | undefined {
  for (const { document, text } of rejected) {
    const resource = group.replications.flatMap(resourcesOf).find((name) => names(text, name));
    if (resource !== undefined) return { document, resource };
  }
  return undefined;
}
