import { describe, expect, it } from 'vitest';
import { type Decision, decide, type NamedPolicy, type Policies, type Principal } from '../../shared/policy/evaluate.ts';

const role: Principal = {
  kind: 'role-session',
  account: '111111111111',
  roleArn: 'arn:aws:iam::111111111111:role/orders',
  sessionName: 's',
};
const root: Principal = { kind: 'root', account: '111111111111' };
const everything = { Effect: 'Allow', Action: '*', Resource: '*' };
const nothing = { Effect: 'Deny', Action: '*', Resource: '*' };
const toAll = { Principal: '*' };

const at = (label: string, ...Statement: readonly object[]): NamedPolicy => ({
  label,
  account: '111111111111',
  document: { Statement },
});
const unread = (label: string): NamedPolicy => ({ label, account: '111111111111', unread: 'AccessDenied' });

function ask(policies: Policies, action = 's3:GetObject', principal = role, resourceAccount = '111111111111'): Decision {
  return decide({ principal, action, resource: 'arn:aws:s3:::orders', resourceAccount, context: { keys: {} } }, policies);
}

const closed: Policies = { resource: { ...at('bucket policy', { ...nothing, ...toAll }), kind: 'resource' } };

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
describe('the root user of the account that owns a bucket', () => {
  it.each(['s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy'])('is never locked out of %s', (action) => {
    expect(ask(closed, action, root).answer).toBe('allowed');
    expect(ask(closed, action, role).answer).toBe('denied');
    expect(ask(closed, action, root, '222222222222').by).toBe('explicit-deny');
  });

  it('may be denied anything else', () => {
    expect(ask(closed, 's3:GetBucketVersioning', root).answer).toBe('denied');
  });
});

// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
describe('what RCPs leave alone', () => {
  const identity = [at('role policy', everything)];
  const rcps = [[at('RCP', { ...nothing, ...toAll })]];

  it.each<[action: string, answer: Decision['answer']]>([
    ['s3:GetObject', 'denied'],
    ['kms:Decrypt', 'denied'],
    ['sts:AssumeRole', 'denied'],
    ['kms:RetireGrant', 'allowed'],
    ['ec2:RunInstances', 'allowed'],
    ['iam:GetRole', 'allowed'],
  ])('%s is %s', (action, answer) => {
    expect(ask({ identity, rcps }, action).answer).toBe(answer);
  });

  it.each(
    'appconfig appstream aoss autoscaling codebuild codecommit cognito-identity cognito-idp cognito-sync comprehend comprehendmedical dax dynamodb ecr health kinesisvideo kms logs s3 s3express secretsmanager signin sqs sts support textract transcribe translate'.split(
      ' ',
    ),
  )('not %s', (service) => {
    expect(ask({ identity, rcps }, `${service}:Any`).answer).toBe('denied');
  });
});

describe('what is missing', () => {
  it('is, where neither policy names the caller, told of the identity policy', () => {
    expect(ask({}).missing.map(({ policy }) => policy)).toEqual(['identity policy of role orders']);
  });

  it('is only the boundary where the bucket policy names the role', () => {
    const resource = {
      ...at('bucket policy', { ...everything, Principal: { AWS: role.kind === 'role-session' ? role.roleArn : '' } }),
      kind: 'resource' as const,
    };

    expect(ask({ resource, boundary: at('edge') }).missing.map(({ policy }) => policy)).toEqual(['edge']);
  });

  it('is every limit that does not allow', () => {
    const policies: Policies = { boundary: at('edge'), session: [at('session')], scps: [[at('SCP')]] };

    expect(ask(policies).missing.map(({ policy }) => policy)).toEqual([
      'identity policy of role orders',
      'edge',
      'session policy',
      'service control policies of account 111111111111',
    ]);
  });
});

describe('what is in doubt', () => {
  const maybe = { ...everything, Condition: { StringEquals: { 'aws:x': 'y' } } };
  const identity = [at('role policy', everything)];

  it('is a Deny that may apply, before an Allow that may', () => {
    const decision = ask({
      identity: [at('role policy', { ...maybe, Sid: 'Perhaps' }, everything, { ...maybe, Effect: 'Deny', Sid: 'PerhapsNot' })],
    });

    expect(decision).toMatchObject({ answer: 'cannot-tell', deciding: { sid: 'PerhapsNot' } });
  });

  it('is no Allow that may apply where another does', () => {
    const decision = ask({ identity: [at('role policy', { ...maybe, Sid: 'Perhaps' }, { ...everything, Sid: 'Sure' })] });

    expect(decision).toMatchObject({ answer: 'allowed', deciding: { sid: 'Sure' } });
  });

  it('is an SCP that was not read, though all else allows', () => {
    expect(ask({ identity, scps: [[unread('SCP')]] })).toMatchObject({
      answer: 'cannot-tell',
      by: 'unreadable',
      because: 'Whether s3:GetObject on arn:aws:s3:::orders is allowed cannot be told: the SCP could not be read: AccessDenied.',
    });
  });

  it('is an SCP that may allow', () => {
    expect(ask({ identity, scps: [[at('SCP', { ...maybe, Sid: 'Perhaps' })]] })).toMatchObject({
      answer: 'cannot-tell',
      deciding: { policy: 'SCP', sid: 'Perhaps' },
    });
  });

  it('is a boundary that was not read where NotPrincipal spares the caller', () => {
    const spared = { ...nothing, NotPrincipal: { AWS: ['111111111111', 'arn:aws:iam::111111111111:role/orders'] } };
    const resource = { ...at('bucket policy', spared), kind: 'resource' as const };

    expect(ask({ identity, resource }).answer).toBe('allowed');
    expect(ask({ identity, resource, boundary: at('edge', everything) }).answer).toBe('denied');
    expect(ask({ identity, resource, boundary: unread('edge') })).toMatchObject({
      answer: 'cannot-tell',
      by: 'unreadable',
      because: expect.stringContaining('whether there is a permissions boundary is not known'),
    });
  });
});

describe('the account of the resource', () => {
  it('is known from the request', () => {
    const own = { ...everything, Condition: { StringEquals: { 'aws:ResourceAccount': '111111111111' } } };

    expect(ask({ identity: [at('role policy', own)] }).answer).toBe('allowed');
  });
});
