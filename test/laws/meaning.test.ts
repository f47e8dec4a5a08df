import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  type LifecycleRule,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketReplicationCommand,
  type ReplicationRule,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type End, editKeyPolicy, editRolePolicy, editTrust, type Statements, set, type They } from '../support/edits.ts';
import { recording } from '../support/gateways.ts';
import { type JsonObject, statementsIn } from '../support/meaning.ts';
import { build, worldPlan } from '../support/random.ts';
import { pass } from '../support/world.ts';

/** A row of coins: the same row makes the same choices. */
type Coins = () => boolean;

function coins(seed: number): Coins {
  let state = seed | 1;
  return () => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    return (state >> 16) % 2 === 0;
  };
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

/** The same values: in another order, and one of them alone or in a list. */
function respellList(value: unknown, toss: Coins): unknown {
  const values = listOf(value);
  if (values.length === 1) return toss() ? values : values[0];
  return toss() ? values.toReversed() : values;
}

const respellAccount = (value: unknown, toss: Coins): unknown =>
  toss() ? String(value).replace(/^arn:aws:iam::(\d{12}):root$/, '$1') : value;

function respellPrincipal(principal: unknown, toss: Coins): unknown {
  if (typeof principal !== 'object' || principal === null) return principal;
  const entries = Object.entries(principal).map(([type, values]) => [
    type,
    respellList(
      listOf(values).map((value) => respellAccount(value, toss)),
      toss,
    ),
  ]);
  return Object.fromEntries(entries);
}

const respellAction = (action: unknown, toss: Coins): string => {
  const [service, name] = String(action).split(':');
  return toss() ? `${service}:${name?.toUpperCase()}` : toss() ? `${service}:${name?.toLowerCase()}` : String(action);
};

function respellCondition(condition: unknown, toss: Coins): unknown {
  const operators = Object.entries((condition ?? {}) as Record<string, object>).map(([operator, keys]) => {
    const tests = Object.entries(keys).map(([key, values]) => [toss() ? key.toUpperCase() : key, respellList(values, toss)]);
    return [operator, Object.fromEntries(toss() ? tests.toReversed() : tests)];
  });
  return Object.fromEntries(toss() ? operators.toReversed() : operators);
}

function respellStatement(statement: JsonObject, toss: Coins, ownKey?: string): JsonObject {
  const { Principal, Action, Resource, Condition } = statement;
  const resource = ownKey !== undefined && Resource === '*' && toss() ? ownKey : Resource;
  return set({
    Principal: Principal === undefined ? undefined : respellPrincipal(Principal, toss),
    Action:
      Action === undefined
        ? undefined
        : respellList(
            listOf(Action).map((action) => respellAction(action, toss)),
            toss,
          ),
    Resource: resource === undefined ? undefined : respellList(resource, toss),
    Condition: Condition === undefined ? (toss() ? {} : undefined) : respellCondition(Condition, toss),
  })(statement);
}

/** One statement an action, or one a resource; only the first keeps the Sid. */
function split(statement: JsonObject, toss: Coins): Statements {
  const element = toss() ? 'Action' : 'Resource';
  const values = listOf(statement[element]);
  // S3 takes no statement of object actions on the bucket alone.
  const isMixed = new Set(listOf(statement.Resource).map((resource) => String(resource).includes('/'))).size > 1;
  if (values.length < 2 || (isMixed && element === 'Resource') || toss()) return [statement];
  return values.map((value, index) => set({ [element]: value, Sid: index === 0 ? statement.Sid : undefined })(statement));
}

/** Bucket and object statements of one principal and without conditions become one. */
function merge(statements: Statements): Statements {
  const parts = statements.filter(
    ({ Sid, Condition }) => Condition === undefined && ['LockstepReplicaObjects', 'LockstepReplicaBucket'].includes(String(Sid)),
  );
  const [objects, bucket] = parts;
  if (objects === undefined || bucket === undefined || JSON.stringify(objects.Principal) !== JSON.stringify(bucket.Principal))
    return statements;
  const merged = set({
    Action: parts.flatMap(({ Action }) => listOf(Action)),
    Resource: parts.flatMap(({ Resource }) => listOf(Resource)),
  })(objects);
  return [merged, ...statements.filter((statement) => !parts.includes(statement))];
}

/** Another text of the same meaning. */
function respell(statements: Statements, toss: Coins, ownKey?: string): Statements {
  const parts = (toss() ? merge(statements) : statements).flatMap((statement) => split(statement, toss));
  const spelled = parts.map((statement) => {
    const again = respellStatement(statement, toss, ownKey);
    return toss() ? again : set({ Sid: undefined })(again);
  });
  return toss() ? spelled.toReversed() : spelled;
}

function respellRule(rule: ReplicationRule, toss: Coins): ReplicationRule {
  const { Filter, SourceSelectionCriteria, Destination } = rule;
  const isWhole = Filter?.Prefix === '';
  const And = Filter?.And && { ...Filter.And, Tags: Filter.And.Tags?.toReversed() };
  const off = SourceSelectionCriteria?.ReplicaModifications === undefined && toss();
  const plainAccount = Destination?.AccessControlTranslation === undefined && toss();
  return {
    ...rule,
    Filter: isWhole && toss() ? {} : And ? { And } : Filter,
    SourceSelectionCriteria: {
      ...SourceSelectionCriteria,
      ...(off && { ReplicaModifications: { Status: 'Disabled' as const } }),
    },
    Destination: plainAccount ? { ...Destination, Bucket: Destination?.Bucket, Account: undefined } : Destination,
  };
}

const respellLifecycle = (rule: LifecycleRule, toss: Coins): LifecycleRule => {
  const { Filter, ...rest } = rule;
  return Filter?.Prefix !== undefined && toss() ? { ...rest, Prefix: Filter.Prefix } : rule;
};

async function respellBucket({ someone }: They, { bucket: Bucket, ...place }: End, toss: Coins): Promise<void> {
  const s3 = someone.s3({ account: place.account, region: place.region });
  const read = await s3.send(new GetBucketPolicyCommand({ Bucket })).catch(() => undefined);
  if (read?.Policy !== undefined) {
    const Statement = respell(statementsIn(JSON.parse(read.Policy)), toss);
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }));
  }
  const replication = await s3.send(new GetBucketReplicationCommand({ Bucket })).catch(() => undefined);
  if (replication?.ReplicationConfiguration !== undefined) {
    const { Role, Rules = [] } = replication.ReplicationConfiguration;
    const spelled = Rules.map((rule) => respellRule(rule, toss));
    const ReplicationConfiguration = { Role, Rules: toss() ? spelled.toReversed() : spelled };
    await s3.send(new PutBucketReplicationCommand({ Bucket, ReplicationConfiguration }));
  }
  const lifecycle = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket })).catch(() => undefined);
  if (lifecycle?.Rules !== undefined) {
    const Rules = lifecycle.Rules.map((rule) => respellLifecycle(rule, toss));
    await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
  }
}

/** Every policy and every rule of a replication in other words. */
async function respellAll(they: They, toss: Coins): Promise<void> {
  for (const end of [they.source, they.destination]) {
    await respellBucket(they, end, toss);
    await editKeyPolicy(they, end, (statements) => respell(statements, toss, end.key));
  }
  await editTrust(they, (statements) => respell(statements, toss));
  await editRolePolicy(they, (statements) => respell(statements, toss));
}

/** Milliseconds: a loaded machine is slower, not wrong. */
const patience = 180_000;

describe('law 2: meaning, not text', () => {
  it(
    'leaves every policy and rule alone that says the same in other words',
    async () => {
      await fc.assert(
        fc.asyncProperty(worldPlan, fc.array(fc.nat(), { minLength: 5, maxLength: 5 }), async (plan, seeds) => {
          const world = await build(plan);
          await pass(world.groups(), { gateway: world.gateway, pauses: [0] });
          const healthy = world.save();
          for (const seed of seeds) {
            world.restore(healthy);
            const toss = coins(seed);
            for (const they of world.subjects) await respellAll(they, toss);
            const watched = recording(world.gateway);

            const reports = await pass(world.groups(), { gateway: watched, pauses: [0] });

            const drifted = reports.flatMap(({ findings }) => findings.filter(({ verdict }) => verdict === 'drifted'));
            expect(drifted).toEqual([]);
            expect(watched.writes()).toEqual([]);
          }
        }),
        { numRuns: 15 },
      );
    },
    patience,
  );
});
