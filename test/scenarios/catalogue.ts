/** Every drift of the catalogue, and the healthy worlds they happen to. */
import { destination, failureTopic, source, thePair, type WorldPlan } from '../support/builders.ts';
import type { Drift, WorldName } from '../support/drifts.ts';
import { bucketPolicyDrifts } from './drifts/bucket-policies.ts';
import { bucketDrifts } from './drifts/buckets.ts';
import { compoundDrifts } from './drifts/compound.ts';
import { keyDrifts } from './drifts/keys.ts';
import { managedDrifts } from './drifts/managed.ts';
import { notificationDrifts } from './drifts/notifications.ts';
import { replicationDrifts } from './drifts/replication.ts';
import { roleDrifts } from './drifts/role.ts';

export const catalogue: Readonly<Record<string, readonly Drift[]>> = {
  'the role': roleDrifts,
  'the keys': keyDrifts,
  'the bucket policies': bucketPolicyDrifts,
  'the replication configuration': replicationDrifts,
  'the buckets': bucketDrifts,
  'what the document manages on request': managedDrifts,
  'the failure notification': notificationDrifts,
  'several things at once': compoundDrifts,
};

const pairWith = (more: object): WorldPlan => ({
  ...thePair,
  replications: { 'orders-dr': { from: 'orders', to: 'orders-dr', ...more } },
});

const kept = { objectOwnership: 'BucketOwnerPreferred', blockPublicAccess: true };

export const worlds: Readonly<Record<WorldName, WorldPlan>> = {
  pair: thePair,
  full: pairWith({
    source: kept,
    destination: kept,
    more: {
      lifecycle: { source: { expireAfterDays: 365 }, destination: { noncurrentExpireAfterDays: 30, prefix: 'old/' } },
      rules: [
        { prefix: 'hot/', tags: { team: 'orders', tier: '1' }, storageClass: 'STANDARD_IA' },
        { timeControl: true, deleteMarkers: true, replicaModifications: true, storageClass: 'INTELLIGENT_TIERING' },
      ],
    },
  }),
  exclusive: pairWith({ more: { exclusive: true } }),
  careful: pairWith({ more: { keyState: 'report' } }),
  announcing: {
    ...thePair,
    buckets: thePair.buckets.map((bucket) => ({ ...bucket, failureTopic })),
  },
  'one-account': {
    buckets: [
      { ...source, name: 'orders' },
      { ...destination, account: source.account, name: 'orders-dr' },
    ],
    replications: { 'orders-dr': { from: 'orders', to: 'orders-dr' } },
  },
};
