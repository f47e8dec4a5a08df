import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob, matchesGlob } from '../../shared/policy/evaluate/patterns.ts';
import {
  type ContextValue,
  type Decision,
  decide,
  type NamedPolicy,
  type Policies,
  type Principal,
  type Request,
} from '../../shared/policy/evaluate.ts';
import { runs } from './runs.ts';

const roleArn = 'arn:aws:iam::111111111111:role/orders';
const principal: Principal = {
  kind: 'role-session',
  account: '111111111111',
  roleArn,
  roleId: 'AROAEXAMPLEORDERS1',
  sessionName: 's',
};

const action = fc.constantFrom('s3:ReplicateObject', 's3:GetObject', 's3:*', '*', 'kms:Decrypt', 's3:Rep*');
const resource = fc.constantFrom('*', 'arn:aws:s3:::orders-dr/*', 'arn:aws:s3:::orders-dr', 'arn:aws:s3:::other/*');
const named = fc.constantFrom<unknown>(
  '*',
  { AWS: roleArn },
  { AWS: '111111111111' },
  { AWS: 'AROAGONEGONEGONE1' },
  { Service: 's3.amazonaws.com' },
);
const operator = fc.constantFrom(
  'StringEquals',
  'StringNotEquals',
  'StringLike',
  'StringEqualsIfExists',
  'ForAllValues:StringEquals',
  'Null',
  'Odd',
);
const condition = fc.record({
  operator,
  key: fc.constantFrom('x:a', 'x:b', 'x:c'),
  value: fc.constantFrom('1', '2', 'true', '*'),
});
const conditions = fc.option(
  condition.map((c) => ({ [c.operator]: { [c.key]: c.value } })),
  { nil: undefined },
);
const effect = fc.constantFrom('Allow', 'Deny');

type Statement = Readonly<Record<string, unknown>>;
const statement = fc
  .record({ Effect: effect, Action: action, Resource: resource, Condition: conditions })
  .map(({ Condition, ...rest }) => (Condition ? { ...rest, Condition } : rest) as Statement);
const granted = fc.tuple(statement, named).map(([of, Principal]) => ({ ...of, Principal }) as Statement);
const value = fc.constantFrom<ContextValue>('1', '2', null);
const context = fc.record({ 'x:a': value, 'x:b': value, 'x:c': value }, { requiredKeys: [] });

interface Drawn {
  readonly identity: readonly Statement[];
  readonly resource: readonly Statement[];
  readonly boundary: readonly Statement[] | undefined;
  readonly scp: readonly Statement[] | undefined;
  readonly keys: Readonly<Record<string, ContextValue>>;
  readonly resourceAccount: string;
  readonly kind: 'resource' | 'key';
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  identity: fc.array(statement, { maxLength: 4 }),
  resource: fc.array(granted, { maxLength: 4 }),
  boundary: fc.option(fc.array(statement, { minLength: 1, maxLength: 3 }), { nil: undefined }),
  scp: fc.option(fc.array(statement, { minLength: 1, maxLength: 3 }), { nil: undefined }),
  keys: context,
  resourceAccount: fc.constantFrom('111111111111', '222222222222'),
  kind: fc.constantFrom('resource', 'key'),
});

const at = (label: string, statements: readonly Statement[]): NamedPolicy => ({
  label,
  account: '111111111111',
  document: { Version: '2012-10-17', Statement: statements },
});

const policiesOf = (d: Drawn): Policies => ({
  identity: [at('identity', d.identity)],
  resource: { ...at('resource', d.resource), kind: d.kind },
  ...(d.boundary && { boundary: at('boundary', d.boundary) }),
  ...(d.scp && { scps: [[at('scp', d.scp)]] }),
});

const requestOf = (d: Drawn): Request => ({
  principal,
  action: 's3:ReplicateObject',
  resource: 'arn:aws:s3:::orders-dr/a',
  resourceAccount: d.resourceAccount,
  context: { keys: d.keys },
});

const answer = (d: Drawn): Decision['answer'] => decide(requestOf(d), policiesOf(d)).answer;
const always = (law: (d: Drawn) => void) => fc.assert(fc.property(drawn, law), { numRuns: runs(400) });
const denyAll: Statement = { Effect: 'Deny', Action: '*', Resource: '*' };
const order: Readonly<Record<Decision['answer'], number>> = { denied: 0, 'cannot-tell': 1, allowed: 2 };

describe('the evaluator, whatever the policies', () => {
  it('denies once some policy has a Deny that applies', () => {
    always((d) => {
      expect(answer({ ...d, identity: [...d.identity, denyAll] })).toBe('denied');
      expect(answer({ ...d, resource: [...d.resource, { ...denyAll, Principal: '*' }] })).toBe('denied');
      expect(answer({ ...d, boundary: [...(d.boundary ?? []), denyAll] })).toBe('denied');
      expect(answer({ ...d, scp: [...(d.scp ?? []), denyAll] })).toBe('denied');
    });
  });

  it('never allows more when a Deny is added', () => {
    fc.assert(
      fc.property(drawn, granted, (d, more) => {
        const deny = { ...more, Effect: 'Deny' };
        expect(order[answer({ ...d, resource: [...d.resource, deny] })]).toBeLessThanOrEqual(order[answer(d)]);
      }),
      { numRuns: runs(400) },
    );
  });

  it('never allows less when an Allow is added', () => {
    fc.assert(
      fc.property(drawn, statement, (d, more) => {
        const allow = { ...more, Effect: 'Allow' };
        expect(order[answer({ ...d, identity: [...d.identity, allow] })]).toBeGreaterThanOrEqual(order[answer(d)]);
      }),
      { numRuns: runs(400) },
    );
  });

  it('minds no order of statements, and no split of a policy in two', () => {
    always((d) => {
      const turned = { ...d, identity: d.identity.toReversed(), resource: d.resource.toReversed() };
      const split = { ...policiesOf(d), identity: d.identity.map((one) => at('identity', [one])) };

      expect(answer(turned)).toBe(answer(d));
      expect(decide(requestOf(d), split).answer).toBe(answer(d));
    });
  });

  it('gives the same answer for the text of the policies', () => {
    always((d) => {
      const text = (policy: NamedPolicy): NamedPolicy => ({ ...policy, document: JSON.stringify(policy.document) });
      const { identity = [], resource: of, ...rest } = policiesOf(d);

      expect(
        decide(requestOf(d), { ...rest, identity: identity.map(text), ...(of && { resource: { ...text(of), kind: of.kind } }) })
          .answer,
      ).toBe(answer(d));
    });
  });

  it('tells the truth for every value an unknown key may have', () => {
    fc.assert(
      fc.property(drawn, value, value, value, (d, a, b, c) => {
        const whole = { 'x:a': a, 'x:b': b, 'x:c': c, ...d.keys };
        const now = answer(d);
        if (now !== 'cannot-tell') expect(answer({ ...d, keys: whole })).toBe(now);
      }),
      { numRuns: runs(1000) },
    );
  });

  it('tells the truth whatever an unread policy may say', () => {
    fc.assert(
      fc.property(drawn, fc.array(statement, { maxLength: 3 }), (d, hidden) => {
        const unread = decide(requestOf(d), {
          ...policiesOf(d),
          identity: [{ label: 'hidden', account: '111111111111', unread: 'AccessDenied' }],
        });
        if (unread.answer !== 'cannot-tell') expect(answer({ ...d, identity: hidden })).toBe(unread.answer);
      }),
      { numRuns: runs(1000) },
    );
  });

  it('allows across accounts only what both sides allow', () => {
    always((d) => {
      const across = { ...d, resourceAccount: '222222222222' };
      if (answer(across) !== 'allowed') return;
      expect(answer({ ...across, identity: [] })).toBe('denied');
      expect(answer({ ...across, resource: [] })).toBe('denied');
    });
  });

  it('always says which statement decided, or which one is missing', () => {
    always((d) => {
      const decision = decide(requestOf(d), policiesOf(d));

      expect(decision.deciding !== undefined || decision.missing.length > 0).toBe(true);
      expect(decision.by === 'implicit-deny').toBe(decision.missing.length > 0);
    });
  });

  it('never throws, whatever stands in a policy', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (document, element) => {
        const policies: Policies = {
          identity: [{ label: 'a', account: '111111111111', document }, at('b', [element as Statement])],
          resource: {
            ...at('c', [{ Effect: 'Allow', Principal: element, Action: element, Resource: element, Condition: element }]),
            kind: 'resource',
          },
        };
        expect(['allowed', 'denied', 'cannot-tell']).toContain(
          decide(requestOf({ keys: {}, resourceAccount: '222222222222' } as unknown as Drawn), policies).answer,
        );
      }),
      { numRuns: runs(500) },
    );
  });
});

describe('a wildcard pattern', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 12 });

  it('matches as the same regular expression does', () => {
    fc.assert(
      fc.property(text, fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 }), (pattern, given) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(matchesGlob(compileGlob(pattern), given)).toBe(expression.test(given));
      }),
      { numRuns: runs(2000) },
    );
  });

  it('stays fast for patterns that make regular expressions hang', () => {
    const started = performance.now();
    matchesGlob(compileGlob(`${'*a'.repeat(30)}b`), 'a'.repeat(2000));
    expect(performance.now() - started).toBeLessThan(500);
  });
});
