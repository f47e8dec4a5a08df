import type { LifecycleRule, TransitionDefaultMinimumObjectSize } from '@aws-sdk/client-s3';
import type { Difference } from '../model/finding.ts';
import type { BucketLifecycle } from '../model/replication.ts';
import { stableJson } from '../policy/statements.ts';
import type { Aspect } from './aspect.ts';
import { callOn, readCall } from './read-call.ts';
import { bothBuckets, endsAt, onBucket } from './resources.ts';

interface Lifecycle {
  readonly rules: readonly LifecycleRule[];
  readonly minimumSize?: TransitionDefaultMinimumObjectSize;
  readonly exclusive?: boolean;
  /** IDs of rules of ours that stay although they are not looked after now. */
  readonly kept?: ReadonlySet<string | undefined>;
}

/** Our lifecycle rule, by ID, beside the rules of others. Lifecycle actions do not replicate, so each end has its own. */
export const bucketLifecycle: Aspect<Lifecycle> = {
  name: 'bucket-lifecycle',
  title: 'bucket lifecycle rule',
  matters:
    'Lifecycle actions are not replicated: without its own rule a bucket keeps, or loses, what the document says it should not.',
  interrupts: false,
  docs: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html',
  after: ['bucket-versioning'],
  // CloudTrail calls PutBucketLifecycleConfiguration so: https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
  changedBy: ['PutBucketLifecycle', 'DeleteBucketLifecycle', 'CreateBucket', 'DeleteBucket'],
  permissions: { read: ['s3:GetLifecycleConfiguration'], write: ['s3:PutLifecycleConfiguration'] },
  resources: (r) => bothBuckets(r).filter((on) => endsAt([r], on).some((end) => end.lifecycle !== undefined)),
  desired(sharers, on) {
    const lifecycles = endsAt(sharers, on).flatMap((end) => (end.lifecycle === undefined ? [] : [end.lifecycle]));
    const byId = new Map(lifecycles.map((lifecycle) => [lifecycle.id, ruleFor(lifecycle)]));
    return { rules: [...byId.values()], exclusive: sharers.every((r) => r.exclusive) };
  },
  read: (on) =>
    readCall(callOn(on, 's3:GetBucketLifecycleConfiguration', onBucket(on)), {
      absentWhen: ['NoSuchLifecycleConfiguration'],
      parse: ({ Rules, TransitionDefaultMinimumObjectSize }) => ({
        rules: Rules ?? [],
        minimumSize: TransitionDefaultMinimumObjectSize,
      }),
    }),
  diff(desired, observed) {
    const differences = desired.rules.flatMap((rule) =>
      ruleDifferences(
        rule,
        observed?.rules.find((r) => r.ID === rule.ID),
      ),
    );
    const foreign = desired.exclusive ? othersIn(desired, observed) : [];
    return [...differences, ...foreign.map((rule) => ({ path: `Rules[${rule.ID ?? ''}]`, observed: rule }))];
  },
  merge(desired, observed) {
    const rules = (observed?.rules ?? []).flatMap((rule) => {
      const ours = desired.rules.find((other) => other.ID === rule.ID);
      if (ours !== undefined) return [ruleDifferences(ours, rule).length > 0 ? ours : rule];
      return desired.exclusive && !desired.kept?.has(rule.ID) ? [] : [rule];
    });
    const missing = desired.rules.filter((rule) => !rules.some((other) => other.ID === rule.ID));
    return { rules: [...rules, ...missing], minimumSize: observed?.minimumSize };
  },
  narrow: (some, all) => ({ ...some, exclusive: all.exclusive, kept: new Set(all.rules.map((rule) => rule.ID)) }),
  write: (on, next) => [
    callOn(on, 's3:PutBucketLifecycleConfiguration', {
      ...onBucket(on),
      LifecycleConfiguration: { Rules: [...next.rules] },
      // Left out, S3 would reset it to its default for the whole bucket.
      TransitionDefaultMinimumObjectSize: next.minimumSize,
    }),
  ],
  retire: {
    leave(gone, staying, observed) {
      const ending = new Set(gone.rules.map(({ ID }) => ID)).difference(new Set(staying?.rules.map(({ ID }) => ID)));
      return { ...observed, rules: observed.rules.filter(({ ID }) => !ending.has(ID)) };
    },
    differences: (left, observed) =>
      observed.rules.filter((rule) => !left.rules.includes(rule)).map((rule) => ({ path: `Rules[${rule.ID}]`, observed: rule })),
    isEmpty: (left) => left.rules.length === 0,
    // S3 takes no configuration without rules: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
    remove: (on) => [callOn(on, 's3:DeleteBucketLifecycle', onBucket(on))],
  },
};

const othersIn = (desired: Lifecycle, observed: Lifecycle | undefined): readonly LifecycleRule[] =>
  (observed?.rules ?? []).filter((rule) => !desired.kept?.has(rule.ID) && !desired.rules.some((ours) => ours.ID === rule.ID));

function ruleFor(lifecycle: BucketLifecycle): LifecycleRule {
  const { expireAfterDays, noncurrentExpireAfterDays, abortIncompleteUploadsAfterDays } = lifecycle;
  const expiration = {
    ...(expireAfterDays !== undefined && { Days: expireAfterDays }),
    ...(lifecycle.removeExpiredDeleteMarkers && { ExpiredObjectDeleteMarker: true }),
  };
  return {
    ID: lifecycle.id,
    Status: 'Enabled',
    Filter: { Prefix: lifecycle.prefix },
    ...(Object.keys(expiration).length > 0 && { Expiration: expiration }),
    ...(noncurrentExpireAfterDays && { NoncurrentVersionExpiration: { NoncurrentDays: noncurrentExpireAfterDays } }),
    ...(abortIncompleteUploadsAfterDays && {
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: abortIncompleteUploadsAfterDays },
    }),
  };
}

/** An empty filter, an empty prefix and the old rule-level prefix mean the same; so do false and nothing. */
function meaningOf(rule: LifecycleRule): Readonly<Record<string, unknown>> {
  const { ID: _, Filter, Prefix, ...rest } = rule;
  const filter = Filter === undefined || Object.keys(Filter).length === 0 ? { Prefix: Prefix ?? '' } : Filter;
  const { ExpiredObjectDeleteMarker: marker, ...expiration } = rest.Expiration ?? {};
  const expires = { ...expiration, ...(marker && { ExpiredObjectDeleteMarker: marker }) };
  const known = Object.entries({ ...rest, Expiration: expires }).filter(([, value]) => value !== undefined && !isEmpty(value));
  return { ...Object.fromEntries(known), Filter: filter };
}

const isEmpty = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.keys(value).length === 0;

function ruleDifferences(desired: LifecycleRule, observed: LifecycleRule | undefined): Difference[] {
  const at = `Rules[${desired.ID}]`;
  if (observed === undefined) return [{ path: at, desired }];
  const wanted = meaningOf(desired);
  const found = meaningOf(observed);
  return [...new Set([...Object.keys(wanted), ...Object.keys(found)])]
    .filter((element) => stableJson(wanted[element] ?? null) !== stableJson(found[element] ?? null))
    .map((element) => ({ path: `${at}.${element}`, observed: found[element], desired: wanted[element] }));
}
