import type { Aspect, NonEmpty } from '../aspects/aspect.ts';
import type { Blocker, Difference, Finding, Observed } from '../model/finding.ts';
import type { Replication } from '../model/replication.ts';
import { UnresolvedKey } from '../model/unresolved-key.ts';
import type { Observations } from './observe.ts';
import type { Target } from './targets.ts';

/** A finding, with what the plan needs to repair it. */
export interface Compared {
  readonly target: Target;
  readonly finding: Finding;
  readonly observed: Observed<unknown>;
}

/** The verdict on every target, in order. Pure. */
export function compare(targets: readonly Target[], observations: Observations): readonly Compared[] {
  return targets.map((target) => {
    const observed = observations.get(target.key) ?? { status: 'unreadable', reason: 'it was not read' };
    return { target, observed, finding: findingOn(target, observed) };
  });
}

function findingOn(target: Target, observed: Observed<unknown>): Finding {
  const { aspect, on, sharers } = target;
  const base = { aspect: aspect.name, resource: on, replications: sharers.map((r) => r.name) };
  if (observed.status === 'unreadable') return { ...base, verdict: 'unreadable', reason: observed.reason, error: observed.error };
  if (observed.status === 'gone') return { ...base, verdict: 'blocked', by: goneBlocker(target) };
  const value = observed.status === 'present' ? observed.value : undefined;
  try {
    const desired = aspect.desired(sharers, on);
    const blocker = aspect.blockedBy?.(desired, value, on);
    if (blocker !== undefined) return { ...base, verdict: 'blocked', by: blocker };
    const differences = aspect.diff(desired, value, on);
    if (differences.length === 0) return { ...base, verdict: 'in-sync' };
    return { ...base, replications: affected(target, value), verdict: 'drifted', differences, matters: aspect.matters };
  } catch (error) {
    if (!(error instanceof UnresolvedKey)) throw error;
    if (error.status === 'unreadable') return { ...base, verdict: 'unreadable', reason: error.message };
    return { ...base, verdict: 'blocked', by: { reason: error.message, remedy: missingKeyRemedy } };
  }
}

const missingKeyRemedy = 'Correct the key in the document, or create it once with `lockstep bootstrap`.';

function goneBlocker({ on }: Target): Blocker {
  const what = on.type === 'bucket' ? `bucket ${on.name}` : on.arn;
  return {
    reason: `${what} does not exist in account ${on.account}, region ${on.region}`,
    owner: on.arn,
    remedy:
      on.type === 'bucket'
        ? 'Lockstep never creates buckets by itself. Restore it, or create it once with `lockstep bootstrap`; or correct the document.'
        : `Lockstep never creates keys by itself. ${missingKeyRemedy}`,
  };
}

/** Of the replications that meet here, those for which something is missing; all of them when it is something of everybody's. */
function affected({ aspect, on, sharers }: Target, observed: unknown): readonly string[] {
  if (sharers.length === 1) return [sharers[0].name];
  const all = aspect.desired(sharers, on);
  const lacking = sharers.filter((r) => differsFor([r], aspect, all, observed, on).length > 0);
  return (lacking.length > 0 ? lacking : sharers).map((r) => r.name);
}

function differsFor(
  some: NonEmpty<Replication>,
  aspect: Aspect<unknown>,
  all: unknown,
  observed: unknown,
  on: Target['on'],
): readonly Difference[] {
  const desired = aspect.desired(some, on);
  return aspect.diff(aspect.narrow?.(desired, all, observed, on) ?? desired, observed, on);
}
