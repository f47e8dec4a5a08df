import { describe, expect, it } from 'vitest';
import { requiredSettings } from '../../functions/cli/settings.ts';
import type { Aspect, Get } from '../../shared/aspects/aspect.ts';
import { aspects } from '../../shared/aspects/index.ts';
import type { AwsCall } from '../../shared/model/aws-call.ts';
import { operations } from '../../shared/model/operations.ts';
import { targetsOf } from '../../shared/stages/targets.ts';
import { aGroup, aReplication, failureTopic } from '../support/builders.ts';

const everything = {
  exclusive: true,
  lifecycle: { source: { expireAfterDays: 1 }, destination: { expireAfterDays: 1 } },
  source: { objectOwnership: 'BucketOwnerEnforced', blockPublicAccess: true },
  destination: { objectOwnership: 'BucketOwnerEnforced', blockPublicAccess: true, objectLock: true },
};
const group = aGroup([aReplication(everything, 'orders-dr', { failureTopic })]);
const targets = targetsOf(group, aspects);
const targetOf = ({ name }: Aspect<unknown>) => targets.find(({ aspect }) => aspect.name === name) as (typeof targets)[number];

/** Answers that lead every read to its last call. */
const answers: Readonly<Record<string, object>> = {
  'iam:GetRole': { Role: { PermissionsBoundary: { PermissionsBoundaryArn: 'arn:aws:iam::111111111111:policy/boundary' } } },
  'iam:ListRolePolicies': { PolicyNames: ['logs'] },
  'iam:ListAttachedRolePolicies': { AttachedPolicies: [{ PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }] },
  'iam:GetPolicy': { Policy: { DefaultVersionId: 'v1' } },
  's3:GetBucketPolicy': { Policy: '{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}}' },
};

async function callsToRead(aspect: Aspect<unknown>): Promise<readonly AwsCall[]> {
  const calls: AwsCall[] = [];
  const get: Get = async (call) => {
    calls.push(call as AwsCall);
    const answer = answers[call.operation];
    return answer === undefined ? { status: 'absent' } : { status: 'present', value: answer as never };
  };
  await aspect.read(targetOf(aspect).on)(get);
  return calls;
}

/** Observed values that make every aspect send all it can. */
const observations: Readonly<Record<string, readonly unknown[]>> = {
  'role-trust': [undefined, { document: {} }],
  'role-other-policies': [{ inline: [{ name: 'logs' }], attached: [{ name: 'x', arn: 'arn:x' }] }],
  'key-state': [{ state: 'PendingDeletion' }],
};

const callsToWrite = (aspect: Aspect<unknown>): readonly AwsCall[] =>
  targets
    .filter((target) => target.aspect === aspect)
    .flatMap(({ on, sharers }) =>
      (observations[aspect.name] ?? [undefined]).flatMap((observed) =>
        aspect.write(on, aspect.merge(aspect.desired(sharers, on), observed, on), observed),
      ),
    );

const actionsOf = (calls: readonly AwsCall[]): readonly string[] =>
  [...new Set(calls.map(({ operation }) => operations[operation].action))].sort();

/** By name; what owners of resources are given to set up. */
const rendered = new Set(requiredSettings(group, aspects).map(({ aspect }) => aspect));

/** What owners switch, and do not write down. */
const switched = ['key-state'];

describe('the list of aspects', () => {
  it('names every aspect once', () => {
    const names = aspects.map(({ name }) => name);

    expect(new Set(names).size).toBe(names.length);
  });

  it('waits only for aspects that exist, and never in a circle', () => {
    const afterOf = new Map(aspects.map(({ name, after }) => [name, after]));
    function depth(name: string, seen: readonly string[]): number {
      expect(seen).not.toContain(name);
      expect(afterOf.has(name)).toBe(true);
      return 1 + Math.max(0, ...(afterOf.get(name) ?? []).map((before) => depth(before, [...seen, name])));
    }

    for (const { name } of aspects) expect(depth(name, [])).toBeGreaterThan(0);
  });

  it('waits, directly, for everything that what it waits for waits for', () => {
    const byName = new Map(aspects.map((aspect) => [aspect.name, aspect]));
    const missing = aspects.flatMap(({ name, after }) =>
      after.flatMap((before) =>
        (byName.get(before)?.after ?? []).filter((far) => !after.includes(far)).map((far) => `${name}: ${far}`),
      ),
    );

    expect(missing).toEqual([]);
  });
});

describe.each(aspects)('$name', (aspect) => {
  it('declares the IAM actions its reads need, no more and no fewer', async () => {
    expect([...aspect.permissions.read].sort()).toEqual(actionsOf(await callsToRead(aspect)));
  });

  it('declares the IAM actions its writes need', () => {
    const passed = aspect.name === 'replication-configuration' ? ['iam:PassRole'] : [];

    expect([...aspect.permissions.write].sort()).toEqual([...actionsOf(callsToWrite(aspect)), ...passed].sort());
  });

  it('reads and writes only where its resource is', async () => {
    const { on } = targetOf(aspect);
    const places = targets
      .filter((target) => target.aspect === aspect)
      .map((target) => `${target.on.account} ${target.on.region}`);

    for (const { account, region } of await callsToRead(aspect))
      expect({ account, region }).toEqual({ account: on.account, region: on.region });
    for (const { account, region } of callsToWrite(aspect)) expect(places).toContain(`${account} ${region}`);
  });

  it('only reads to read, and only writes to write', async () => {
    expect((await callsToRead(aspect)).map(({ operation }) => operations[operation].kind)).not.toContain('write');
    expect(callsToWrite(aspect).map(({ operation }) => operations[operation].kind)).not.toContain('read');
  });

  it('finds what it would write in sync', () => {
    const { on, sharers } = targetOf(aspect);
    const desired = aspect.desired(sharers, on);

    expect(aspect.diff(desired, aspect.merge(desired, undefined, on), on)).toEqual([]);
  });

  it('is rendered for owners who set it up themselves, where there is anything to set up', () => {
    const calls = targets
      .filter((target) => target.aspect === aspect && !switched.includes(aspect.name))
      .flatMap(({ on, sharers }) => aspect.write(on, aspect.merge(aspect.desired(sharers, on), undefined, on), undefined));

    expect(rendered.has(aspect.name)).toBe(calls.length > 0);
  });

  it('says which events change it, why it matters and where that stands', () => {
    expect(aspect.changedBy.length).toBeGreaterThan(0);
    expect(new Set(aspect.changedBy).size).toBe(aspect.changedBy.length);
    expect(aspect.matters).toMatch(/^[A-Z].+\.$/s);
    expect(aspect.docs).toMatch(/^https:\/\/docs\.aws\.amazon\.com\/.+\.html$/);
  });
});
