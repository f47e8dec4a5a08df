/** A round over many things that need not all fit into one invocation. */
import pLimit from 'p-limit';
import type { Controller } from './ports.ts';

export interface Round {
  /** Looked at together. */
  readonly atOnce: number;
  /** Milliseconds after which nothing further is begun. */
  readonly longest: number;
}

/**
 * Looks at each in an order of chance, so that what does not fit into one sweep has its turn in another.
 *
 * @returns what was found, in that order; fewer than there are items when the time was up
 * @throws what a look throws
 */
export async function inRotation<T, R>(
  { now, random }: Pick<Controller, 'now' | 'random'>,
  items: readonly T[],
  { atOnce, longest }: Round,
  look: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const limit = pLimit(atOnce);
  const until = now().getTime() + longest;
  const first = Math.floor(random() * items.length);
  const turned = [...items.slice(first), ...items.slice(0, first)];
  const found = turned.map((item) => limit(async () => (now().getTime() < until ? [await look(item)] : [])));
  return (await Promise.all(found)).flat();
}
