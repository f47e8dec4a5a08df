/** Who edited what, asked for where it will be told. */
import type { Controller } from '../ports.ts';
import { editedBy, type Judged } from './records.ts';

/** CloudTrail answers two lookups a second: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html */
const lookups = 3;

/** Names the editors of a few documents; those that are in trouble are asked for first. Never throws. */
export async function withEditors(
  judged: readonly Judged[],
  { editorOf }: Pick<Controller, 'editorOf'>,
): Promise<readonly Judged[]> {
  const edited = judged.filter(({ edit }) => edit !== undefined);
  const troubled = edited.filter(({ outcome }) => outcome.kind !== 'accepted');
  const asked = [...new Set([...troubled, ...edited])].slice(0, lookups);
  const named = new Map<Judged, Judged>(edited.map((one) => [one, editedBy(one, undefined)]));
  // One after the other, for the lookups are counted by the second.
  for (const one of asked) if (one.edit !== undefined) named.set(one, editedBy(one, await editorOf?.(one.edit)));
  return judged.map((one) => named.get(one) ?? one);
}
