/** Policies of a role that are there and cannot be read: the proof must not take them for nothing. */
import { describe, expect, it } from 'vitest';
import type { Get } from '../../shared/aspects/aspect.ts';
import { roleOf } from '../../shared/aspects/resources.ts';
import { roleOtherPolicies } from '../../shared/aspects/role-other-policies.ts';
import type { Operation } from '../../shared/model/operations.ts';
import { aReplication } from '../support/builders.ts';

const on = roleOf(aReplication());
const team = 'arn:aws:iam::111111111111:policy/team';
const boundary = 'arn:aws:iam::111111111111:policy/boundary';

const answers: Readonly<Partial<Record<Operation, object>>> = {
  'iam:GetRole': { Role: { Arn: on.arn, PermissionsBoundary: { PermissionsBoundaryArn: boundary } } },
  'iam:ListRolePolicies': { PolicyNames: ['lockstep-replication', 'more'] },
  'iam:ListAttachedRolePolicies': { AttachedPolicies: [{ PolicyArn: team, PolicyName: 'team' }] },
  'iam:GetRolePolicy': { PolicyDocument: '%7B%22Statement%22%3A%5B%5D%7D' },
  'iam:GetPolicy': { Policy: { DefaultVersionId: 'v2' } },
  'iam:GetPolicyVersion': { PolicyVersion: { Document: '%7B%22Statement%22%3A%5B%5D%7D' } },
};

/** Answers all but the operations that are closed. */
const read = (...closed: readonly Operation[]) => {
  const get: Get = async (call) =>
    closed.includes(call.operation)
      ? { status: 'unreadable', reason: `${call.operation} was refused` }
      : { status: 'present', value: answers[call.operation] as never };
  return roleOtherPolicies.read(on)(get);
};

describe('further policies of a role', () => {
  it('are read with their text', async () => {
    expect(await read()).toEqual({
      status: 'present',
      value: {
        inline: [{ name: 'more', document: { Statement: [] } }],
        attached: [{ name: 'team', arn: team, document: { Statement: [] } }],
        boundary: { name: 'boundary', arn: boundary, document: { Statement: [] } },
      },
    });
  });

  it.each([
    { closed: 'iam:GetPolicy', left: { attached: [{ name: 'team', arn: team }], boundary: { name: 'boundary', arn: boundary } } },
    {
      closed: 'iam:GetPolicyVersion',
      left: { attached: [{ name: 'team', arn: team }], boundary: { name: 'boundary', arn: boundary } },
    },
    { closed: 'iam:GetRolePolicy', left: { inline: [{ name: 'more' }] } },
  ] as const)('are there without their text where $closed is refused', async ({ closed, left }) => {
    const seen = await read(closed);

    expect(seen.status === 'present' && seen.value).toEqual(expect.objectContaining(left));
  });

  it.each(['iam:GetRole', 'iam:ListRolePolicies', 'iam:ListAttachedRolePolicies'] as const)(
    'cannot be told at all where %s is refused',
    async (closed) => {
      expect(await read(closed)).toEqual({ status: 'unreadable', reason: `${closed} was refused` });
    },
  );
});
