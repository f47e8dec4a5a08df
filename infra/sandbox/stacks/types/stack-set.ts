/**
 * A template in many accounts and regions.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/what-is-cfnstacksets.html
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Place } from '../calls.ts';
import {
  type Change,
  type Here,
  type Made,
  objectsOf,
  type Properties,
  type ResourceType,
  textOf,
  textsOf,
} from '../resource-type.ts';
import { readTemplate } from '../template.ts';
import { accountsUnder, managementAccount } from './organization-accounts.ts';

/** Ids of the instances' stacks by stack set and place. */
const instances = new WeakMap<Made, Map<string, string>>();

const stackSet: ResourceType = {
  takes: [
    ...['StackSetName', 'PermissionModel', 'TemplateBody', 'TemplateURL', 'Parameters', 'StackInstancesGroup'],
    'Capabilities',
  ],
  idle: {
    AdministrationRoleARN: 'instances are made as the administrator of their account',
    AutoDeployment: 'an account that joins later gets its instance when the stack is deployed again',
    CallAs: 'it has no other effect than who may ask for it',
    Description: 'it is for people',
    ExecutionRoleName: 'instances are made as the administrator of their account',
    ManagedExecution: 'there is one operation at a time',
    OperationPreferences: 'instances are made one after the other, and the first that fails ends it',
    Tags: 'stack sets cannot be asked for their tags here',
  },
  replacing: ['StackSetName', 'PermissionModel'],
  name: 'StackSetName',
  async create(wanted) {
    const name = textOf(wanted, 'StackSetName');
    const id = `${name}:${randomUUID()}`;
    const made: Made = { id, attributes: { StackSetId: id } };
    instances.set(made, new Map());
    return made;
  },
  update: async () => undefined,
  complete: deployInstances,
  async remove(made, _properties, here) {
    for (const stackId of [...instancesOf(made).values()].reverse()) await here.removeElsewhere(stackId);
    instances.delete(made);
  },
};

const instancesOf = (made: Made): Map<string, string> => instances.get(made) ?? new Map<string, string>();

async function deployInstances({ made, wanted }: Change, here: Here): Promise<void> {
  const template = templateOf(wanted, here);
  checkCapabilities(template, textsOf(wanted, 'Capabilities'));
  const common = parametersIn(wanted, 'Parameters');
  const known = instancesOf(made);
  const wantedPlaces = new Set<string>();
  const setName = made.id.slice(0, made.id.indexOf(':'));
  for (const group of objectsOf(wanted, 'StackInstancesGroup')) {
    const parameters = { ...common, ...parametersIn(group, 'ParameterOverrides') };
    for (const place of await placesOf(group, wanted, here)) {
      const key = `${place.account}/${place.region}`;
      wantedPlaces.add(key);
      // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-concepts.html#stacksets-concepts-stackinstances
      const name = known.get(key)?.split('/')[1] ?? `StackSet-${setName}-${randomUUID()}`;
      const { id } = await here.deployElsewhere(place, name, template, parameters);
      known.set(key, id);
    }
  }
  for (const [key, stackId] of known) {
    if (wantedPlaces.has(key)) continue;
    await here.removeElsewhere(stackId);
    known.delete(key);
  }
}

function templateOf({ TemplateBody, TemplateURL }: Properties, here: Here): string {
  if (typeof TemplateBody === 'string') {
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    if (Buffer.byteLength(TemplateBody) > 51_200) throw new Error('TemplateBody must have length less than or equal to 51200');
    return TemplateBody;
  }
  if (typeof TemplateURL !== 'string') throw new Error('Either TemplateBody or TemplateURL must be specified');
  return readFileSync(here.asset(TemplateURL.slice(TemplateURL.lastIndexOf('/') + 1)), 'utf8');
}

/** Who makes roles and policies has to say so. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackSet.html */
function checkCapabilities(template: string, given: readonly string[]): void {
  const ofIam = Object.values(readTemplate(template).Resources).filter(({ Type }) => Type.startsWith('AWS::IAM::'));
  const isNamed = ofIam.some(({ Properties = {} }) =>
    ['RoleName', 'ManagedPolicyName', 'UserName'].some((name) => name in Properties),
  );
  const needed = isNamed ? ['CAPABILITY_NAMED_IAM'] : ofIam.length > 0 ? ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'] : [];
  if (needed.length === 0 || needed.some((one) => given.includes(one))) return;
  throw new Error(`Requires capabilities : [${needed[0]}]`);
}

const parametersIn = (properties: Properties, name: string): Readonly<Record<string, string>> =>
  Object.fromEntries(objectsOf(properties, name).map((one) => [textOf(one, 'ParameterKey'), textOf(one, 'ParameterValue')]));

async function placesOf(group: Properties, { PermissionModel }: Properties, here: Here): Promise<readonly Place[]> {
  const targets = (group.DeploymentTargets ?? {}) as Properties;
  const isManaged = PermissionModel === 'SERVICE_MANAGED';
  const accounts = isManaged ? await managedAccounts(targets, here) : textsOf(targets, 'Accounts');
  return accounts.flatMap((account) => textsOf(group, 'Regions').map((region) => ({ account, region })));
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeploymentTargets.html */
async function managedAccounts(targets: Properties, here: Here): Promise<readonly string[]> {
  const units = textsOf(targets, 'OrganizationalUnitIds');
  if (units.length === 0) throw new Error('OrganizationalUnitIds are required for SERVICE_MANAGED stack sets');
  const [management, found] = [await managementAccount(here.call), await accountsUnder(units, here.call)];
  const named = textsOf(targets, 'Accounts');
  const chosen = found.filter((account) => isChosen(String(targets.AccountFilterType ?? 'NONE'), named.includes(account)));
  const all = targets.AccountFilterType === 'UNION' ? [...new Set([...found, ...named])] : chosen;
  // The management account gets no instance, even when it is in the unit:
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html
  return all.filter((account) => account !== management);
}

function isChosen(filter: string, isNamed: boolean): boolean {
  if (filter === 'INTERSECTION') return isNamed;
  return filter === 'DIFFERENCE' ? !isNamed : true;
}

export const stackSetTypes = { 'AWS::CloudFormation::StackSet': stackSet };
