/** How resources go. */
import { isGone, messageOf } from './calls.ts';
import type { Leftover } from './deployed.ts';
import type { Kept } from './stack-state.ts';
import { type Turn, typeOf } from './turn.ts';

/** What was replaced, and what the template no longer has. What cannot be removed stays, as in AWS, where the update is complete all the same. */
export async function dropRest(turn: Turn): Promise<readonly Leftover[]> {
  const gone = [...turn.before.values()].filter(({ logicalId }) => !turn.now.has(logicalId)).reverse();
  const replaced = await dropAll(turn.replaced.reverse(), 'updateReplacePolicy', turn.hereFor);
  return [...replaced, ...(await dropAll(gone, 'deletionPolicy', turn.hereFor))];
}

/** In the order given. What somebody else has taken away already counts as gone. @returns what stayed */
export async function dropAll(
  all: readonly Kept[],
  policy: 'deletionPolicy' | 'updateReplacePolicy',
  hereFor: Turn['hereFor'],
): Promise<readonly Leftover[]> {
  const left: Leftover[] = [];
  for (const kept of all) {
    if (kept[policy] !== 'Delete') {
      left.push(
        leftover(kept, `its ${policy === 'deletionPolicy' ? 'DeletionPolicy' : 'UpdateReplacePolicy'} is ${kept[policy]}`),
      );
      continue;
    }
    try {
      await typeOf(kept.type).remove(kept.made, kept.properties, hereFor(kept.logicalId));
    } catch (error) {
      if (!isGone(error)) left.push(leftover(kept, messageOf(error)));
    }
  }
  return left;
}

export const leftover = ({ logicalId, type, made }: Kept, because: string): Leftover => ({
  logicalId,
  type,
  id: made.id,
  because,
});
