import { describe, expect, it } from 'vitest';
import { decide, type Policies, type Principal, type Request } from '../../shared/policy/evaluate.ts';
import { sentence } from './hops.ts';
import { allow, deny, policy } from './states.ts';

describe('the sentence of a decision', () => {
  const session: Principal = {
    kind: 'role-session',
    account: '111111111111',
    roleArn: 'arn:aws:iam::111111111111:role/orders',
    roleId: 'AROAEXAMPLEORDERS1',
    sessionName: 's1',
  };
  const root: Principal = { kind: 'root', account: '111111111111' };
  const at = (label: string, ...statements: readonly object[]) => ({
    label,
    account: '111111111111',
    document: policy(...(statements as never[])),
  });
  const ask = (policies: Policies, more: Partial<Request> = {}) =>
    decide(
      {
        principal: session,
        action: 's3:GetObject',
        resource: 'arn:aws:s3:::orders/a',
        resourceAccount: '111111111111',
        context: { keys: {} },
        ...more,
      },
      policies,
    );
  const asked = 's3:GetObject on arn:aws:s3:::orders/a';
  const read = allow('s3:GetObject', '*');
  const open = { Condition: { Odd: { 'aws:x': 'y' } } };

  it.each<[expected: string, policies: Policies, more?: Partial<Request>]>([
    [
      `${asked} is allowed by Read of the role policy (account 111111111111).`,
      { identity: [at('role policy', { ...read, Sid: 'Read' })] },
    ],
    [
      `${asked} is allowed by statement 2 of the role policy (account 111111111111).`,
      { identity: [at('role policy', allow('s3:PutObject', '*'), read)] },
    ],
    [`${asked} is allowed to the root user of the account.`, {}, { principal: root }],
    [
      `${asked} is denied by No of the bucket policy (account 111111111111).`,
      {
        identity: [at('role policy', read)],
        resource: { ...at('bucket policy', { ...deny('s3:*', '*'), Sid: 'No', Principal: '*' }), kind: 'resource' },
      },
    ],
    [
      `Whether ${asked} is allowed cannot be told: the role policy could not be read: AccessDenied.`,
      { identity: [{ label: 'role policy', account: '111111111111', unread: 'AccessDenied' }] },
    ],
  ])('%s', (expected, policies, more) => {
    expect(ask(policies, more).because).toBe(expected);
  });

  it('names the statement that leaves it open', () => {
    const decision = ask({ identity: [at('role policy', { ...read, Sid: 'Perhaps', ...open })] });

    expect(decision).toMatchObject({
      answer: 'cannot-tell',
      by: 'unknown-condition',
      deciding: { sid: 'Perhaps', index: 0 },
      missing: [],
    });
    expect(decision.because).toMatch(
      /^Whether s3:GetObject on .* cannot be told: .*, which Perhaps of the role policy \(account 111111111111\) turns on\.$/,
    );
  });

  it('names the statement that allows, of the resource first, and none for the root user', () => {
    const resource = {
      ...at('bucket policy', { ...read, Sid: 'Bucket', Principal: { AWS: session.roleArn } }),
      kind: 'resource' as const,
    };
    const identity = [at('role policy', { ...read, Sid: 'Role' })];

    expect(ask({ identity, resource }).deciding).toMatchObject({
      sid: 'Bucket',
      policy: 'bucket policy',
      account: '111111111111',
    });
    expect(ask({ identity }).deciding).toMatchObject({ sid: 'Role', index: 0, statement: { ...read, Sid: 'Role' } });
    expect(ask({}, { principal: root })).not.toHaveProperty('deciding');
    expect(ask({ identity }).missing).toEqual([]);
  });

  it('prefers the policy that names the caller over one that names the account', () => {
    const account = { ...read, Sid: 'Account', Principal: { AWS: '111111111111' } };
    const key = { ...at('key policy', account), kind: 'key' as const };

    expect(ask({ identity: [at('role policy', { ...read, Sid: 'Role' })], resource: key }).deciding).toMatchObject({
      sid: 'Role',
    });
  });

  it('lists every policy that lacks the grant', () => {
    const decision = ask({}, { resourceAccount: '222222222222' });

    expect(decision).toMatchObject({ answer: 'denied', by: 'implicit-deny' });
    expect(decision.because).toEqual(
      sentence(`^${asked} is not allowed by the `, '(account 111111111111) and the ', '(account 222222222222).$'),
    );
    expect(decision).not.toHaveProperty('deciding');
  });
});
