import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../infra/config.ts';
import { deploymentOf } from '../../infra/deployment.ts';
import { joinOrganization } from '../../infra/sandbox/services/organizations.ts';
import { readAssembly } from '../../infra/sandbox/stacks/assembly.ts';
import { callsOf } from '../../infra/sandbox/stacks/calls.ts';
import { deployStack, removeStack } from '../../infra/sandbox/stacks/deploy.ts';
import { textAt } from '../../infra/sandbox/stacks/resource-type.ts';
import { functionNames } from '../functions/deployed.ts';
import {
  allow,
  aParameter,
  aRegion,
  destination,
  failureOf,
  hole,
  idleFunctions,
  region,
  source,
  trustOf,
} from './stacks-support.ts';

const management = '999999999999';
const hub = '333333333333';

/** An organization with two units, one below the other: the source is in the upper one, the destination in the lower one; the hub is outside. */
async function anOrganization() {
  const { aws } = aRegion();
  const call = callsOf(aws, { account: management, region: 'us-east-1' });
  await call('organizations:CreateOrganization', {});
  const { Roots } = await call('organizations:ListRoots', {});
  const root = String((Roots as readonly { Id: string }[])[0]?.Id);
  const unit = async (Name: string, ParentId: string) =>
    textAt(await call('organizations:CreateOrganizationalUnit', { Name, ParentId }), 'OrganizationalUnit.Id');
  const [upper, other] = [await unit('storage', root), await unit('other', root)];
  const lower = await unit('archive', upper);
  const move = async (AccountId: string, DestinationParentId: string) => {
    if (AccountId !== management) joinOrganization(aws.world, AccountId);
    await call('organizations:MoveAccount', { AccountId, SourceParentId: root, DestinationParentId });
  };
  for (const [account, to] of [
    [source, upper],
    [destination, lower],
    [hub, other],
  ] as const)
    await move(account, to);
  const ServicePrincipal = 'member.org.stacksets.cloudformation.amazonaws.com';
  await call('organizations:RegisterDelegatedAdministrator', { AccountId: hub, ServicePrincipal });
  return { aws, root, upper, lower, move };
}

const setOf = (more: object, targets: object, Regions: readonly string[] = [region]) => ({
  Set: {
    Type: 'AWS::CloudFormation::StackSet',
    Properties: {
      ...{
        StackSetName: 'spokes',
        PermissionModel: 'SERVICE_MANAGED',
        AutoDeployment: { Enabled: true, RetainStacksOnAccountRemoval: false },
      },
      TemplateBody: JSON.stringify({
        Parameters: { Word: { Type: 'String', Default: 'none' } },
        Resources: { It: aParameter({ 'Fn::Sub': `${hole('Word')} in ${hole('AWS::AccountId')}, ${hole('AWS::Region')}` }) },
      }),
      StackInstancesGroup: [{ DeploymentTargets: targets, Regions }],
      ...more,
    },
  },
});

const valuesIn = ({ world }: Awaited<ReturnType<typeof anOrganization>>['aws']): readonly string[] =>
  [...world.ssm.stores.values()].flatMap((all) => [...all.values()].map(({ versions }) => versions.at(-1)?.value ?? '')).sort();

describe('a stack set', () => {
  const deployed = async (
    targets: (units: { upper: string; lower: string; root: string }) => object,
    more: object = {},
    regions?: readonly string[],
  ) => {
    const world = await anOrganization();
    const deploy = (Resources: object) =>
      deployStack(world.aws, {
        template: { Resources: { ...Resources, Other: aParameter('own') } },
        stackName: 'rollout',
        account: hub,
        region,
      });
    const stack = await deploy(setOf(more, targets(world), regions));
    return { ...world, deploy, stack };
  };
  const inPlace = (account: string, at = region) => `none in ${account}, ${at}`;

  const cases: readonly { because: string; targets: Parameters<typeof deployed>[0]; is: readonly string[] }[] = [
    {
      because: 'a unit holds those of the units below',
      targets: ({ upper }) => ({ OrganizationalUnitIds: [upper] }),
      is: [source, destination],
    },
    { because: 'a lower unit holds its own', targets: ({ lower }) => ({ OrganizationalUnitIds: [lower] }), is: [destination] },
    {
      because: 'the root holds all but the management account',
      targets: ({ root }) => ({ OrganizationalUnitIds: [root] }),
      is: [source, destination, hub],
    },
    {
      because: 'units that overlap count once',
      targets: ({ upper, lower }) => ({ OrganizationalUnitIds: [upper, lower] }),
      is: [source, destination],
    },
    {
      because: 'some of a unit are chosen',
      targets: ({ root }) => ({ OrganizationalUnitIds: [root], Accounts: [source], AccountFilterType: 'INTERSECTION' }),
      is: [source],
    },
    {
      because: 'some of a unit are left out',
      targets: ({ root }) => ({ OrganizationalUnitIds: [root], Accounts: [source], AccountFilterType: 'DIFFERENCE' }),
      is: [destination, hub],
    },
  ];
  it.each(cases)('is in the accounts it is for: $because', async ({ targets, is }) => {
    const { aws } = await deployed(targets);

    expect(valuesIn(aws)).toEqual([...is.map((account) => inPlace(account)), 'own'].sort());
  });

  it('is in all its regions, with its parameters', async () => {
    const parameters = { Parameters: [{ ParameterKey: 'Word', ParameterValue: 'one' }] };
    const { aws } = await deployed(({ lower }) => ({ OrganizationalUnitIds: [lower] }), parameters, [region, 'us-east-1']);

    expect(valuesIn(aws)).toEqual([`one in ${destination}, eu-west-1`, `one in ${destination}, us-east-1`, 'own']);
  });

  it('takes explicit accounts where it manages itself', async () => {
    const { aws } = await deployed(() => ({ Accounts: [destination] }), { PermissionModel: 'SELF_MANAGED' });

    expect(valuesIn(aws)).toEqual([inPlace(destination), 'own']);
  });

  it('follows its units when it is deployed again, changes its instances, and goes with its stack', async () => {
    const { aws, deploy, move, lower, upper, stack } = await deployed(({ upper: unit }) => ({ OrganizationalUnitIds: [unit] }));
    await move('444444444444', upper);
    const parameters = { Parameters: [{ ParameterKey: 'Word', ParameterValue: 'two' }] };

    await deploy(setOf(parameters, { OrganizationalUnitIds: [upper] }));
    expect(valuesIn(aws)).toEqual(
      ['own', ...[source, destination, '444444444444'].map((account) => `two in ${account}, ${region}`)].sort(),
    );
    await deploy(setOf(parameters, { OrganizationalUnitIds: [lower] }));
    expect(valuesIn(aws)).toEqual(['own', `two in ${destination}, ${region}`]);
    await removeStack(aws, stack);
    expect(valuesIn(aws)).toEqual([]);
  });

  it('fails with the stack it is in when an instance fails, and leaves none', async () => {
    const world = await anOrganization();
    await callsOf(world.aws, { account: destination, region })('ssm:PutParameter', {
      Name: 'taken',
      Type: 'String',
      Value: 'theirs',
    });
    const TemplateBody = JSON.stringify({
      Resources: { It: { Type: 'AWS::SSM::Parameter', Properties: { Name: 'taken', Type: 'String', Value: 'ours' } } },
    });
    const Resources = setOf({ TemplateBody }, { OrganizationalUnitIds: [world.upper] });

    const failure = await failureOf(
      deployStack(world.aws, { template: { Resources }, stackName: 'rollout', account: hub, region }),
    );

    expect(failure).toMatchObject({ logicalId: 'Set', status: 'ROLLBACK_COMPLETE' });
    expect(failure.message).toMatch(/Set \(AWS::CloudFormation::StackSet\).*in 222222222222, eu-west-1: It .*already exists/);
    expect(valuesIn(world.aws)).toEqual(['theirs']);
  });

  it('stays, and says so, while something of an instance cannot be deleted', async () => {
    const PolicyDocument = allow('s3:GetObject', '*');
    const TemplateBody = JSON.stringify({
      Resources: { Bound: { Type: 'AWS::IAM::ManagedPolicy', Properties: { ManagedPolicyName: 'bound', PolicyDocument } } },
    });
    const { aws, stack } = await deployed(({ lower }) => ({ OrganizationalUnitIds: [lower] }), {
      ...{ TemplateBody, Capabilities: ['CAPABILITY_NAMED_IAM'] },
    });
    const call = callsOf(aws, { account: destination, region });
    await call('iam:CreateUser', { UserName: 'someone', PermissionsBoundary: `arn:aws:iam::${destination}:policy/bound` });

    const because = expect.stringMatching(
      /in 222222222222, eu-west-1 could not be deleted: Bound: Cannot delete a policy attached/,
    );
    expect(await removeStack(aws, stack)).toMatchObject([{ logicalId: 'Set', because }]);
    await call('iam:DeleteUser', { UserName: 'someone' });
    expect(await removeStack(aws, stack)).toEqual([]);
    expect(aws.world.iam.accounts.get(destination)?.policies.size).toBe(0);
  });

  it('is only for who administers the organization', async () => {
    const { aws, upper } = await anOrganization();
    const Resources = setOf({}, { OrganizationalUnitIds: [upper] });

    const failure = await failureOf(deployStack(aws, { template: { Resources }, stackName: 'rollout', account: source, region }));

    expect(failure.message).toMatch(/Set \(AWS::CloudFormation::StackSet\)/);
    expect(valuesIn(aws)).toEqual([]);
  });
});

describe('a stack set that AWS would not take', () => {
  const withRole = (Properties: object) =>
    JSON.stringify({
      Resources: {
        It: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trustOf('events.amazonaws.com'), ...Properties } },
      },
    });
  it.each([
    {
      because: 'it makes roles and does not say so',
      more: { TemplateBody: withRole({}) },
      says: /Requires capabilities : \[CAPABILITY_IAM\]/,
    },
    {
      because: 'it names roles and does not say so',
      more: { TemplateBody: withRole({ RoleName: 'a' }), Capabilities: ['CAPABILITY_IAM'] },
      says: /Requires capabilities : \[CAPABILITY_NAMED_IAM\]/,
    },
    {
      because: 'its template is too long',
      more: { TemplateBody: withRole({ Description: 'x'.repeat(51_200) }) },
      says: /less than or equal to 51200/,
    },
  ])('is refused: $because', async ({ more, says }) => {
    const { aws, upper } = await anOrganization();
    const Resources = setOf(more, { OrganizationalUnitIds: [upper] });

    const failure = await failureOf(deployStack(aws, { template: { Resources }, stackName: 'rollout', account: hub, region }));

    expect(failure.message).toMatch(says);
  });
});

describe('the synthesized rollout', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-rollout-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('makes the spokes of every account of its units, and their forwarding in every region', async () => {
    const { aws, upper } = await anOrganization();
    const config = parseConfig(
      JSON.stringify({
        hub: { account: hub, region },
        spokes: [],
        organization: { id: aws.world.organizations.organization?.id, units: [upper], regions: [region, 'eu-central-1'] },
        externalId: 'a-shared-word',
        names: { buckets: ['orders*'], keys: ['alias/orders*'], roles: ['lockstep-orders*'] },
      }),
    );
    for (const name of functionNames) await roleFor(name);
    deploymentOf({ config, code: idleFunctions(folder), outdir: join(folder, 'cdk.out'), checked: false }).synth();
    const stacks = readAssembly(join(folder, 'cdk.out'));
    const assets = Object.fromEntries(stacks.flatMap((stack) => Object.entries(stack.assets)));
    const rollout = stacks.find(({ id }) => id === 'lockstep-rollout');

    const stack = await deployStack(aws, {
      template: rollout?.template ?? '',
      stackName: 'lockstep-rollout',
      account: hub,
      region,
      assets,
    });

    const rolesOf = (account: string) => [...(aws.world.iam.accounts.get(account)?.roles.keys() ?? [])];
    for (const account of [source, destination]) {
      expect(rolesOf(account)).toEqual(expect.arrayContaining(['lockstep-observer', 'lockstep-healer']));
    }
    const rules = [...aws.world.events.buses.values()]
      .filter(({ rules: all }) => all.size > 0)
      .map((bus) => `${bus.account} ${bus.region}`);
    const places = [source, destination].flatMap((account) =>
      [region, 'eu-central-1', 'us-east-1'].map((at) => `${account} ${at}`),
    );
    expect(rules.sort()).toEqual(places.sort());
    expect(await removeStack(aws, stack)).toEqual([]);
    expect([source, destination].flatMap(rolesOf)).toEqual([]);

    /** Whom the spokes trust has to be there. */
    async function roleFor(name: string): Promise<void> {
      const AssumeRolePolicyDocument = JSON.stringify(trustOf('lambda.amazonaws.com'));
      await callsOf(aws, { account: hub, region })('iam:CreateRole', { RoleName: `lockstep-${name}`, AssumeRolePolicyDocument });
    }
  });
});
