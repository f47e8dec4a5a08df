import type { Answer, Call } from '../calls.ts';
import { type Change, type Here, isSame, tagMap } from '../resource-type.ts';

type Operation = Parameters<Call>[0];

interface Tagging {
  readonly tag: Operation;
  readonly untag: Operation;
  /** The members that name the resource. */
  readonly on: Answer;
  /** As a list of `Key` and `Value` unless it says otherwise. */
  readonly form?: (tags: Readonly<Record<string, string>>) => unknown;
}

export const tagList = (tags: Readonly<Record<string, string>>): unknown =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** Brings a resource's tags from what they were to what they are to be. */
export async function retag(
  { before, wanted }: Change,
  { call }: Here,
  { tag, untag, on, form = tagList }: Tagging,
): Promise<void> {
  const [old, tags] = [tagMap(before.Tags), tagMap(wanted.Tags)];
  if (isSame(old, tags)) return;
  const lost = Object.keys(old).filter((key) => !(key in tags));
  if (lost.length > 0) await call(untag, { ...on, TagKeys: lost });
  if (Object.keys(tags).length > 0) await call(tag, { ...on, Tags: form(tags) });
}
