/**
 * Everything that can go wrong between a client and AWS, on demand and repeatably: the same seed, the same rules and the same calls
 * make the same trouble.
 */
import type { Interceptor } from '../wire/dispatch.ts';
import { type FaultRuleState, type Faults, newFaults } from './faults.ts';
import type { FaultRule } from './rule.ts';
import { answeringLate } from './stale-reads.ts';
import { hidingPrincipals } from './unseen-principals.ts';

export type { FaultRule, FaultRuleState };

/** Eventual consistency. Times are by the clock of the local AWS; what is left out is 0, so that everything is seen at once. */
export interface Consistency {
  /** Seconds until policies of S3, KMS, SQS, SNS and IAM can name a new role or user, and STS can assume it. */
  readonly principalVisibleAfter?: number;
  /** Seconds after a write for which reads of bucket settings, key policies and key states may answer what was there before. */
  readonly staleReadsFor?: number;
  /** Share of those reads that do; half by default. */
  readonly staleShare?: number;
  /** Which of them; by default the seed of all trouble. */
  readonly seed?: number;
}

export interface TroubleOptions {
  /** Of everything that is left to chance; 1 by default. */
  readonly seed?: number;
  readonly consistency?: Consistency;
  readonly faults?: readonly FaultRule[];
}

export interface Trouble extends Faults {
  /** From now on; undefined: everything is seen at once. What is not yet seen stays so until its time is over. */
  setConsistency(consistency: Consistency | undefined): void;
}

/** In the order in which they have to stand: some before, some after all others. */
export interface TroubleInterceptors {
  readonly first: readonly Interceptor[];
  readonly last: readonly Interceptor[];
}

export function newTrouble({ seed = 1, consistency, faults: rules = [] }: TroubleOptions): Trouble & TroubleInterceptors {
  let current = consistency;
  const { first, last, ...faults } = newFaults(seed, rules);
  const staleness = () => ({
    staleReadsFor: current?.staleReadsFor ?? 0,
    staleShare: current?.staleShare ?? 0.5,
    seed: current?.seed ?? seed,
  });
  return {
    ...faults,
    setConsistency: (next) => {
      current = next;
    },
    first: [first],
    last: [answeringLate(staleness), hidingPrincipals(() => current?.principalVisibleAfter ?? 0), last],
  };
}
