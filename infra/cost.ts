/** What Lockstep costs a month: counts that were measured, times public prices. Pure. */
import { type Assumptions, assumptions, type Fleet } from './cost/fleets.ts';
import { type PriceName, prices } from './cost/prices.ts';

/** What something uses, on average. */
export interface Counted {
  readonly routed: number;
  /** Passes over a group. */
  readonly passes: number;
  /** SendMessage and SendMessageBatch. */
  readonly sends: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Calls of the spokes' S3 and KMS; those of IAM, STS, CloudTrail, EventBridge and Parameter Store cost nothing. */
  readonly bucketCalls: number;
  readonly keyCalls: number;
  /** Calls that CloudTrail records, in the spokes. */
  readonly calls: number;
  readonly stories: number;
  readonly metricsRequested: number;
  readonly logBytes: number;
}

export interface Use {
  /** Whatever the fleet's size. */
  readonly sweep: Counted;
  /** Of each replication in a sweep. */
  readonly swept: Counted;
  /** Beside that, when S3's metrics are asked for. */
  readonly metrics: Counted;
  readonly change: Counted;
  readonly drift: Counted;
  readonly stranger: Counted;
  readonly heartbeat: Counted;
  /** Different metrics of our own, dimensions and all. */
  readonly series: number;
  /** That the stack of the hub makes. */
  readonly alarms: number;
}

/** Who pays: the account of the hub, or those of the buckets and keys. */
export type Payer = 'hub' | 'spokes';

export interface Line {
  readonly what: string;
  readonly price: PriceName;
  readonly payer: Payer;
  /** A month, in the unit of the price. */
  readonly amount: number;
  readonly dollars: number;
}

interface Month {
  readonly counted: Counted;
  readonly sweeps: number;
  readonly heartbeats: number;
  /** Forwarded to the hub's bus. */
  readonly forwarded: number;
  readonly reconciles: number;
}

const keysOfCounted = [
  ...(['routed', 'passes', 'sends', 'readUnits', 'writeUnits', 'bucketCalls', 'keyCalls', 'calls', 'stories'] as const),
  ...(['metricsRequested', 'logBytes'] as const),
];

/** Each so many times, added up. */
function sumOf(parts: readonly (readonly [times: number, counted: Counted])[]): Counted {
  const total = (key: keyof Counted): number => parts.reduce((sum, [times, counted]) => sum + times * counted[key], 0);
  return Object.fromEntries(keysOfCounted.map((key) => [key, total(key)])) as unknown as Counted;
}

function monthOf({ replications, accounts, regions }: Fleet, use: Use, a: Assumptions): Month {
  const sweeps = a.hours * a.sweepsAnHour;
  const heartbeats = a.hours * a.heartbeatsAnHour * accounts * regions;
  const [changes, drifts, strangers] = [a.changes * replications, a.drifts * replications, a.strangers * accounts];
  const counted = sumOf([
    [sweeps, use.sweep],
    [sweeps * replications, use.swept],
    [(a.hours / a.metricHours) * replications, use.metrics],
    ...([
      [changes, use.change],
      [drifts, use.drift],
      [strangers, use.stranger],
      [heartbeats, use.heartbeat],
    ] as const),
  ]);
  const ofEvents = changes * use.change.passes + drifts * use.drift.passes;
  const reconciles = sweeps * Math.ceil((replications * use.swept.passes) / a.batch) + ofEvents;
  return { counted, sweeps, heartbeats, forwarded: counted.routed, reconciles };
}

/** Every part of a month's bill. */
export function monthlyCost(fleet: Fleet, use: Use, a: Assumptions = assumptions): readonly Line[] {
  const { counted, sweeps, heartbeats, forwarded, reconciles } = monthOf(fleet, use, a);
  const invocations = forwarded + reconciles + sweeps + a.failures;
  const seconds = {
    route: forwarded * a.route.seconds * a.route.gigabytes,
    reconcile: reconciles * a.reconcile.seconds * a.reconcile.gigabytes,
    sweep: sweeps * (a.sweep.seconds + a.sweep.secondsEach * fleet.replications) * a.sweep.gigabytes,
    failures: a.failures * a.failure.seconds * a.failure.gigabytes,
  };
  // A batch is received once and deleted once.
  const queueCalls = counted.sends + 2 * (reconciles + a.failures) + a.hours * a.idlePollsAnHour;
  const logged = counted.logBytes + invocations * a.platformLog;
  return [
    line('Lambda: requests', 'lambdaRequest', invocations),
    line(
      'Lambda: duration',
      'lambdaSecond',
      Object.values(seconds).reduce((sum, one) => sum + one, 0),
    ),
    line('Ledger: reads', 'read', counted.readUnits),
    line('Ledger: writes', 'write', counted.writeUnits),
    line('Ledger: storage', 'stored', (fleet.replications * a.ledgerBytes) / 1e9),
    line('Queue', 'queue', queueCalls),
    line('Metrics of our own', 'metric', use.series),
    line('Alarms', 'alarm', use.alarms),
    line('Dashboard', 'dashboard', 1),
    line('Logs', 'logs', logged / 1e9),
    line('Notifications', 'story', counted.stories),
    line('Key of the topic', 'key', 1),
    // Heartbeats are events of a spoke's own before they are forwarded.
    line('Events to the hub, and heartbeats', 'event', forwarded + heartbeats, 'spokes'),
    line('Schedules of heartbeats', 'schedule', heartbeats, 'spokes'),
    line('Reading and writing buckets', 'bucketCall', counted.bucketCalls, 'spokes'),
    line('Reading and writing keys', 'keyCall', counted.keyCalls, 'spokes'),
    line("S3's replication metrics", 'metricRead', counted.metricsRequested, 'spokes'),
  ];
}

function line(what: string, price: PriceName, amount: number, payer: Payer = 'hub'): Line {
  const { dollars, per } = prices[price];
  return { what, price, payer, amount, dollars: (amount / per) * dollars };
}

export const totalOf = (lines: readonly Line[], payer?: Payer): number =>
  lines.filter((one) => payer === undefined || one.payer === payer).reduce((sum, { dollars }) => sum + dollars, 0);

/** What a second trail in the spokes would charge for recording the calls: the first copy of management events is free. */
export function costOfSecondTrail(fleet: Fleet, use: Use, a: Assumptions = assumptions): number {
  return line('', 'recorded', monthOf(fleet, use, a).counted.calls, 'spokes').dollars;
}
