/** Documents and replications for tests: each builder shows only what the test is about. */
import { parseDocument } from '../../shared/model/desired-state.ts';
import { groupsOf } from '../../shared/model/group.ts';
import type { Group, Replication } from '../../shared/model/replication.ts';

export interface Place {
  readonly account: string;
  readonly region: string;
}

export const source: Place = { account: '111111111111', region: 'eu-west-1' };
export const destination: Place = { account: '222222222222', region: 'eu-central-1' };

export interface BucketPlan extends Place {
  readonly name: string;
  /** Buckets of one account and region with the same label share a key; default: a key of its own. */
  readonly key?: string;
  readonly objectLock?: boolean;
  /** Name of a topic beside the bucket that takes what S3 tells of failed replications. */
  readonly failureTopic?: string;
}

export const now = new Date('2026-03-01T12:00:00Z');
export const later = '2026-04-01T00:00:00Z';

const keyId = (digit: string): string => `${digit.repeat(8)}-aaaa-4aaa-8aaa-${digit.repeat(12)}`;

export const keyArnAt = ({ account, region }: Place, digit = account.slice(0, 1)): string =>
  `arn:aws:kms:${region}:${account}:key/${keyId(digit)}`;

export const sourceKey = keyArnAt(source);
export const destinationKey = keyArnAt(destination);
export const roleArn = 'arn:aws:iam::111111111111:role/lockstep-orders';

type Fields = Readonly<Record<string, unknown>>;

/** A replication as a document spells it: `orders` in the source account to `orders-dr` in the destination account. */
export function written(
  more: { readonly source?: Fields; readonly destination?: Fields; readonly [field: string]: unknown } = {},
) {
  return {
    ...more,
    source: { ...source, bucket: 'orders', key: sourceKey, ...more.source },
    destination: { ...destination, bucket: 'orders-dr', key: destinationKey, ...more.destination },
  };
}

/** Name of a topic that takes what S3 tells of failed replications. */
export const failureTopic = 'lockstep-replication-failures';

/** @throws InvalidDocument */
export const replicationsOf = (
  replications: Fields,
  surroundings: { readonly failureTopic?: string } = {},
): readonly Replication[] =>
  parseDocument(JSON.stringify({ version: 1, replications }), { name: 'orders', now, ...surroundings }).replications;

/** One replication, complete. */
export function aReplication(
  more: Parameters<typeof written>[0] = {},
  name = 'orders-dr',
  surroundings: { readonly failureTopic?: string } = {},
): Replication {
  const [replication] = replicationsOf({ [name]: written(more) }, surroundings);
  return replication as Replication;
}

/** Several replications of one document, each given by what is different about it. */
export const replications = (given: Readonly<Record<string, Parameters<typeof written>[0]>>): readonly Replication[] =>
  replicationsOf(Object.fromEntries(Object.entries(given).map(([name, more]) => [name, written(more)])));

export const aGroup = (members: readonly Replication[]): Group => ({ id: members[0]?.name ?? '', replications: members });

/** Buckets, and the replications between them by bucket name; a document once the keys are known. */
export interface WorldPlan {
  readonly buckets: readonly BucketPlan[];
  readonly replications: Readonly<
    Record<
      string,
      {
        readonly from: string;
        readonly to: string;
        readonly source?: Fields;
        readonly destination?: Fields;
        readonly more?: Fields;
      }
    >
  >;
}

export const thePair: WorldPlan = {
  buckets: [
    { ...source, name: 'orders' },
    { ...destination, name: 'orders-dr' },
  ],
  replications: { 'orders-dr': { from: 'orders', to: 'orders-dr' } },
};

/** The plan with fields laid over every replication, `mode: observe` for one. */
export function documentFor(plan: WorldPlan, keys: Readonly<Record<string, string>>): Fields {
  const placed = new Map(plan.buckets.map((bucket) => [bucket.name, bucket]));
  const end = (name: string, more: Fields = {}): Fields => {
    const { account, region } = placed.get(name) as BucketPlan;
    return { account, region, bucket: name, key: keys[name], ...more };
  };
  const replications = Object.entries(plan.replications).map(([name, { from, to, source, destination, more }]) => [
    name,
    { ...more, source: end(from, source), destination: end(to, destination) },
  ]);
  return { version: 1, replications: Object.fromEntries(replications) };
}

/** @throws InvalidDocument when the plan makes no valid document */
export function groupsFor(plan: WorldPlan, keys: Readonly<Record<string, string>>): readonly Group[] {
  const failureTopic = plan.buckets.find((bucket) => bucket.failureTopic !== undefined)?.failureTopic;
  return groupsOf(parseDocument(JSON.stringify(documentFor(plan, keys)), { name: 'orders', now, failureTopic }).replications);
}
