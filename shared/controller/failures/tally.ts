/** Failures counted by replication and reason. Pure. */
import { bucketArn } from '../../model/arn.ts';
import type { FailureRecord, StandingRecord } from '../ledger.ts';
import type { ReportedFailure } from './notification.ts';
import { explanationOf, isHarmful } from './reasons.ts';

export interface Tally {
  /** One for each replication that misses objects, to be added to what is remembered of it. */
  readonly additions: readonly FailureRecord[];
  /** Every failure of ours, by reason. */
  readonly reasons: ReadonlyMap<string, number>;
  /** Of buckets or rules that no document names. */
  readonly others: readonly ReportedFailure[];
}

/** @param now for what S3 gave no time, or one that is yet to come */
export function tallyOf(failures: readonly ReportedFailure[], standing: readonly StandingRecord[], now: Date): Tally {
  const bySource = Map.groupBy(standing, ({ replication: { partition, source } }) => bucketArn(partition, source.bucket));
  const found = failures.map((failure) => ({ failure, record: recordFor(failure, bySource.get(failure.bucket) ?? []) }));
  const ours = found.flatMap(({ failure, record }) => (record === undefined ? [] : [{ failure, record }]));
  const harmful = ours.filter(({ failure }) => isHarmful(explanationOf(failure.reason)));
  return {
    additions: [...Map.groupBy(harmful, ({ record }) => record)].map(([record, items]) =>
      additionFor(
        record,
        items.map(({ failure }) => failure),
        now,
      ),
    ),
    reasons: countsOf(ours.map(({ failure }) => failure.reason)),
    others: found.flatMap(({ failure, record }) => (record === undefined ? [failure] : [])),
  };
}

/** Rule ids are unique in a bucket: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationRule.html. Without one the destination tells. */
const recordFor = ({ rule, destination }: ReportedFailure, records: readonly StandingRecord[]): StandingRecord | undefined =>
  records.find(({ replication: { rules, partition, destination: to } }) =>
    rule === undefined ? destination === bucketArn(partition, to.bucket) : rules.some(({ id }) => id === rule),
  );

const countsOf = (reasons: readonly string[]): ReadonlyMap<string, number> =>
  new Map([...Map.groupBy(reasons, (reason) => reason)].map(([reason, all]) => [reason, all.length]));

function additionFor(
  { replication, status, failures: known }: StandingRecord,
  items: readonly ReportedFailure[],
  now: Date,
): FailureRecord {
  const at = now.toISOString();
  const past = (time: string | undefined): string => (time !== undefined && time < at ? time : at);
  const times = items.map(({ time, requested }) => past(time ?? requested)).sort();
  const requests = items.map(({ requested, time }) => past(requested ?? time)).sort();
  const since = times[0] ?? at;
  return {
    replication: replication.name,
    since,
    last: times.at(-1) ?? at,
    from: requests[0] ?? since,
    outage: known?.outage ?? status?.outage ?? since,
    counts: Object.fromEntries(countsOf(items.map(({ reason }) => reason))),
  };
}
