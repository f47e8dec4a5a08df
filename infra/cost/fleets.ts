/** Three fleets, and what is assumed of everyday life in them. Nobody measured these: put in your own. */

export interface Fleet {
  readonly replications: number;
  readonly accounts: number;
  /** Of an account, the one of IAM's events among them. */
  readonly regions: number;
}

export const fleets: readonly Fleet[] = [
  { replications: 10, accounts: 2, regions: 3 },
  { replications: 1000, accounts: 50, regions: 3 },
  { replications: 10_000, accounts: 200, regions: 3 },
];

export const assumptions = {
  /** Hours of a month. */
  hours: 730,
  sweepsAnHour: 1,
  heartbeatsAnHour: 2,
  /** A month: changes of settings that are no drift, and drifts, of one replication. */
  changes: 2,
  drifts: 0.1,
  /** A month: changes of buckets, keys and roles of an account that no replication depends on. */
  strangers: 1000,
  /** A month, of the whole fleet: failure messages of S3, which healthy replications have none of. */
  failures: 0,
  /** Between two looks at S3's replication metrics. */
  metricHours: 6,
  /** Billed seconds of an invocation, memory in GB. AWS's latencies cannot be measured here. */
  route: { seconds: 0.1, gigabytes: 0.5 },
  reconcile: { seconds: 2.5, gigabytes: 1 },
  /** Of a sweep: so long, and so much longer for each replication. */
  sweep: { seconds: 5, secondsEach: 0.005, gigabytes: 1 },
  failure: { seconds: 0.2, gigabytes: 0.5 },
  /** Passes that one invocation answers after a sweep. */
  batch: 10,
  /** Requests with which Lambda asks an empty queue: five pollers, every 20 seconds. */
  idlePollsAnHour: 900,
  /** Bytes that Lambda writes about each invocation. */
  platformLog: 350,
  /** Bytes in the ledger, of each replication with its history. */
  ledgerBytes: 20_000,
} as const;

export type Assumptions = {
  readonly [K in keyof typeof assumptions]: (typeof assumptions)[K] extends number ? number : (typeof assumptions)[K];
};
