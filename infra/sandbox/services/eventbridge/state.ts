/** What EventBridge keeps: event buses with their rules, and how reliably events of AWS arrive. */
import type { DeadLetterConfig, RuleState, Tag, Target } from '@aws-sdk/client-eventbridge';
import type { Pattern } from './pattern.ts';

export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly createdBy: string;
  /** As given. */
  patternText: string;
  pattern: Pattern;
  state: RuleState;
  description: string | undefined;
  roleArn: string | undefined;
  /** By id, in the order in which they were added. */
  readonly targets: Map<string, Target>;
  tags: readonly Tag[];
}

export interface Bus {
  readonly name: string;
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly created: Date;
  modified: Date;
  description: string | undefined;
  kmsKey: string | undefined;
  deadLetter: DeadLetterConfig | undefined;
  /** JSON; undefined: only the bus's own account may put events. */
  policy: string | undefined;
  readonly rules: Map<string, Rule>;
  tags: readonly Tag[];
}

/** How events of AWS itself reach the default bus. By default all do, once, in order, soon. */
export interface EventDelivery {
  /** Seconds until an event arrives; 0.1 by default. */
  readonly delay?: number;
  /** Chance, 0 to 1, that an event is lost. */
  readonly drop?: number;
  /** Chance, 0 to 1, that an event arrives twice. */
  readonly duplicate?: number;
  /** Chance, 0 to 1, that an event is held back while later ones overtake it. */
  readonly reorder?: number;
  /** Seconds an event or its duplicate is held back at most; 30 by default. */
  readonly holdBack?: number;
  /** The same seed brings the same losses, doubles and detours. */
  readonly seed?: number;
}

/** Something that was given up, and why. */
export interface Undelivered {
  readonly time: Date;
  readonly targetArn: string;
  readonly body: string;
  readonly code: string;
  readonly reason: string;
}

export interface EventBridgeState {
  /** By ARN. */
  readonly buses: Map<string, Bus>;
  readonly delivery: Required<Omit<EventDelivery, 'seed'>>;
  /** The next number of the seeded sequence, from 0 up to 1. */
  readonly random: () => number;
  /** Characters an event pattern may have; 2,048 unless AWS raised the quota. */
  readonly patternSize: number;
}

export interface EventBridgeOptions {
  readonly delivery?: EventDelivery;
  readonly patternSize?: number;
}

export function newEventBridgeState({ delivery = {}, patternSize = 2048 }: EventBridgeOptions = {}): EventBridgeState {
  const { seed = 1, ...given } = delivery;
  const reliable = { delay: 0.1, drop: 0, duplicate: 0, reorder: 0, holdBack: 30 };
  return { buses: new Map(), delivery: { ...reliable, ...given }, random: sequence(seed), patternSize };
}

/** Repeatable pseudo-random numbers: a linear congruential generator modulo 2^31 - 1. */
function sequence(seed: number): () => number {
  let state = (Math.abs(Math.trunc(seed)) % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state - 1) / 2_147_483_646;
  };
}

export const busArn = (account: string, region: string, name: string): string =>
  `arn:aws:events:${region}:${account}:event-bus/${name}`;

export function newBus(account: string, region: string, name: string, now: Date): Bus {
  return {
    ...{ name, arn: busArn(account, region, name), account, region, created: now, modified: now },
    ...{ description: undefined, kmsKey: undefined, deadLetter: undefined, policy: undefined, rules: new Map(), tags: [] },
  };
}

/** The bus of that ARN. Every account has a bus `default` in every region; it is made when first asked for. */
export function findBus({ buses }: EventBridgeState, arn: string, now: Date): Bus | undefined {
  const known = buses.get(arn);
  const [, region, account] = /^arn:aws:events:([a-z0-9-]+):(\d{12}):event-bus\/default$/.exec(arn) ?? [];
  if (known || region === undefined || account === undefined) return known;
  const made = newBus(account, region, 'default', now);
  buses.set(arn, made);
  return made;
}
