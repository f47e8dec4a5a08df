/** Aspects turned round: what they aim at is that nothing of ours is left which nobody wants. */
import type { Aspect, NonEmpty, Read, Retire } from '../aspects/aspect.ts';
import type { Observed, ResourceRef } from '../model/finding.ts';
import type { Replication } from '../model/replication.ts';

/** Desired: what those that end wanted, and what those that stay want. Observed: what is there. */
export interface Ending<V = unknown> {
  readonly gone?: V;
  readonly staying?: V;
  /** undefined: not set, or the resource is gone. */
  readonly value?: V | undefined;
  /** Why all of it stays. */
  readonly kept?: string | undefined;
}

export interface EndingAspect extends Aspect<Ending> {
  /** Why something of ours stays here; undefined: nothing does, or others still want it. */
  keptBecause(desired: Ending, observed: Ending): string | undefined;
}

/** Why a resource must stay as it is, by its ARN. */
export type Uses = ReadonlyMap<string, string>;

type Retirable = Aspect<unknown> & { readonly retire: Retire<unknown> };

export const isRetirable = (aspect: Aspect<unknown>): aspect is Retirable => aspect.retire !== undefined;

/** Nothing there is nothing to take away. */
export const orNothing =
  <V>(read: Read<V>): Read<Ending<V>> =>
  async (get): Promise<Observed<Ending<V>>> => {
    const observed = await read(get);
    if (observed.status === 'unreadable') return observed;
    return { status: 'present', value: observed.status === 'present' ? { value: observed.value } : {} };
  };

const leftOf = (retire: Retire<unknown>, { gone, staying, kept }: Ending, { value }: Ending, on: ResourceRef): unknown =>
  kept === undefined && value !== undefined ? retire.leave(gone, staying, value, on) : value;

/**
 * @param staying those that go on
 * @param after names of the aspects whose end must be in place first
 */
export function ending(aspect: Retirable, staying: readonly Replication[], uses: Uses, after: readonly string[]): EndingAspect {
  const { retire } = aspect;
  return {
    ...aspect,
    after,
    desired(gone, on) {
      const [first, ...others] = staying.filter((r) => aspect.resources(r).some(({ arn }) => arn === on.arn));
      const sharers: NonEmpty<Replication> | undefined = first && [first, ...others];
      return {
        gone: aspect.desired(gone, on),
        // What those that stay desire is what the next pass would write: rules of others cannot lean on more than that.
        ...(sharers ? { staying: aspect.desired(sharers, on) } : uses.has(on.arn) && { kept: uses.get(on.arn) }),
      };
    },
    read: (on) => orNothing(aspect.read(on)),
    diff: (desired, observed = {}, on) =>
      observed.value === undefined ? [] : retire.differences(leftOf(retire, desired, observed, on), observed.value),
    merge: (desired, observed = {}, on) => ({ value: leftOf(retire, desired, observed, on) }),
    write: (on, { value: left }, observed = {}) =>
      retire.isEmpty(left) ? retire.remove(on) : aspect.write(on, left, observed.value),
    keptBecause: ({ kept }, { value }) => (value === undefined ? undefined : kept),
    concernedBy: undefined,
    follows: undefined,
    // These belong to the aspect as it was.
    blockedBy: undefined,
    narrow: undefined,
    refuse: undefined,
    retire: undefined,
  };
}
