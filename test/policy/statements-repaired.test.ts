import { describe, expect, it } from 'vitest';
import {
  mergeStatements,
  type PolicyDocument,
  parsePolicy,
  policyOf,
  retainPresent,
  statementsOf,
} from '../../shared/policy/statements.ts';
import {
  bucket,
  foreignDeny,
  foreignOdd,
  key,
  objects,
  otherRole,
  ourBucket,
  ourKey,
  ourObjects,
  ours,
  role,
  rules,
  spelled,
} from './policies.ts';

describe('a policy', () => {
  it('is read from its text, and is of the current version when we write it', () => {
    expect(parsePolicy(JSON.stringify(ours))).toEqual(ours);
    expect(() => parsePolicy('{')).toThrow(SyntaxError);
    expect(policyOf([])).toEqual({ Version: '2012-10-17', Statement: [] });
  });

  it.each([
    ['there is none', undefined, []],
    ['it has none', {}, []],
    ['one stands outside a list', { Statement: ourBucket }, [ourBucket]],
  ])('has the statements that are there: %s', (_, document, statements) => {
    expect(statementsOf(document)).toEqual(statements);
  });
});

describe('merging policies', () => {
  const cases = [
    {
      name: 'writes ours where there was no policy',
      observed: undefined,
      merged: { Version: '2012-10-17', Statement: [ourObjects, ourBucket] },
    },
    {
      name: 'appends what is missing after the statements of others',
      observed: policyOf([foreignOdd, foreignDeny]),
      merged: policyOf([foreignOdd, foreignDeny, ourObjects, ourBucket]),
    },
    {
      name: 'replaces ours where it stands',
      observed: policyOf([spelled(ourObjects, { Effect: 'Deny' }), foreignOdd, ourBucket]),
      merged: policyOf([ourObjects, foreignOdd, ourBucket]),
    },
    {
      name: 'removes an old statement of ours',
      observed: policyOf([ourObjects, spelled(ourBucket, { Sid: 'OurOld', Action: 's3:DeleteBucket' }), ourBucket]),
      merged: policyOf([ourObjects, ourBucket]),
    },
    {
      name: 'leaves ours as somebody else spelled it',
      observed: policyOf([spelled(ourObjects, { Action: ['s3:replicatedelete', 's3:ReplicateObject'] })]),
      merged: policyOf([spelled(ourObjects, { Action: ['s3:replicatedelete', 's3:ReplicateObject'] }), ourBucket]),
    },
    {
      name: 'adds what a wrong statement of ours gave by the way',
      observed: policyOf([
        spelled(ourObjects, {
          Action: ['s3:ReplicateObject', 's3:ListBucket', 's3:GetBucketVersioning'],
          Resource: [bucket, objects],
        }),
      ]),
      merged: policyOf([ourObjects, ourBucket]),
    },
    {
      name: 'keeps Version and Id of others',
      observed: { Version: '2008-10-17', Id: 'Team', Statement: foreignDeny },
      merged: { Version: '2008-10-17', Id: 'Team', Statement: [foreignDeny, ourObjects, ourBucket] },
    },
  ] satisfies readonly { name: string; observed: PolicyDocument | undefined; merged: PolicyDocument }[];

  it.each(cases)('$name', ({ observed, merged }) => {
    expect(mergeStatements(ours, observed, rules)).toEqual(merged);
  });

  it('puts ours once where it stands twice, and keeps what is right', () => {
    const wrong = spelled(ourObjects, { Effect: 'Deny' });

    expect(mergeStatements(ours, policyOf([wrong, ourBucket, wrong]), rules)).toEqual(policyOf([ourObjects, ourBucket]));
    expect(mergeStatements(ours, policyOf([wrong, ourBucket, ourObjects]), rules)).toEqual(policyOf([ourObjects, ourBucket]));
    expect(mergeStatements(ours, policyOf([ourBucket, foreignOdd, wrong]), rules)).toEqual(
      policyOf([ourBucket, foreignOdd, ourObjects]),
    );
  });

  it('removes what has no Sid where we are exclusive, and writes nothing in its place', () => {
    const nameless = { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' };

    expect(mergeStatements(ours, policyOf([nameless, ourObjects, ourBucket]), { ...rules, exclusive: true })).toEqual(ours);
  });

  it('removes the statements of others where we are exclusive', () => {
    const observed = policyOf([foreignOdd, spelled(ourObjects, { Sid: 'Team' }), foreignDeny]);

    expect(mergeStatements(ours, observed, { ...rules, exclusive: true })).toEqual(
      policyOf([spelled(ourObjects, { Sid: 'Team' }), ourBucket]),
    );
  });
});

describe('repairing for some while others wait', () => {
  const both = policyOf([spelled(ourObjects, { Principal: { AWS: [role, otherRole] } })]);
  const mine = policyOf([ourObjects]);
  const keysOf = (Resource: readonly string[], buckets: readonly string[]): PolicyDocument =>
    policyOf([spelled(ourKey, { Resource, Condition: { StringLike: { 'kms:EncryptionContext:aws:s3:arn': buckets } } })]);
  const cases = [
    { name: 'takes only mine when the other has nothing', some: mine, all: both, observed: undefined, aim: mine },
    { name: 'keeps the other when it is there', some: mine, all: both, observed: both, aim: both },
    {
      name: 'keeps the other whole when a part of it is there',
      some: mine,
      all: both,
      observed: policyOf([spelled(ourObjects, { Principal: { AWS: otherRole }, Action: 's3:ReplicateObject' })]),
      aim: both,
    },
    {
      name: 'drops what belongs to nobody',
      some: mine,
      all: both,
      observed: policyOf([spelled(ourObjects, { Principal: { AWS: [role, '333333333333'] } })]),
      aim: mine,
    },
    {
      name: 'takes only my key and my buckets when the other has none',
      some: keysOf([key], [bucket]),
      all: keysOf([key, 'arn:other'], [bucket, 'arn:aws:s3:::bills']),
      observed: undefined,
      aim: keysOf([key], [bucket]),
    },
    {
      name: 'keeps key and buckets of the other when they are there',
      some: keysOf([key], [bucket]),
      all: keysOf([key, 'arn:other'], [bucket, 'arn:aws:s3:::bills']),
      observed: keysOf(['arn:other'], ['arn:aws:s3:::bills']),
      aim: keysOf([key, 'arn:other'], [bucket, 'arn:aws:s3:::bills']),
    },
    {
      name: 'leaves out a statement that only the other wants and has not',
      some: mine,
      all: policyOf([ourObjects, spelled(ourBucket, { Principal: { AWS: [otherRole] } })]),
      observed: mine,
      aim: mine,
    },
  ] satisfies readonly {
    name: string;
    some: PolicyDocument;
    all: PolicyDocument;
    observed: PolicyDocument | undefined;
    aim: PolicyDocument;
  }[];

  it.each(cases)('$name', ({ some, all, observed, aim }) => {
    expect(retainPresent(some, all, observed, rules)).toEqual(aim);
  });
});
