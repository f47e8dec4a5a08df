/** What CloudTrail and CloudWatch tell, under which names, and where. */
import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { PutPublicAccessBlockCommand } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { roleOf } from '../../../shared/aspects/resources.ts';
import { askFor, pointsIn, seriesOf, stretchBefore } from '../../../shared/controller/flow/series.ts';
import { type Reading, readRecord } from '../../../shared/controller/read-change.ts';
import { roleId } from '../../../shared/controller/resource-ids.ts';
import type { Check } from '../check.ts';
import { clientsAt, type End, until } from '../ground.ts';
import type { Stage } from '../stage.ts';
import { probeName, probePath } from './principals.ts';

/** CloudTrail shows an event some five minutes after the call, most of the time: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html */
const minutes = 25;

export const signals: readonly Check[] = [
  {
    number: 14,
    fact: 'CloudTrail names changes as the settings of Lockstep expect them, and says which resource they touched',
    async holds(stage) {
      const { source, destination, role, partition } = stage.replication;
      const bucket = (name: string): string => `arn:${partition}:s3:::${name}`;
      const wanted: readonly (readonly [End, string, string])[] = [
        ...[
          'PutBucketReplication',
          'PutBucketNotification',
          'PutBucketLifecycle',
          'PutBucketPublicAccessBlock',
          'PutBucketEncryption',
        ].map((name) => [source, name, bucket(source.bucket)] as const),
        [destination, 'PutBucketPolicy', bucket(destination.bucket)],
        [destination, 'PutBucketVersioning', bucket(destination.bucket)],
        [destination, 'PutKeyPolicy', `arn:${partition}:kms:${destination.region}:${destination.account}:key/`],
        [roleOf(stage.replication), 'PutRolePolicy', roleId(role.arn)],
      ];
      await blockPublicAccess(stage);
      const missing = await until(
        stage.ground,
        minutes,
        () => unseen(stage, wanted),
        (left) => left.length === 0,
      );

      expect(missing).toEqual([]);
    },
  },
  {
    number: 15,
    fact: 'The issuer of a role’s session is in CloudTrail with the role’s path, by which Lockstep knows its own calls again',
    async holds(stage) {
      const healerRole = `${probePath}${probeName(stage)}`.slice(1);
      const ours = { observerRole: 'nobody', healerRole };
      const find = async (): Promise<readonly Reading[]> =>
        (await recordsOf(stage, stage.replication.source, 'PutBucketReplication')).map((record) => readRecord(record, ours));
      const isEcho = (reading: Reading): boolean => 'ignored' in reading && reading.ignored === 'echo';
      const readings = await until(stage.ground, minutes, find, (seen) => seen.some(isEcho));

      expect(readings.filter(isEcho).length).toBeGreaterThan(0);
    },
  },
  {
    number: 16,
    fact: 'Metrics of what waits to be replicated are in the source’s account, in the destination’s region',
    async holds(stage) {
      const places = ['source', 'destination'] as const;
      const see = async () => Promise.all(places.map((account) => pointsSeen(stage, account)));
      const [inSource = 0, inDestination = 0] = await until(stage.ground, 60, see, (seen) => seen.some((points) => points > 0));

      expect({ inSource: inSource > 0, inDestination: inDestination > 0 }).toEqual({ inSource: true, inDestination: false });
    },
  },
];

/** Every new bucket has this already, so the product did not have to write it. */
async function blockPublicAccess({ ground, replication: { source } }: Stage): Promise<void> {
  const all = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };
  const owned = { Bucket: source.bucket, ExpectedBucketOwner: source.account };
  await clientsAt(ground, source).s3.send(new PutPublicAccessBlockCommand({ ...owned, PublicAccessBlockConfiguration: all }));
}

/** Events that did not show yet, or not with the resource they touched. */
async function unseen(stage: Stage, wanted: readonly (readonly [End, string, string])[]): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const [end, name, resource] of wanted) {
    const readings = (await recordsOf(stage, end, name)).map((record) =>
      readRecord(record, { observerRole: '-', healerRole: '-' }),
    );
    const isTold = readings.some((one) => 'change' in one && one.change.resources.some((id) => id.startsWith(resource)));
    if (!isTold) missing.push(`${name} of ${resource}`);
  }
  return missing;
}

/** The newest records of one name since the checks began. Two lookups a second are all that CloudTrail answers. */
async function recordsOf({ ground, startedAt }: Stage, end: End, name: string): Promise<readonly unknown[]> {
  await ground.wait(1);
  const { Events = [] } = await clientsAt(ground, end).cloudtrail.send(
    new LookupEventsCommand({ StartTime: startedAt, LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: name }] }),
  );
  return Events.map(({ CloudTrailEvent = '{}' }) => JSON.parse(CloudTrailEvent) as unknown);
}

/** How many values of the replication's metrics there are in one of its two accounts. */
async function pointsSeen({ ground, replication }: Stage, account: 'source' | 'destination'): Promise<number> {
  const [series, ...others] = seriesOf(replication, { account });
  if (series === undefined) throw new Error('the replication has no rule that is on');
  const call = askFor('OperationsPendingReplication', [series, ...others], stretchBefore(ground.now(), 90));
  const reply = await ground.gateway.send<'cloudwatch:GetMetricData'>(call);
  if (!reply.ok) throw new Error(reply.error.message);
  const points = pointsIn([series, ...others], [reply.output.MetricDataResults ?? []]);
  return [...points.values()].reduce((sum, some) => sum + some.length, 0);
}
