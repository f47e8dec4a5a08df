import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type ContextValue,
  type Decision,
  decide,
  type NamedPolicy,
  type Policies,
  type Principal,
} from '../../shared/policy/evaluate.ts';

interface CaseFile<C> {
  readonly docs: string;
  readonly cases: readonly C[];
}

const folder = new URL('cases/', import.meta.url);

function tables<C>(name: string): readonly (readonly [string, CaseFile<C>])[] {
  const files = readdirSync(new URL(`${name}/`, folder)).filter((file) => file.endsWith('.json'));
  return files.map((file) => [
    file.replace('.json', ''),
    JSON.parse(readFileSync(new URL(`${name}/${file}`, folder), 'utf8')) as CaseFile<C>,
  ]);
}

const roleArn = 'arn:aws:iam::111111111111:role/app/orders';
const session: Principal = {
  kind: 'role-session',
  account: '111111111111',
  roleArn,
  roleId: 'AROAEXAMPLEORDERS1',
  sessionName: 's1',
};

const principals: Readonly<Record<string, Principal>> = {
  session,
  'session-without-id': { kind: 'role-session', account: '111111111111', roleArn, sessionName: 's1' },
  'session-without-name': { kind: 'role-session', account: '111111111111', roleArn, roleId: 'AROAEXAMPLEORDERS1' },
  'session-with-boundary': session,
  'session-with-unread-boundary': session,
  'session-in-organization': { ...session, organization: 'o-example01' },
  'service-linked': { ...session, roleArn: 'arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX' },
  user: { kind: 'user', account: '111111111111', arn: 'arn:aws:iam::111111111111:user/ann', userId: 'AIDAEXAMPLEUSER001' },
  root: { kind: 'root', account: '111111111111' },
  service: { kind: 'service', name: 's3.amazonaws.com', otherNames: ['s3.eu-west-1.amazonaws.com'] },
  anonymous: { kind: 'anonymous' },
};

const at = (label: string, document: unknown, account = '111111111111'): NamedPolicy => ({ label, account, document });
const policy = (...Statement: readonly unknown[]) => ({ Version: '2012-10-17', Statement });

type Context = Readonly<Record<string, ContextValue>>;
type Matches = boolean | 'unknown';

const answerFor = (matches: Matches): Decision['answer'] =>
  matches === 'unknown' ? 'cannot-tell' : matches ? 'allowed' : 'denied';
const denialFor = (matches: Matches): Decision['answer'] =>
  matches === 'unknown' ? 'cannot-tell' : matches ? 'denied' : 'allowed';

const everything = { Effect: 'Allow', Action: '*', Resource: '*' };

describe.each(
  tables<{ because: string; condition: unknown; context: Context; holds: Matches; version?: string | null }>('conditions'),
)('the %s conditions', (_, { cases }) => {
  it.each(cases)('$because: $condition with $context is $holds', ({ condition, context, holds, version = '2012-10-17' }) => {
    const statement = (Effect: string) => ({ Effect, Action: 's3:GetObject', Resource: '*', Condition: condition });
    const document = (...Statement: readonly unknown[]) => ({ ...(version !== null && { Version: version }), Statement });
    const ask = (statements: unknown) =>
      decide(
        {
          principal: session,
          action: 's3:GetObject',
          resource: 'arn:aws:s3:::orders/a',
          resourceAccount: '111111111111',
          context: { keys: context },
        },
        { identity: [at('role policy', statements)] },
      ).answer;

    expect(ask(document(statement('Allow')))).toBe(answerFor(holds));
    expect(ask(document(everything, statement('Deny')))).toBe(denialFor(holds));
  });
});

const tags: Context = { 'aws:PrincipalTag/year': '2026', 'aws:PrincipalTag/none': null };

interface ElementCase {
  readonly because: string;
  readonly element: Readonly<Record<string, unknown>>;
  readonly action?: string;
  readonly resource?: string;
  readonly principal?: string;
  readonly matches: Matches;
}

function askElement(
  { element, action = 's3:GetObject', resource = 'arn:aws:s3:::orders/2026/a.csv', principal = 'session' }: ElementCase,
  file: string,
) {
  const boundary = {
    'session-with-boundary': at('boundary', policy(everything)),
    'session-with-unread-boundary': { label: 'boundary', account: '111111111111', unread: 'AccessDenied' },
  }[principal];
  const parts = {
    ...(file !== 'actions' && { Action: '*' }),
    ...(file !== 'resources' && { Resource: '*' }),
    ...(file.includes('principals') ? {} : { Principal: '*' }),
  };
  const denial = { Effect: 'Deny', ...parts, ...element };
  return decide(
    { principal: principals[principal] ?? session, action, resource, resourceAccount: '111111111111', context: { keys: tags } },
    {
      identity: [at('role policy', policy(everything))],
      ...(boundary && { boundary }),
      resource: { ...at('bucket policy', policy({ ...everything, Principal: '*' }, denial)), kind: 'resource' },
    },
  ).answer;
}

describe.each(tables<ElementCase>('elements'))('the %s of a statement', (file, { cases }) => {
  it.each(cases)('$because: $element matches $matches', (one) => {
    expect(askElement(one, file)).toBe(denialFor(one.matches));
  });
});

type Given = 'unread' | string | readonly unknown[] | Readonly<Record<string, unknown>>;

interface DecisionCase {
  readonly because: string;
  readonly principal?: string;
  readonly action?: string;
  readonly resource?: string;
  readonly resourceAccount?: string;
  readonly kind?: 'key' | 'trust';
  readonly context?: Context;
  readonly policies: Readonly<Partial<Record<'identity' | 'boundary' | 'session' | 'resource', Given>>> & {
    readonly scps?: Levels;
    readonly rcps?: Levels;
  };
  readonly answer: Decision['answer'];
  readonly by: Decision['by'];
  readonly sid?: string;
  readonly missing?: readonly string[];
}

type Levels = 'unread' | readonly (readonly unknown[])[];

function named(label: string, given: Given, account = '111111111111'): NamedPolicy {
  if (given === 'unread') return { label, account, unread: 'AccessDenied' };
  return at(label, Array.isArray(given) ? policy(...given) : given, account);
}

const levels = (label: string, given: Levels): Policies['scps'] =>
  given === 'unread'
    ? [[named(label, 'unread')]]
    : given.map((statements) => statements.map((statement) => at(label, policy(statement))));

function policiesOf({ policies: p, kind, resource = 'arn:aws:s3:::orders/a', resourceAccount }: DecisionCase): Policies {
  const label = kind === 'key' ? 'the key policy' : kind === 'trust' ? 'the trust policy' : `policy of ${resource}`;
  return {
    ...(p.identity !== undefined && { identity: [named('role policy', p.identity)] }),
    ...(p.boundary !== undefined && { boundary: named('permissions boundary edge', p.boundary) }),
    ...(p.session !== undefined && { session: [named('session policy', p.session)] }),
    ...(p.resource !== undefined && { resource: { ...named(label, p.resource, resourceAccount), kind: kind ?? 'resource' } }),
    ...(p.scps !== undefined && { scps: levels('SCP', p.scps) }),
    ...(p.rcps !== undefined && { rcps: levels('RCP', p.rcps) }),
  } as Policies;
}

function decideCase(one: DecisionCase): Decision {
  const {
    principal = 'session',
    action = 's3:GetObject',
    resource = 'arn:aws:s3:::orders/a',
    resourceAccount = '111111111111',
    context = {},
  } = one;
  return decide(
    { principal: principals[principal] ?? session, action, resource, resourceAccount, context: { keys: context } },
    policiesOf(one),
  );
}

describe.each(tables<DecisionCase>('decisions'))('decisions: %s', (_, { cases }) => {
  it.each(cases)('$answer: $because', (one) => {
    const decision = decideCase(one);

    expect(decision).toMatchObject({ answer: one.answer, by: one.by });
    if (one.sid !== undefined) expect(decision.deciding?.sid).toBe(one.sid);
    if (one.missing !== undefined) expect(decision.missing.map((missing) => missing.policy)).toEqual(one.missing);
  });

  it('names an AWS page', () => {
    expect(tables('decisions').every(([, { docs }]) => docs.startsWith('https://docs.aws.amazon.com/'))).toBe(true);
  });
});

describe('a statement that is said to be missing', () => {
  const denied = tables<DecisionCase>('decisions').flatMap(([, { cases }]) => cases.filter((one) => one.by === 'implicit-deny'));

  it.each(denied)('allows once it is added: $because', (one) => {
    const policies = policiesOf(one);
    const { missing } = decideCase(one);
    expect(missing).not.toEqual([]);

    const add = (target: NamedPolicy | undefined, label: string): NamedPolicy | undefined => {
      const statements = missing.filter((m) => m.policy === label).map((m) => m.statement);
      const own = (target?.document as { Statement?: readonly unknown[] } | undefined)?.Statement ?? [];
      return statements.length > 0 ? { ...at(label, policy(...own, ...statements)) } : target;
    };
    const {
      principal = 'session',
      action = 's3:GetObject',
      resource = 'arn:aws:s3:::orders/a',
      resourceAccount = '111111111111',
      context = {},
    } = one;
    const resourceLabel = policies.resource?.label ?? `policy of ${resource}`;
    const identityLabel = missing.find((m) => m.policy.startsWith('identity policy'))?.policy;
    const amended: Policies = {
      ...policies,
      identity: [...(policies.identity ?? []), ...(identityLabel ? [add(undefined, identityLabel) as NamedPolicy] : [])],
      ...(policies.boundary && { boundary: add(policies.boundary, 'permissions boundary edge') as NamedPolicy }),
      ...(policies.session && { session: [add(policies.session[0], 'session policy') as NamedPolicy] }),
      resource: { ...(add(policies.resource, resourceLabel) ?? at(resourceLabel, policy())), kind: one.kind ?? 'resource' },
      ...(policies.scps && {
        scps: policies.scps.map((level) => [
          ...level,
          at('SCP', policy(...missing.filter((m) => m.policy.startsWith('service control')).map((m) => m.statement))),
        ]),
      }),
    };

    const decision = decide(
      { principal: principals[principal] ?? session, action, resource, resourceAccount, context: { keys: context } },
      amended,
    );

    // A key that only delegates then asks for the identity policy next: one step further, never a denial by the same policy.
    expect(
      decision.answer === 'allowed' || decision.missing.every((m) => !missing.some((first) => first.policy === m.policy)),
    ).toBe(true);
  });
});
