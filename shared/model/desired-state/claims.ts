import { bucketArn } from '../arn.ts';
import type { BucketLifecycle, Replication, ReplicationRule } from '../replication.ts';
import { type Path, shown } from './faults.ts';

/** Something a replication says about what it may share with others. */
export interface Claim {
  readonly subject: string;
  /** What all must say alike; undefined: only one replication can have the subject at all. */
  readonly value?: unknown;
  /** Inside the replication. */
  readonly path: Path;
  /** Names the subject in a message. */
  readonly what: string;
}

/** Everything on which a replication must agree with others, or have for itself. */
export function claimsOf(r: Replication): Claim[] {
  return [
    { subject: `name ${r.name}`, path: [], what: `the replication name ${shown(r.name)}` },
    ...bucketClaims(r, 'source'),
    // A replication into its own source bucket is at fault in itself, and would contradict itself here.
    ...(r.source.bucket === r.destination.bucket ? [] : bucketClaims(r, 'destination')),
    ...keyClaims(r),
    ...roleClaims(r),
    ...r.rules.flatMap((rule, index) => ruleClaims(r, rule, index)),
  ];
}

type SideName = 'source' | 'destination';

function bucketClaims(r: Replication, side: SideName): Claim[] {
  const end = r[side];
  const arn = bucketArn(r.partition, end.bucket);
  const about = (field: string, value: unknown, name: string, written = field): Claim[] =>
    value === undefined
      ? []
      : [{ subject: `${field} of ${arn}`, value, path: [side, written], what: `the ${name} of bucket ${shown(end.bucket)}` }];
  const managed = side === 'source' || r.destination.managed;
  return [
    ...about('account', end.account, 'account'),
    ...about('region', end.region, 'region'),
    ...about('key', end.key.named, 'key'),
    ...about('bucketKey', end.bucketKey, 'bucketKey setting'),
    ...about('objectOwnership', end.objectOwnership, 'object ownership'),
    ...about('blockPublicAccess', end.blockPublicAccess, 'public access block'),
    ...about('managed', managed, 'management (true for every source bucket)', side === 'source' ? 'bucket' : 'managed'),
    ...(end.lifecycle === undefined ? [] : [lifecycleClaim(arn, end.bucket, side, end.lifecycle)]),
  ];
}

function lifecycleClaim(arn: string, bucket: string, side: SideName, { id, ...actions }: BucketLifecycle): Claim {
  const value = Object.fromEntries(Object.entries(actions).sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    subject: `lifecycle ${shown(id)} of ${arn}`,
    value,
    path: ['lifecycle', side],
    what: `lifecycle rule ${shown(id)} of bucket ${shown(bucket)}`,
  };
}

function keyClaims({ source, destination }: Replication): Claim[] {
  const about = (side: SideName, named: string, value: boolean): Claim => ({
    subject: `accountAdmin of ${named}`,
    value,
    path: [side, 'accountAdmin'],
    what: `the accountAdmin setting of key ${named}`,
  });
  return [
    ...[source.key, ...source.furtherKeys].map(({ named }) => about('source', named, source.accountAdmin)),
    about('destination', destination.key.named, destination.accountAdmin),
  ];
}

function roleClaims({ partition, source, role }: Replication): Claim[] {
  const path = ['role'];
  return [
    // A replication configuration has one role: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationConfiguration.html
    {
      subject: `role of ${bucketArn(partition, source.bucket)}`,
      value: role.arn,
      path,
      what: `the one role of source bucket ${shown(source.bucket)}`,
    },
    // Names are unique in an account whatever the path: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
    {
      subject: `path of role ${source.account} ${role.name.toLowerCase()}`,
      value: role.arn,
      path,
      what: `the ARN of role ${shown(role.name)}`,
    },
  ];
}

function ruleClaims({ partition, source, destination }: Replication, rule: ReplicationRule, index: number): Claim[] {
  const from = bucketArn(partition, source.bucket);
  const way = `${from} ${destination.bucket}`;
  const path = ['rules', index];
  const tags = rule.tags.map(({ Key, Value }) => [Key, Value]).sort((a, b) => (shown(a) < shown(b) ? -1 : 1));
  const buckets = `between buckets ${shown(source.bucket)} and ${shown(destination.bucket)}`;
  return [
    {
      subject: `rule ${shown(rule.id)} of ${from}`,
      path: [...path, 'id'],
      what: `rule id ${shown(rule.id)} of source bucket ${shown(source.bucket)}`,
    },
    // Precedence is a matter of one destination, yet S3 refuses a configuration that holds a priority twice.
    // https://repost.aws/questions/QUiEc8wFE_Q16fX5WG-YWnrA/cloudformation-support-for-s3-replication-to-multiple-destination-buckets
    ...(rule.priorityFixed
      ? [
          {
            subject: `priority ${rule.priority} of ${from}`,
            path: [...path, 'priority'],
            what: `priority ${rule.priority} of source bucket ${shown(source.bucket)}`,
          },
        ]
      : []),
    ...(rule.status === 'Enabled'
      ? [
          {
            subject: `filter ${way} ${JSON.stringify([rule.prefix, tags])}`,
            path,
            what: `a rule for the same objects ${buckets}`,
          },
        ]
      : []),
  ];
}
