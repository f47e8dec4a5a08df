/** Random worlds: documents of every shape over the same four buckets, what others keep there, and what others do to them. */
import {
  type LifecycleRule,
  PutBucketLifecycleConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import type { Group, Replication } from '../../shared/model/replication.ts';
import { bucketPolicyDrifts } from '../scenarios/drifts/bucket-policies.ts';
import { bucketDrifts } from '../scenarios/drifts/buckets.ts';
import { keyDrifts } from '../scenarios/drifts/keys.ts';
import { notificationDrifts } from '../scenarios/drifts/notifications.ts';
import { replicationDrifts } from '../scenarios/drifts/replication.ts';
import { roleDrifts } from '../scenarios/drifts/role.ts';
import { type BucketPlan, failureTopic, groupsFor, later, type Place, type WorldPlan } from './builders.ts';
import type { Drift } from './drifts.ts';
import { allow, beside, createRole, deny, type End, editBucketPolicy, editKeyPolicy, type Subject, type They } from './edits.ts';
import { createTopicForS3, foundationsFor, newTestWorld, type TestWorld } from './world.ts';

const names = ['orders', 'orders-dr', 'bills', 'bills-dr'] as const;
type Name = (typeof names)[number];

const places: readonly Place[] = [
  { account: '111111111111', region: 'eu-west-1' },
  { account: '222222222222', region: 'eu-central-1' },
  { account: '111111111111', region: 'eu-central-1' },
];

/** What a bucket is like, and what documents say about it. */
const bucketShape = fc.record({
  place: fc.constantFrom(...places),
  sharedKey: fc.boolean(),
  managed: fc.constantFrom(true, true, true, false),
  settings: fc.record(
    {
      bucketKey: fc.boolean(),
      objectOwnership: fc.constantFrom('BucketOwnerEnforced', 'BucketOwnerPreferred'),
      blockPublicAccess: fc.constantFrom<unknown>(true),
    },
    { requiredKeys: [] },
  ),
  lifecycle: fc.option(fc.constantFrom({ expireAfterDays: 30 }, { noncurrentExpireAfterDays: 7, prefix: 'old/' }), {
    nil: undefined,
  }),
});

const rules = fc.constantFrom<readonly object[] | undefined>(
  undefined,
  undefined,
  [{ prefix: 'a/' }, { tags: { team: 'x' } }],
  [{ deleteMarkers: true, timeControl: true }],
  [
    { priority: 20, prefix: 'hot/', storageClass: 'STANDARD_IA' },
    { prefix: 'cold/', status: 'Disabled' },
  ],
);

const edgeShape = fc.record({
  from: fc.constantFrom<Name>(...names),
  to: fc.constantFrom<Name>(...names),
  rules,
  ownership: fc.constantFrom('destination', 'destination', 'source'),
  objectLock: fc.boolean(),
  exclusive: fc.constantFrom(false, false, false, true),
  keyState: fc.constantFrom('repair', 'repair', 'repair', 'report'),
  failureEvents: fc.constantFrom(true, true, false),
});

interface Shape {
  readonly buckets: Readonly<Record<Name, typeof bucketShape extends fc.Arbitrary<infer B> ? B : never>>;
  readonly edges: readonly (typeof edgeShape extends fc.Arbitrary<infer E> ? E : never)[];
  /** Whether there are topics for replication failures. */
  readonly isTold: boolean;
}

const shape: fc.Arbitrary<Shape> = fc.record({
  buckets: fc.record({ orders: bucketShape, 'orders-dr': bucketShape, bills: bucketShape, 'bills-dr': bucketShape }),
  edges: fc.uniqueArray(edgeShape, { minLength: 1, maxLength: 3, selector: ({ from, to }) => `${from} ${to}` }),
  isTold: fc.boolean(),
});

/** A valid plan; buckets that no replication names are left out. */
function planOf({ buckets, edges, isTold }: Shape): WorldPlan {
  const between = edges.filter(({ from, to }) => from !== to);
  const ways =
    between.length > 0 ? between : [{ ...(edges[0] as Shape['edges'][number]), from: 'orders', to: 'orders-dr' } as const];
  const used = names.filter((name) => ways.some(({ from, to }) => from === name || to === name));
  const isSource = (name: Name) => ways.some(({ from }) => from === name);
  return {
    buckets: used.map((name): BucketPlan => {
      const { place, sharedKey } = buckets[name];
      return { ...place, name, ...(sharedKey && { key: 'shared' }), ...(isTold && { failureTopic }) };
    }),
    replications: Object.fromEntries(
      ways.map(({ from, to, objectLock, rules, ...more }, at) => {
        const lifecycle = { source: buckets[from].lifecycle, destination: buckets[to].lifecycle };
        const managed = isSource(to) || buckets[to].managed;
        const way = {
          ...{ from, to, source: buckets[from].settings },
          destination: { ...buckets[to].settings, managed, objectLock },
          // A priority that a document fixes is taken once in a source bucket.
          more: { ...more, lifecycle, rules: rules?.map((rule) => ('priority' in rule ? { ...rule, priority: 20 + at } : rule)) },
        };
        return [`${from}-to-${to}`, way];
      }),
    ),
  };
}

export const worldPlan: fc.Arbitrary<WorldPlan> = shape.map(planOf);

/** Three replications that all meet: one source into several destinations, or several sources into one destination. */
export const sharedPlan: fc.Arbitrary<WorldPlan> = fc
  .record({ shape, isFan: fc.boolean(), edges: fc.array(edgeShape, { minLength: 3, maxLength: 3 }), exclusive: fc.boolean() })
  .map(({ shape: { buckets, isTold }, isFan, edges, exclusive }) => {
    const [hub, ...others] = names;
    const ways = edges.map((edge, at) => {
      const other = others[at] as Name;
      return {
        ...edge,
        exclusive: exclusive || edge.exclusive,
        ...(isFan ? { from: hub, to: other } : { from: other, to: hub }),
      };
    });
    return planOf({ buckets, edges: ways, isTold });
  });

/** Which replications wait, by name, and how; the others are repaired. */
export const modes = fc.array(
  fc.constantFrom<object>(
    { mode: 'repair' },
    { mode: 'repair' },
    { mode: 'observe' },
    { mode: 'paused', until: later, reason: 'test' },
  ),
  { minLength: 3, maxLength: 3 },
);

/** At least one waits, and at least one does not. */
export const mixedModes = modes.filter((given) => new Set(given.map((one) => JSON.stringify(one).includes('repair'))).size === 2);

export const withModes = (plan: WorldPlan, given: readonly object[]): WorldPlan => ({
  ...plan,
  replications: Object.fromEntries(
    Object.entries(plan.replications).map(([name, way], at) => [name, { ...way, more: { ...way.more, ...given[at] } }]),
  ),
});

export const isExclusive = (plan: WorldPlan): boolean =>
  Object.values(plan.replications).some(({ more }) => more?.exclusive === true);

export interface BuiltWorld extends TestWorld {
  readonly plan: WorldPlan;
  readonly keys: Readonly<Record<string, string>>;
  groups(given?: readonly object[]): readonly Group[];
  /** As others see each replication. */
  readonly subjects: readonly They[];
}

export async function build(plan: WorldPlan): Promise<BuiltWorld> {
  const world = newTestWorld();
  const keys = await foundationsFor(plan.buckets, world.someone);
  const groups = (given: readonly object[] = []) => groupsFor(withModes(plan, given), keys);
  const members = groups().flatMap(({ replications }) => replications);
  for (const { destination } of members.filter((r) => !r.destination.managed)) await enableVersioning(world, destination);
  return { ...world, plan, keys, groups, subjects: members.map((r) => ({ ...subjectOf(r), someone: world.someone })) };
}

/** What the owner of a destination that is not ours has to do. */
const enableVersioning = ({ someone }: TestWorld, { bucket, ...place }: Place & { readonly bucket: string }): Promise<unknown> =>
  someone
    .s3({ account: place.account, region: place.region })
    .send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }));

/** Whether S3 may refuse a configuration because of what the owner of its destination did. */
export const dependsOnOthers = ({ replications }: WorldPlan): boolean =>
  Object.values(replications).some(({ destination }) => destination?.managed === false);

const subjectOf = ({ source, destination, role }: Replication): Subject => {
  const end = ({ account, region, bucket, key }: Replication['source'] | Replication['destination']): End => ({
    ...{ account, region, bucket },
    key: key.named,
  });
  return { source: end(source), destination: end(destination), role };
};

const stranger = { AWS: 'arn:aws:iam::333333333333:root' };

type Deed = (they: They) => Promise<unknown>;
interface Named {
  readonly name: string;
  readonly done: Deed;
}

const foreignLifecycle: LifecycleRule = { ID: 'tidy', Status: 'Enabled', Filter: { Prefix: 'tmp/' }, Expiration: { Days: 3 } };

/** What others keep where Lockstep works; none of it stands in the way. */
export const belongings: readonly Named[] = [
  {
    name: 'bucket policy',
    done: (they) => {
      const bucket = `arn:aws:s3:::${they.destination.bucket}`;
      return editBucketPolicy(
        they,
        they.destination,
        beside(
          { Sid: 'Odd', Effect: 'Deny', NotPrincipal: stranger, NotAction: ['s3:*'], Resource: [`${bucket}/*`, bucket] },
          deny('*', 's3:*', [bucket, `${bucket}/*`], { Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          allow(stranger, ['s3:GetObject', 's3:PutObject'], `${bucket}/*`, { Sid: 'Partner' }),
        ),
      );
    },
  },
  {
    name: 'source bucket policy',
    done: (they) =>
      editBucketPolicy(they, they.source, beside(allow(stranger, 's3:GetObject', `arn:aws:s3:::${they.source.bucket}/*`))),
  },
  {
    name: 'key policy',
    done: (they) =>
      editKeyPolicy(
        they,
        they.destination,
        beside(
          { Sid: 'Odd', Effect: 'Allow', Principal: stranger, NotAction: ['kms:Decrypt', 'kms:*Key*'], Resource: '*' },
          allow(stranger, 'kms:DescribeKey', '*', { Sid: 'Audit' }),
        ),
      ),
  },
  {
    name: 'lifecycle rule',
    done: ({ someone, source }) =>
      someone.s3(source).send(
        new PutBucketLifecycleConfigurationCommand({
          Bucket: source.bucket,
          LifecycleConfiguration: { Rules: [foreignLifecycle] },
        }),
      ),
  },
  {
    name: 'replication rule',
    done: async ({ someone, source, destination, role }) => {
      for (const end of [source, destination])
        await someone
          .s3(end)
          .send(new PutBucketVersioningCommand({ Bucket: end.bucket, VersioningConfiguration: { Status: 'Enabled' } }));
      const rule = {
        ID: 'team',
        Priority: 1,
        Status: 'Enabled' as const,
        Filter: { Prefix: 'team/' },
        DeleteMarkerReplication: { Status: 'Disabled' as const },
        Destination: { Bucket: `arn:aws:s3:::${destination.bucket}` },
      };
      const ReplicationConfiguration = { Role: role.arn, Rules: [rule] };
      await someone.s3(source).send(new PutBucketReplicationCommand({ Bucket: source.bucket, ReplicationConfiguration }));
    },
  },
  {
    name: 'notification',
    done: async ({ someone, source }) => {
      const TopicArn = await createTopicForS3(source, 'team', someone);
      const Filter = { Key: { FilterRules: [{ Name: 'prefix' as const, Value: 'in/' }] } };
      const NotificationConfiguration = {
        TopicConfigurations: [{ Id: 'team', TopicArn, Events: ['s3:ObjectCreated:*' as const], Filter }],
        EventBridgeConfiguration: {},
      };
      await someone
        .s3(source)
        .send(new PutBucketNotificationConfigurationCommand({ Bucket: source.bucket, NotificationConfiguration }));
    },
  },
  { name: 'role', done: (they) => createRole(they, they.role.name, 'ec2.amazonaws.com') },
];

/**
 * Drifts of the catalogue that may happen to any world. What a world does not take is refused, and did not happen.
 * Left out: what keeps AWS from taking any policy at all.
 */
const troubles: readonly Named[] = [
  ...[roleDrifts, keyDrifts, bucketPolicyDrifts, replicationDrifts, bucketDrifts]
    .flat()
    .filter(({ to = 'pair' }) => to === 'pair'),
  ...notificationDrifts,
].filter(({ expect = {}, name }: Drift) => expect.failed === undefined && !name.startsWith('a public'));

export interface Event {
  /** Which replication, counted round. */
  readonly at: number;
  readonly what: Named;
}

const eventsFrom = (all: readonly Named[], max: number): fc.Arbitrary<readonly Event[]> =>
  fc.array(
    fc.record({
      at: fc.nat(2),
      what: fc.constantFrom(...all).map((one) => ({ ...one, [fc.toStringMethod]: () => one.name })),
    }),
    { maxLength: max },
  );

export const foreignThings = eventsFrom(belongings, 3);
export const drifts = eventsFrom(troubles, 3);
/** Drifts of what several replications share. */
export const sharedDrifts = eventsFrom(
  troubles.filter(({ name }) =>
    /role policy|key statement|key policy|our objects|our rule|our notification|replication configuration|everything/.test(name),
  ),
  4,
);

/** Lets it all happen, in order. */
export async function happen({ subjects }: BuiltWorld, events: readonly Event[]): Promise<void> {
  for (const { at, what } of events) {
    const they = subjects[at % subjects.length] as They;
    await what.done(they).catch(refused);
  }
}

/** AWS refuses what does not fit; anything else is a fault of the test. */
function refused(error: unknown): void {
  if (!(error instanceof Error) || !('$metadata' in error)) throw error;
}
