/** Faults by rule: which calls they strike, and what then happens. */
import { accessDenied } from '../authorisation/refusal.ts';
import type { CallContext } from '../service.ts';
import type { Interceptor } from '../wire/dispatch.ts';
import { NoAnswer } from '../wire/no-answer.ts';
import { untilTimePasses } from '../work.ts';
import { chance } from './chance.ts';
import { matches } from './matching.ts';
import { failed, throttled } from './refusals.ts';
import { type Fault, type FaultRule, faultRule } from './rule.ts';

/** A rule and what it has done. */
export interface FaultRuleState extends FaultRule {
  readonly id: string;
  /** Calls that matched. */
  readonly matched: number;
  /** Calls it struck. */
  readonly struck: number;
}

export interface Faults {
  /** In the order in which they were added; of several that strike one call the first counts. @returns the rule's id @throws ZodError when it is no rule */
  add(rule: FaultRule): string;
  list(): readonly FaultRuleState[];
  /** @returns whether there was one */
  remove(id: string): boolean;
  clear(): void;
}

interface Kept {
  readonly id: string;
  readonly rule: FaultRule;
  matched: number;
  struck: number;
}

interface Strike {
  readonly fault: Fault;
  readonly reason: string;
}

export interface FaultInterceptors {
  /** Before everything else. */
  readonly first: Interceptor;
  /** After everything else. */
  readonly last: Interceptor;
}

export function newFaults(seed: number, rules: readonly FaultRule[]): Faults & FaultInterceptors {
  const kept = new Map<string, Kept>();
  let added = 0;
  const faults: Faults = {
    add(given) {
      const rule = faultRule.parse(given);
      added += 1;
      const id = rule.id ?? `fault-${added}`;
      kept.set(id, { id, rule, matched: 0, struck: 0 });
      return id;
    },
    list: () => [...kept.values()].map(({ rule, id, matched, struck }) => ({ ...rule, id, matched, struck })),
    remove: (id) => kept.delete(id),
    clear: () => kept.clear(),
  };
  for (const rule of rules) faults.add(rule);
  return { ...faults, ...interceptors(() => strikes([...kept.values()], seed)) };
}

type Striking = (call: CallContext, input: object) => readonly Strike[];

function interceptors(striking: () => Striking): FaultInterceptors {
  const losing = new WeakMap<CallContext, NoAnswer>();
  return {
    first: {
      async before(call, input) {
        const all = striking()(call, input);
        for (const { fault } of all) if (fault.kind === 'delay') await delayed(call, fault.seconds);
        const strike = all.find(({ fault }) => fault.kind !== 'delay');
        const later = strike && thrownAfter(strike);
        if (later) losing.set(call, later);
        else if (strike) throw thrownBefore(strike, call);
        return undefined;
      },
    },
    last: {
      after(call) {
        const lost = losing.get(call);
        if (lost) throw lost;
      },
    },
  };
}

const strikes =
  (rules: readonly Kept[], seed: number): Striking =>
  (call, input) =>
    rules.flatMap((kept) => (matches(kept.rule.match, call, input) && strikesNow(kept, call, seed) ? strikeOf(kept) : []));

/** Counts the call, and says whether the rule strikes it. */
function strikesNow(kept: Kept, { service, operation, caller }: CallContext, seed: number): boolean {
  const { rule, id } = kept;
  kept.matched += 1;
  if (rule.fault.kind === 'kill' && kept.struck > 0) return true;
  if (rule.nth !== undefined && ![rule.nth].flat().includes(kept.matched)) return false;
  if (rule.from !== undefined && kept.matched < rule.from) return false;
  if (rule.times !== undefined && kept.struck >= rule.times) return false;
  const drawn =
    rule.probability === undefined || chance(seed, id, service, operation, caller.account, kept.matched) < rule.probability;
  return drawn;
}

function strikeOf(kept: Kept): Strike {
  const { rule, id } = kept;
  kept.struck += 1;
  const isDead = rule.fault.kind === 'kill' && kept.struck > 1;
  return { fault: isDead ? { kind: 'kill', when: 'before' } : rule.fault, reason: `fault ${id}` };
}

const delayed = ({ world }: CallContext, seconds: number): Promise<void> =>
  untilTimePasses(() => new Promise((resolve) => void world.clock.after(seconds, resolve)));

/** What becomes of the answer of a call that takes effect; undefined: the call takes none. */
function thrownAfter({ fault, reason }: Strike): NoAnswer | undefined {
  if (fault.kind === 'lost-answer')
    return new NoAnswer('TimeoutError', `The answer was lost (${reason}).`, { code: 'ECONNRESET' });
  return fault.kind === 'kill' && fault.when === 'after' ? killed(reason) : undefined;
}

function thrownBefore({ fault, reason }: Strike, call: CallContext): Error {
  switch (fault.kind) {
    case 'throttle':
      return throttled(call.service, reason);
    case 'server-error':
      return failed(call.service, fault.status ?? 500, reason);
    case 'deny':
      return accessDenied(call.service, deniedText(call), reason);
    case 'timeout':
      return new NoAnswer('TimeoutError', `No answer came (${reason}).`, { code: 'ETIMEDOUT', hangs: fault.seconds ?? 60 });
    case 'kill':
      return killed(reason);
    case 'reset':
    case 'lost-answer':
    case 'delay':
      return new NoAnswer('TimeoutError', `The connection was reset (${reason}).`, { code: 'ECONNRESET' });
  }
}

const killed = (reason: string): NoAnswer => new NoAnswer('Killed', `The client was killed (${reason}).`);

const deniedText = ({ caller, service, operation }: CallContext): string =>
  `User: ${caller.arn} is not authorized to perform: ${service}:${operation} with an explicit deny in a service control policy`;
