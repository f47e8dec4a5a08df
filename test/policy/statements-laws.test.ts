import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  diffStatements,
  mergeStatements,
  type PolicyDocument,
  policyOf,
  type Statement,
  statementsOf,
} from '../../shared/policy/statements.ts';
import {
  bucket,
  foreignDeny,
  foreignOdd,
  objects,
  otherRole,
  ourBucket,
  ourKey,
  ourObjects,
  role,
  rules,
  spelled,
} from './policies.ts';
import { runs } from './runs.ts';

const principals = fc.subarray([role, otherRole, 'arn:aws:iam::111111111111:role/third'], { minLength: 1 });
const wantedPolicy = fc.record({ AWS: principals, withKey: fc.boolean(), owner: fc.boolean() }).map(({ AWS, withKey, owner }) =>
  policyOf([
    spelled(ourObjects, {
      Principal: { AWS },
      Action: ['s3:ReplicateObject', 's3:ReplicateDelete', ...(owner ? ['s3:ReplicateTags'] : [])],
    }),
    spelled(ourBucket, { Principal: { AWS } }),
    ...(withKey ? [ourKey] : []),
  ]),
);

const element = fc.constantFrom('Effect', 'Principal', 'Action', 'Resource', 'Condition', 'Sid');
const damage = fc.oneof(
  fc.record({ kind: fc.constant('remove' as const), at: fc.nat(5), element }),
  fc.record({ kind: fc.constant('drop' as const), at: fc.nat(5), element }),
  fc.record({
    kind: fc.constant('set' as const),
    at: fc.nat(5),
    element,
    value: fc.constantFrom<unknown>('*', 'Deny', { AWS: '*' }, 's3:*', [bucket, objects], 'OurOld', 'OurBucket', {
      StringEquals: { 'aws:x': 'y' },
    }),
  }),
);
type Damage = typeof damage extends fc.Arbitrary<infer D> ? D : never;

function damaged(policy: PolicyDocument, all: readonly Damage[]): PolicyDocument {
  return policyOf(
    all.reduce<readonly Statement[]>((statements, one) => {
      if (one.kind === 'drop') return statements.filter((_, index) => index !== one.at);
      const value = one.kind === 'set' ? one.value : undefined;
      return statements.map((statement, index) => {
        if (index !== one.at) return statement;
        const entries = Object.entries({ ...statement, [one.element]: value }).filter(([, v]) => v !== undefined);
        return Object.fromEntries(entries) as Statement;
      });
    }, statementsOf(policy)),
  );
}

const foreign = fc.shuffledSubarray([
  foreignDeny,
  foreignOdd,
  { Sid: 'Partner', Effect: 'Allow', Principal: { AWS: '333333333333' }, Action: 's3:GetObject', Resource: objects },
  { Effect: 'Allow', Principal: { AWS: role }, Action: ['s3:ReplicateObject', 's3:ListBucket'], Resource: [objects, bucket] },
] satisfies readonly Statement[]);

const isForeign = (statement: Statement): boolean => statement.Sid === undefined || !rules.ownSids.has(statement.Sid);

/** A policy with ours, more or less broken, and statements of others among them. */
const brokenPolicy = fc
  .record({ policy: wantedPolicy, all: fc.array(damage, { maxLength: 4 }), others: foreign, at: fc.nat(3) })
  .map(({ policy, all, others, at }) => {
    const own = [...statementsOf(damaged(policy, all))];
    return policyOf([...own.slice(0, at), ...others, ...own.slice(at)]);
  });

describe('repairing policies', () => {
  it('leaves no difference, whatever was there', () => {
    fc.assert(
      fc.property(wantedPolicy, brokenPolicy, fc.boolean(), (wanted, observed, exclusive) => {
        const asked = { ...rules, exclusive };
        expect(diffStatements(wanted, mergeStatements(wanted, observed, asked), asked)).toEqual([]);
      }),
      { numRuns: runs(300) },
    );
  });

  it('changes nothing in what is in sync', () => {
    fc.assert(
      fc.property(wantedPolicy, brokenPolicy, (wanted, observed) => {
        const merged = mergeStatements(wanted, observed, rules);
        expect(mergeStatements(wanted, merged, rules)).toEqual(merged);
      }),
      { numRuns: runs(200) },
    );
  });

  it('keeps the statements of others word for word and in order', () => {
    fc.assert(
      fc.property(wantedPolicy, brokenPolicy, (wanted, observed) => {
        const merged = mergeStatements(wanted, observed, rules);
        expect(statementsOf(merged).filter(isForeign)).toEqual(statementsOf(observed).filter(isForeign));
      }),
      { numRuns: runs(300) },
    );
  });
});
