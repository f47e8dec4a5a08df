/** Reading the policies of an organization: an organization made up at the gateway. */
import { describe, expect, it } from 'vitest';
import { readOrganization } from '../shared/aws/organization.ts';
import type { AwsCall, AwsGateway } from '../shared/model/aws-call.ts';
import type { Operation } from '../shared/model/operations.ts';

const fullAccess = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
const guard = { Version: '2012-10-17', Statement: [{ Sid: 'Guard', Effect: 'Deny', Action: 's3:*', Resource: '*' }] };

interface Organization {
  readonly enabled: readonly string[];
  readonly parents: Readonly<Record<string, string>>;
  readonly attached: Readonly<Record<string, readonly string[]>>;
  readonly refused?: readonly string[];
}

const typical: Organization = {
  enabled: ['SERVICE_CONTROL_POLICY', 'RESOURCE_CONTROL_POLICY'],
  parents: {
    '111111111111': 'ou-prod',
    'ou-prod': 'ou-all',
    'ou-all': 'r-root',
    '222222222222': 'r-root',
    '999999999999': 'r-root',
  },
  attached: {
    'SERVICE_CONTROL_POLICY r-root': ['p-FullAWSAccess'],
    'SERVICE_CONTROL_POLICY ou-all': ['p-FullAWSAccess'],
    'SERVICE_CONTROL_POLICY ou-prod': ['p-FullAWSAccess', 'p-guard'],
    'SERVICE_CONTROL_POLICY 111111111111': ['p-FullAWSAccess'],
    'SERVICE_CONTROL_POLICY 222222222222': ['p-FullAWSAccess'],
    'RESOURCE_CONTROL_POLICY r-root': ['p-guard'],
  },
};

const names: Readonly<Record<string, string>> = { 'p-FullAWSAccess': 'FullAWSAccess', 'p-guard': 'guard' };

function answer({ enabled, parents, attached }: Organization, { operation, input }: AwsCall): unknown {
  const asked = input as Readonly<Record<string, string>>;
  switch (operation) {
    case 'organizations:DescribeOrganization':
      return { Organization: { Id: 'o-example', MasterAccountId: '999999999999' } };
    case 'organizations:ListRoots':
      return { Roots: [{ Id: 'r-root', PolicyTypes: enabled.map((Type) => ({ Type, Status: 'ENABLED' })) }] };
    case 'organizations:ListParents': {
      const Id = parents[asked.ChildId ?? ''];
      return Id && { Parents: [{ Id, Type: Id.startsWith('r-') ? 'ROOT' : 'ORGANIZATIONAL_UNIT' }] };
    }
    case 'organizations:ListPoliciesForTarget': {
      const ids = attached[`${asked.Filter} ${asked.TargetId}`] ?? [];
      const at = Number(asked.NextToken ?? -1);
      // The first page is empty and still has a successor.
      const Policies = at < 0 ? [] : ids.slice(at, at + 1).map((Id) => ({ Id, Name: names[Id] }));
      return { Policies, ...(at + 1 < ids.length && { NextToken: String(at + 1) }) };
    }
    case 'organizations:DescribePolicy':
      return { Policy: { Content: JSON.stringify(asked.PolicyId === 'p-guard' ? guard : fullAccess) } };
    default:
      return undefined;
  }
}

function gatewayOf(organization: Organization): AwsGateway & { readonly sent: AwsCall[] } {
  const sent: AwsCall[] = [];
  return {
    sent,
    send: async <O extends Operation>(call: AwsCall<O>) => {
      sent.push(call as AwsCall);
      const code = organization.refused?.includes(call.operation) ? 'AccessDeniedException' : 'ChildNotFoundException';
      const output = organization.refused?.includes(call.operation) ? undefined : answer(organization, call as AwsCall);
      return output === undefined
        ? { ok: false as const, error: { code, message: 'no', caller: 'me' } }
        : { ok: true as const, output: output as never };
    },
  };
}

const place = { account: 'hub', region: 'us-east-1' };
const read = (organization: Organization, ...accounts: readonly string[]) =>
  readOrganization(accounts, gatewayOf(organization), place);

describe('reading an organization', () => {
  it('finds the policies of every level, from the root down to the account', async () => {
    const { '111111111111': source } = await read(typical, '111111111111');

    expect(source).toEqual({
      organization: 'o-example',
      organizationPath: 'o-example/r-root/ou-all/ou-prod/',
      managementAccount: false,
      serviceControlPolicies: [
        { FullAWSAccess: fullAccess },
        { FullAWSAccess: fullAccess },
        { FullAWSAccess: fullAccess, guard },
        { FullAWSAccess: fullAccess },
      ],
      resourceControlPolicies: [{ guard }, {}, {}, {}],
    });
  });

  it('asks for the text of a policy once, however often it is attached', async () => {
    const gateway = gatewayOf(typical);
    await readOrganization(['111111111111', '222222222222', '111111111111'], gateway, place);

    expect(gateway.sent.filter(({ operation }) => operation === 'organizations:DescribePolicy')).toHaveLength(2);
    expect(gateway.sent.every(({ account, region }) => account === 'hub' && region === 'us-east-1')).toBe(true);
  });

  it('knows that a kind of policy that is switched off binds nobody', async () => {
    const { '222222222222': destination } = await read({ ...typical, enabled: ['SERVICE_CONTROL_POLICY'] }, '222222222222');

    expect(destination).toMatchObject({
      resourceControlPolicies: null,
      serviceControlPolicies: [{}, {}].map(() => ({ FullAWSAccess: fullAccess })),
    });
  });

  it('knows that nothing binds the management account', async () => {
    const { '999999999999': management } = await read(typical, '999999999999');

    expect(management).toEqual({ organization: 'o-example', organizationPath: 'o-example/r-root/', managementAccount: true });
  });

  it('does not take an account it cannot find for one without policies', async () => {
    const accounts = await read(typical, '111111111111', '333333333333');

    expect(accounts['333333333333']).toEqual({
      organization: { unreadable: 'account 333333333333 is not in organization o-example' },
      serviceControlPolicies: { unreadable: 'account 333333333333 is not in organization o-example' },
      resourceControlPolicies: { unreadable: 'account 333333333333 is not in organization o-example' },
    });
    expect(accounts['111111111111']?.organization).toBe('o-example');
  });

  it('says of an account what was refused', async () => {
    const { '111111111111': source } = await read({ ...typical, refused: ['organizations:DescribePolicy'] }, '111111111111');

    expect(source?.serviceControlPolicies).toEqual({
      unreadable: expect.stringContaining('organizations:DescribePolicy): AccessDeniedException'),
    });
  });

  it('takes lists that are left out for empty ones, and an account of nowhere for unbound', async () => {
    const bare: AwsGateway = { send: () => Promise.resolve({ ok: true, output: {} as never }) };

    const { '111111111111': source } = await readOrganization(['111111111111'], bare, place);

    expect(source).toEqual({
      ...{ organization: '', organizationPath: '/', managementAccount: false },
      ...{ serviceControlPolicies: null, resourceControlPolicies: null },
    });
  });

  it('takes a policy without a text for unreadable, not for one that says nothing', async () => {
    const typicalOne = gatewayOf(typical);
    const aws: AwsGateway = {
      send: (call) =>
        call.operation === 'organizations:DescribePolicy'
          ? Promise.resolve({ ok: true, output: {} as never })
          : typicalOne.send(call),
    };

    const { '111111111111': source } = await readOrganization(['111111111111'], aws, place);

    expect(source?.serviceControlPolicies).toEqual({ unreadable: expect.any(String) });
  });

  it('does not look above what has no parent', async () => {
    const lonely = gatewayOf(typical);
    const aws: AwsGateway = {
      send: (call) =>
        call.operation === 'organizations:ListParents'
          ? Promise.resolve({ ok: true, output: { Parents: [] } as never })
          : lonely.send(call),
    };

    const { '111111111111': source } = await readOrganization(['111111111111'], aws, place);

    expect(source).toMatchObject({ organizationPath: 'o-example/', serviceControlPolicies: [{ FullAWSAccess: fullAccess }] });
  });

  it('gives up when the organization as a whole cannot be read', async () => {
    await expect(read({ ...typical, refused: ['organizations:ListRoots'] }, '111111111111')).rejects.toThrow(
      'The organization could not be read (organizations:ListRoots): AccessDeniedException: no',
    );
  });
});
