import { beforeAll, describe, expect, it } from 'vitest';
import { boundaryPolicy } from '../../infra/permissions/boundary.ts';
import { functionPolicy } from '../../infra/permissions/hub.ts';
import { neverEver } from '../../infra/permissions/never.ts';
import type { PolicyDocument } from '../../infra/permissions/statement.ts';
import { spokeTrust } from '../../infra/permissions/trust.ts';
import { healerPolicy, observerPolicy } from '../../infra/permissions.ts';
import { aspects } from '../../shared/aspects/index.ts';
import { rolePolicyFor } from '../../shared/aspects/role-policy.ts';
import { underBoundary } from '../../shared/aws/role-boundary.ts';
import { sessionPolicies } from '../../shared/aws/session-policy.ts';
import type { AwsCall } from '../../shared/model/aws-call.ts';
import { decide } from '../../shared/policy/evaluate.ts';
import { statementsOf } from '../../shared/policy/statements.ts';
import { reconcile } from '../../shared/reconcile.ts';
import { catalogue, worlds } from '../scenarios/catalogue.ts';
import { type Healthy, makeHealthy } from '../scenarios/trials.ts';
import { aReplication } from '../support/builders.ts';
import type { Drift, WorldName } from '../support/drifts.ts';
import { type Asked, answerTo, at, configWith, judged } from './judging.ts';

const everyKey = ['arn:aws:kms:*:111111111111:key/*', 'arn:aws:kms:*:222222222222:key/*'];
const config = configWith({ names: { buckets: ['orders*'], keys: everyKey, roles: ['lockstep-*'] } });
const observer = (account: string): PolicyDocument => observerPolicy(aspects, config, at(account));
const healer = (account: string): PolicyDocument => healerPolicy(aspects, config, at(account));

const sessionPolicy = sessionPolicies(aspects);
const inSession = (call: AwsCall): readonly PolicyDocument[] => {
  const policy = sessionPolicy(call);
  return policy === undefined ? [] : [JSON.parse(policy)];
};

describe('what every drift of the catalogue needs', () => {
  const healthy = new Map<WorldName, Healthy>();
  const used = new Set<string>();

  beforeAll(async () => {
    for (const name of Object.keys(worlds) as WorldName[]) healthy.set(name, await makeHealthy(name));
  });

  async function refusedFor(drift: Drift): Promise<readonly string[]> {
    const { world, groups, subject, saved } = healthy.get(drift.to ?? 'pair') as Healthy;
    world.restore(saved);
    await drift.done({ ...subject, someone: world.someone });
    const reads = judged(world.gateway, ({ account }) => [observer(account)]);
    const writes = judged(world.gateway, (call) => [healer(call.account), ...inSession(call)]);
    const common = { observer: reads, healer: underBoundary(writes, 'lockstep-boundary'), write: true, pauses: [0] };
    for (const group of groups) await reconcile(group, { ...common, wait: async () => {}, now: () => new Date() });
    for (const action of writes.asked) used.add(action);
    return [...reads.refused, ...writes.refused];
  }

  it.each(Object.values(catalogue).flat())('is allowed: $name', async (drift) => {
    expect(await refusedFor(drift)).toEqual([]);
  });

  it('is all that the healer is allowed to write', () => {
    const granted = healer('111111111111').Statement.filter(({ Effect, Sid }) => Effect === 'Allow' && !Sid.startsWith('Read'));

    expect(granted.flatMap(({ Action }) => Action).filter((action) => !used.has(action))).toEqual([]);
  });
});

const bucket = 'arn:aws:s3:::orders';
const key = 'arn:aws:kms:eu-west-1:111111111111:key/11111111-aaaa-4aaa-8aaa-111111111111';
const role = 'arn:aws:iam::111111111111:role/lockstep-orders';
const foreignRole = 'arn:aws:iam::111111111111:role/payroll';
const bounded = { 'iam:PermissionsBoundary': 'arn:aws:iam::111111111111:policy/lockstep-boundary' };

const attacks: readonly (Asked & { readonly because: string })[] = [
  {
    action: 'iam:PassRole',
    resource: role,
    keys: { 'iam:PassedToService': 'lambda.amazonaws.com' },
    because: 'only S3 is given roles',
  },
  { action: 'iam:PassRole', resource: role, because: 'whom it is passed to must be known' },
  {
    action: 'iam:PassRole',
    resource: foreignRole,
    keys: { 'iam:PassedToService': 's3.amazonaws.com' },
    because: 'it is outside the names',
  },
  {
    action: 'iam:AttachRolePolicy',
    resource: role,
    keys: { 'iam:PolicyARN': 'arn:aws:iam::aws:policy/AdministratorAccess' },
    because: 'rights are not widened',
  },
  { action: 'iam:PutRolePolicy', resource: foreignRole, because: 'it is outside the names' },
  {
    action: 'iam:PutRolePolicy',
    resource: 'arn:aws:iam::111111111111:role/lockstep-healer',
    because: 'it would be its own judge',
  },
  {
    action: 'iam:UpdateAssumeRolePolicy',
    resource: 'arn:aws:iam::111111111111:role/lockstep-observer',
    because: 'nobody else is let in',
  },
  {
    action: 'iam:PutRolePolicy',
    resource: 'arn:aws:iam::111111111111:role/lockstep-reconcile',
    because: 'the hub may stand in this account',
  },
  {
    action: 'iam:DetachRolePolicy',
    resource: 'arn:aws:iam::111111111111:role/lockstep-forwarder-eu-west-1',
    because: 'events must go on coming',
  },
  {
    action: 'iam:PutRolePolicy',
    resource: 'arn:aws:iam::111111111111:role/lockstep-heartbeat-eu-west-1',
    because: 'a spoke must go on being heard of',
  },
  { action: 'iam:UpdateAssumeRolePolicy', resource: foreignRole, because: 'it is outside the names' },
  { action: 'iam:CreateRole', resource: role, because: 'it would have no boundary' },
  {
    action: 'iam:CreateRole',
    resource: role,
    keys: { 'iam:PermissionsBoundary': 'arn:aws:iam::111111111111:policy/other' },
    because: 'it is another boundary',
  },
  { action: 'iam:CreateRole', resource: foreignRole, keys: bounded, because: 'it is outside the names' },
  { action: 'iam:DeleteRolePermissionsBoundary', resource: role, keys: bounded, because: 'a boundary stays' },
  { action: 'iam:PutRolePermissionsBoundary', resource: role, keys: bounded, because: 'a boundary stays' },
  { action: 'iam:DeleteRole', resource: role, because: 'nothing is destroyed' },
  { action: 'iam:CreateUser', resource: 'arn:aws:iam::111111111111:user/eve', because: 'rights are not widened' },
  {
    action: 'iam:CreatePolicyVersion',
    resource: 'arn:aws:iam::111111111111:policy/lockstep-boundary',
    because: 'it would widen the boundary',
  },
  { action: 'sts:AssumeRole', resource: 'arn:aws:iam::222222222222:role/admin', because: 'it goes nowhere else' },
  { action: 's3:DeleteBucket', resource: bucket, because: 'nothing is destroyed' },
  { action: 's3:DeleteObject', resource: `${bucket}/a`, because: 'nothing is destroyed' },
  { action: 's3:DeleteObjectVersion', resource: `${bucket}/a`, because: 'nothing is destroyed' },
  { action: 's3:GetObject', resource: `${bucket}/a`, because: 'contents are no business of a repair' },
  { action: 's3:PutBucketPolicy', resource: 'arn:aws:s3:::payroll', because: 'it is outside the names' },
  { action: 's3:PutReplicationConfiguration', resource: 'arn:aws:s3:::payroll', because: 'it is outside the names' },
  { action: 's3:PutBucketAcl', resource: bucket, because: 'no repair needs it' },
  { action: 'kms:ScheduleKeyDeletion', resource: key, because: 'nothing is destroyed' },
  { action: 'kms:DisableKey', resource: key, because: 'nothing is destroyed' },
  { action: 'kms:DeleteImportedKeyMaterial', resource: key, because: 'nothing is destroyed' },
  {
    action: 'kms:PutKeyPolicy',
    resource: key,
    keys: { 'kms:BypassPolicyLockoutSafetyCheck': true },
    because: 'a key must stay manageable',
  },
  { action: 'kms:PutKeyPolicy', resource: 'arn:aws:kms:eu-west-1:999999999999:key/x', because: 'it is outside the names' },
  { action: 'kms:CreateGrant', resource: key, because: 'rights are not widened' },
  { action: 'kms:RevokeGrant', resource: key, because: 'grants of others stay' },
  { action: 'kms:Decrypt', resource: key, because: 'contents are no business of a repair' },
];

/** What somebody else grants besides. */
const withEveryRight = (policy: PolicyDocument): PolicyDocument => ({
  ...policy,
  Statement: [...policy.Statement, { Sid: 'Everything', Effect: 'Allow', Action: '*', Resource: '*' }],
});

describe('the healer', () => {
  it.each(attacks)('may not $action on $resource, because $because', ({ action, resource, keys = {} }) => {
    expect(answerTo({ action, resource, keys }, healer('111111111111'))).toBe('denied');
  });

  it.each(attacks)('may not even with every right in the world: $action on $resource', (attack) => {
    expect(answerTo(attack, withEveryRight(healer('111111111111')))).toBe('denied');
  });

  it('may write roles of others only under the boundary, where the configuration says so', () => {
    const strict = healerPolicy(aspects, configWith({ newRoles: { editsOnlyBounded: true } }), at());
    const put: Asked = { action: 'iam:PutRolePolicy', resource: role };

    expect(answerTo(put, strict)).toBe('denied');
    expect(answerTo({ ...put, keys: bounded }, strict)).toBe('allowed');
    expect(answerTo(put, healer('111111111111'))).toBe('allowed');
  });

  it.each(['iam:PutRolePolicy', 'iam:DeleteRolePolicy', 'iam:DetachRolePolicy'])(
    'may then not even with every right in the world: %s without the boundary',
    (action) => {
      const strict = healerPolicy(aspects, configWith({ newRoles: { editsOnlyBounded: true } }), at());
      const granted = withEveryRight(strict);
      const other = { 'iam:PermissionsBoundary': 'arn:aws:iam::aws:policy/AdministratorAccess' };

      expect(answerTo({ action, resource: role }, granted)).toBe('denied');
      expect(answerTo({ action, resource: role, keys: other }, granted)).toBe('denied');
      expect(answerTo({ action, resource: role, keys: bounded }, granted)).toBe('allowed');
    },
  );

  it('makes roles under the path and the boundary that are configured', () => {
    const policy = healerPolicy(aspects, configWith({ newRoles: { path: '/repl/', boundary: 'org/limit' } }), at());
    const keys = { 'iam:PermissionsBoundary': 'arn:aws:iam::111111111111:policy/org/limit' };
    const create = (name: string): Asked => ({
      action: 'iam:CreateRole',
      resource: `arn:aws:iam::111111111111:role/${name}`,
      keys,
    });

    expect(answerTo(create('repl/lockstep-orders'), policy)).toBe('allowed');
    expect(answerTo(create('lockstep-orders'), policy)).toBe('denied');
  });

  it('finds keys by alias where the names are aliases', () => {
    const policy = healerPolicy(aspects, configWith({ names: { ...config.names, keys: ['alias/orders*'] } }), at());
    const put = (alias: string): Asked => ({
      action: 'kms:PutKeyPolicy',
      resource: key,
      keys: { 'kms:ResourceAliases': [alias] },
    });

    expect(answerTo(put('alias/orders'), policy)).toBe('allowed');
    expect(answerTo(put('alias/payroll'), policy)).toBe('denied');
  });

  it('is never denied what an aspect declares', () => {
    const never = neverEver([], config, at()).filter(({ Condition, NotResource }) => !Condition && !NotResource);
    const denied = new Set(never.flatMap(({ Action }) => Action));

    expect(aspects.flatMap(({ permissions }) => permissions.write).filter((action) => denied.has(action))).toEqual([]);
  });

  it('fits into a role', () => {
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    expect(JSON.stringify(healer('111111111111')).length).toBeLessThan(10_240);
  });
});

describe('the observer', () => {
  it('reads and never writes', () => {
    const actions = observer('111111111111').Statement.flatMap(({ Action }) => Action);

    expect(actions.filter((action) => !/^\w+:(Get|List|Describe|Lookup)/.test(action))).toEqual([]);
    expect(actions).not.toContain('s3:ListBucket');
    expect(actions).not.toContain('s3:GetObject');
  });

  it('reads metrics, and puts none', () => {
    const may = (action: string) => answerTo({ action, resource: '*' }, observer('111111111111'));

    expect(may('cloudwatch:GetMetricData')).toBe('allowed');
    expect(may('cloudwatch:PutMetricData')).toBe('denied');
  });

  it('looks at the rule that forwards changes, at no other, and sends no events', () => {
    const rule = (name: string): string => `arn:aws:events:eu-west-1:111111111111:rule/${name}`;
    const may = (action: string, resource: string) => answerTo({ action, resource }, observer('111111111111'));

    expect(may('events:DescribeRule', rule('lockstep-forward'))).toBe('allowed');
    expect(may('events:ListTargetsByRule', rule('lockstep-forward'))).toBe('allowed');
    expect(may('events:DescribeRule', rule('payroll'))).toBe('denied');
    expect(may('events:PutEvents', 'arn:aws:events:eu-west-1:111111111111:event-bus/default')).toBe('denied');
    expect(may('cloudtrail:GetTrailStatus', 'arn:aws:cloudtrail:us-east-1:444444444444:trail/organization')).toBe('allowed');
  });

  it('looks for buckets where people work with it', () => {
    const policy = observerPolicy(aspects, configWith({ operators: ['arn:aws:iam::333333333333:role/ops'] }), at());

    expect(answerTo({ action: 's3:ListBucket', resource: bucket }, policy)).toBe('allowed');
  });
});

describe('an aspect that is added', () => {
  const added = {
    ...(aspects[0] as (typeof aspects)[number]),
    permissions: { read: ['s3:GetBucketTagging'], write: ['s3:PutBucketTagging'] },
  };

  it('brings its reads to both roles, and its writes to the healer', () => {
    const all = [...aspects, added];
    const may = (action: string, policy: PolicyDocument) => answerTo({ action, resource: bucket }, policy);

    expect(may('s3:GetBucketTagging', observerPolicy(all, config, at()))).toBe('allowed');
    expect(may('s3:PutBucketTagging', observerPolicy(all, config, at()))).toBe('denied');
    expect(may('s3:PutBucketTagging', healerPolicy(all, config, at()))).toBe('allowed');
    expect(may('s3:PutBucketTagging', healer('111111111111'))).toBe('denied');
  });

  it('of a service that is new is read too', () => {
    const all = [...aspects, { permissions: { read: ['sns:GetTopicAttributes'], write: [] } }];

    expect(
      answerTo(
        { action: 'sns:GetTopicAttributes', resource: 'arn:aws:sns:eu-west-1:111111111111:t' },
        observerPolicy(all, config, at()),
      ),
    ).toBe('allowed');
  });
});

describe('the trust of the spoke roles', () => {
  const organization = { id: 'o-a1b2c3d4e5' };
  const inOrganization = configWith({ organization, operators: ['arn:aws:iam::333333333333:role/ops'] });
  const hub = (name: string, belongs: string | null = organization.id) => ({
    ...({
      kind: 'role-session',
      account: '333333333333',
      roleArn: `arn:aws:iam::333333333333:role/${name}`,
      organization: belongs,
    } as const),
  });
  const known = { 'sts:ExternalId': 'lockstep-example' };

  function assume(principal: ReturnType<typeof hub>, keys: Asked['keys'], trust: PolicyDocument) {
    const allow = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }] };
    const request = {
      principal,
      action: 'sts:AssumeRole',
      resource: 'arn:aws:iam::111111111111:role/lockstep-healer',
      resourceAccount: '111111111111',
    };
    return decide(
      { ...request, context: { keys: keys ?? {}, others: 'absent' } },
      {
        identity: [{ label: 'own', account: '333333333333', document: allow }],
        resource: { kind: 'trust', label: 'trust', account: '111111111111', document: trust },
      },
    ).answer;
  }

  it.each([
    { who: hub('lockstep-reconcile'), keys: known, answer: 'allowed', because: 'it repairs' },
    { who: hub('ops'), keys: known, answer: 'allowed', because: 'it is listed as an operator' },
    { who: hub('lockstep-admit'), keys: known, answer: 'denied', because: 'it only reads' },
    { who: hub('lockstep-route'), keys: known, answer: 'denied', because: 'it acts in no spoke' },
    { who: hub('admin'), keys: known, answer: 'denied', because: 'it is another role of the hub account' },
    { who: hub('team/lockstep-reconcile'), keys: known, answer: 'denied', because: 'it has another path' },
    { who: hub('lockstep-reconcile'), keys: {}, answer: 'denied', because: 'there is no external id' },
    {
      who: hub('lockstep-reconcile'),
      keys: { 'sts:ExternalId': 'lockstep' },
      answer: 'denied',
      because: 'it is another external id',
    },
    { who: hub('lockstep-reconcile', 'o-zzzzzzzzzz'), keys: known, answer: 'denied', because: 'it is outside the organization' },
    { who: hub('lockstep-reconcile', null), keys: known, answer: 'denied', because: 'it is in no organization' },
  ])('of the healer: $who.roleArn is $answer, because $because', ({ who, keys, answer }) => {
    expect(assume(who, keys, spokeTrust(['reconcile'], inOrganization))).toBe(answer);
  });

  it('asks for no organization where there is none', () => {
    expect(assume(hub('lockstep-reconcile', null), known, spokeTrust(['reconcile'], config))).toBe('allowed');
  });

  it('fits into a role', () => {
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    expect(JSON.stringify(spokeTrust(['admit', 'sweep', 'reconcile'], inOrganization)).length).toBeLessThan(2048);
  });
});

describe('the boundary of new roles', () => {
  it('allows everything that the policy of a replication role grants, through S3', () => {
    const boundary = boundaryPolicy(config, at());
    const granted = statementsOf(rolePolicyFor([aReplication({ destination: { objectLock: true } })]));
    const keys = { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' };
    const wanted = granted.flatMap(({ Action, Resource }) =>
      (Action as string[]).flatMap((action) =>
        (Resource as string[]).map((resource) => ({ action, resource: resource.replace('*', 'a'), keys })),
      ),
    );

    expect(wanted.length).toBeGreaterThan(10);
    expect(wanted.filter((one) => answerTo(one, boundary) !== 'allowed')).toEqual([]);
  });

  it.each([
    { action: 'kms:Decrypt', resource: key, because: 'it is not through S3' },
    { action: 's3:GetObject', resource: `${bucket}/a`, because: 'replication does not need it' },
    { action: 's3:ReplicateObject', resource: 'arn:aws:s3:::payroll/a', because: 'it is outside the names' },
    { action: 'iam:PutRolePolicy', resource: role, because: 'replication does not need it' },
  ])('does not allow $action on $resource, because $because', (asked) => {
    expect(answerTo(asked, boundaryPolicy(config, at()))).toBe('denied');
  });
});

describe('the functions of the hub', () => {
  const parts = {
    ...{
      partition: 'aws',
      account: '333333333333',
      region: 'eu-west-1',
      table: 'arn:table',
      queue: 'arn:queue',
      failureQueue: 'arn:failures',
      topic: 'arn:topic',
    },
    ...{ topicKey: 'arn:key', deadLetters: 'arn:dead', logGroup: 'arn:logs' },
  };
  const may = (name: 'route' | 'admit' | 'reconcile' | 'failures', action: string, resource: string): boolean =>
    answerTo({ action, resource }, functionPolicy(name, config, parts), '333333333333') === 'allowed';

  it('act in the accounts that are listed, each as what it needs', () => {
    const healing = 'arn:aws:iam::222222222222:role/lockstep-healer';
    const observing = 'arn:aws:iam::222222222222:role/lockstep-observer';

    expect(may('reconcile', 'sts:AssumeRole', healing)).toBe(true);
    expect(may('admit', 'sts:AssumeRole', healing)).toBe(false);
    expect(may('admit', 'sts:AssumeRole', observing)).toBe(true);
    expect(may('route', 'sts:AssumeRole', observing)).toBe(false);
    expect(may('reconcile', 'sts:AssumeRole', 'arn:aws:iam::999999999999:role/lockstep-healer')).toBe(false);
  });

  it('act in any account of an organization, and read its policies where that is asked for', () => {
    const organization = { id: 'o-a1b2c3d4e5', units: ['ou-ab12-cdefgh34'], regions: ['eu-west-1'] };
    const policy = functionPolicy('reconcile', configWith({ organization: { ...organization, readPolicies: true } }), parts);
    const assume = { action: 'sts:AssumeRole', resource: 'arn:aws:iam::999999999999:role/lockstep-healer' };

    expect(answerTo(assume, policy, '333333333333')).toBe('allowed');
    expect(answerTo({ ...assume, resource: 'arn:aws:iam::999999999999:role/admin' }, policy, '333333333333')).toBe('denied');
    expect(answerTo({ action: 'organizations:DescribePolicy', resource: '*' }, policy)).toBe('allowed');
    expect(may('reconcile', 'organizations:DescribePolicy', '*')).toBe(false);
  });

  it('count failures with no right to the spokes but to take what their topics send', () => {
    const topic = 'arn:aws:sns:eu-west-1:111111111111:lockstep-replication-failures';

    expect(may('failures', 'sqs:ReceiveMessage', 'arn:failures')).toBe(true);
    expect(may('failures', 'sqs:ReceiveMessage', 'arn:queue')).toBe(false);
    expect(may('failures', 'sns:ConfirmSubscription', topic)).toBe(true);
    expect(may('failures', 'sns:ConfirmSubscription', 'arn:aws:sns:eu-west-1:111111111111:others')).toBe(false);
    expect(may('failures', 'sns:Publish', 'arn:topic')).toBe(false);
    for (const role of ['observer', 'healer'])
      expect(may('failures', 'sts:AssumeRole', `arn:aws:iam::222222222222:role/lockstep-${role}`)).toBe(false);
  });

  it('write no documents', () => {
    const parameter = 'arn:aws:ssm:eu-west-1:333333333333:parameter/lockstep/desired-state/orders';

    expect(may('admit', 'ssm:GetParametersByPath', 'arn:aws:ssm:eu-west-1:333333333333:parameter/lockstep/desired-state')).toBe(
      true,
    );
    expect(may('admit', 'ssm:PutParameter', parameter)).toBe(false);
  });
});

describe('no policy', () => {
  const policies = [observer('111111111111'), healer('111111111111'), boundaryPolicy(config, at())];

  it('has a wildcard in an action', () => {
    expect(
      policies.flatMap(({ Statement }) => Statement.flatMap(({ Action }) => Action)).filter((action) => action.includes('*')),
    ).toEqual([]);
  });
});
