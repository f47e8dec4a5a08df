/** From an organization in the local AWS to the verdict: its policies are read level by level, and block. */
import {
  AcceptHandshakeCommand,
  AttachPolicyCommand,
  CreateOrganizationalUnitCommand,
  CreateOrganizationCommand,
  CreatePolicyCommand,
  DetachPolicyCommand,
  EnablePolicyTypeCommand,
  InviteAccountToOrganizationCommand,
  ListRootsCommand,
  MoveAccountCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { describe, expect, it } from 'vitest';
import { createLocalAws, type LocalAws } from '../infra/sandbox/local-aws.ts';
import { readOrganization } from '../shared/aws/organization.ts';
import { groupsOf } from '../shared/model/group.ts';
import { reconcile } from '../shared/reconcile.ts';
import { resolveKeys } from '../shared/stages/resolve-keys.ts';
import { aDocument, type Live, live, now, replicationsIn, wait } from './support/live-replication.ts';

const management = { account: '999999999999', region: 'us-east-1' };

function organizationsOf(aws: LocalAws, account: string): OrganizationsClient {
  const credentials = { accessKeyId: account, secretAccessKey: 'local' };
  return new OrganizationsClient({ region: 'us-east-1', credentials, maxAttempts: 1, requestHandler: aws.requestHandler() });
}

interface Organization {
  readonly client: OrganizationsClient;
  readonly root: string;
  readonly unit: string;
}

/** The source account in a unit of its own, the destination account at the root. */
async function anOrganization(aws: LocalAws): Promise<Organization> {
  const client = organizationsOf(aws, management.account);
  await client.send(new CreateOrganizationCommand({ FeatureSet: 'ALL' }));
  const root = (await client.send(new ListRootsCommand({}))).Roots?.[0]?.Id ?? '';
  // SCPs are switched on with ALL features.
  await client.send(new EnablePolicyTypeCommand({ RootId: root, PolicyType: 'RESOURCE_CONTROL_POLICY' }));
  for (const Id of ['111111111111', '222222222222']) {
    const { Handshake } = await client.send(new InviteAccountToOrganizationCommand({ Target: { Id, Type: 'ACCOUNT' } }));
    await organizationsOf(aws, Id).send(new AcceptHandshakeCommand({ HandshakeId: Handshake?.Id }));
  }
  const { OrganizationalUnit } = await client.send(new CreateOrganizationalUnitCommand({ ParentId: root, Name: 'prod' }));
  const unit = OrganizationalUnit?.Id ?? '';
  await client.send(new MoveAccountCommand({ AccountId: '111111111111', SourceParentId: root, DestinationParentId: unit }));
  return { client, root, unit };
}

const denyReplicas = { Sid: 'NoReplicas', Effect: 'Deny', Action: 's3:ReplicateObject', Resource: '*' };

async function attach({ client }: Organization, TargetId: string, Type: 'SERVICE_CONTROL_POLICY' | 'RESOURCE_CONTROL_POLICY') {
  const statement = Type === 'RESOURCE_CONTROL_POLICY' ? { ...denyReplicas, Principal: '*' } : denyReplicas;
  const Content = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const { Policy } = await client.send(new CreatePolicyCommand({ Name: `guard-${Type}`, Description: 'guard', Type, Content }));
  const PolicyId = Policy?.PolicySummary?.Id;
  await client.send(new AttachPolicyCommand({ PolicyId, TargetId }));
  return () => client.send(new DetachPolicyCommand({ PolicyId, TargetId }));
}

async function verdict({ gateway }: Live) {
  const accounts = await readOrganization(['111111111111', '222222222222'], gateway, management);
  const [group] = groupsOf(await resolveKeys(replicationsIn(aDocument()), gateway));
  const writes = gateway.counts.writes;
  const options = { observer: gateway, healer: gateway, write: true, wait, now, accounts };
  const [report] = await reconcile(group as NonNullable<typeof group>, options);
  expect(gateway.counts.writes).toBe(writes);
  return { accounts, verdict: report?.verdict, owners: report?.blockers.map(({ owner }) => owner) };
}

describe('policies of an organization', () => {
  it('block what they forbid, and no longer when they are gone', async () => {
    const aws = createLocalAws();
    const world = await live(aDocument(), aws);
    const organization = await anOrganization(aws);

    const free = await verdict(world);
    const detachScp = await attach(organization, organization.unit, 'SERVICE_CONTROL_POLICY');
    const underScp = await verdict(world);
    await detachScp();
    const detachRcp = await attach(organization, organization.root, 'RESOURCE_CONTROL_POLICY');
    const underRcp = await verdict(world);
    await detachRcp();
    const again = await verdict(world);

    expect(free.verdict).toBe('proven');
    expect(free.accounts['111111111111']?.serviceControlPolicies, 'root, unit, account').toHaveLength(3);
    expect(free.accounts['111111111111']?.organizationPath).toMatch(/^o-\w+\/r-\w+\/ou-[\w-]+\/$/);
    expect(underScp).toMatchObject({
      verdict: 'blocked',
      owners: ['service control policy guard-SERVICE_CONTROL_POLICY (account 111111111111)'],
    });
    expect(underRcp).toMatchObject({
      verdict: 'blocked',
      owners: ['resource control policy guard-RESOURCE_CONTROL_POLICY (account 222222222222)'],
    });
    expect(again.verdict).toBe('proven');
  });
});
