/** What fields say together that cannot be. */
import { partitionOf } from '../../shared/model/arn.ts';
import { ownRoles } from '../permissions/names.ts';
import type { Config } from './schema.ts';

export const meaningFaults = (config: Config): readonly string[] => [
  ...placeFaults(config),
  ...twice(config),
  ...organizationFaults(config),
  ...nameFaults(config),
  ...roleFaults(config),
  ...parameterFaults(config),
];

function placeFaults({ hub, spokes, organization }: Config): readonly string[] {
  const partition = partitionOf(hub.region);
  const elsewhere = [...spokes.flatMap(({ regions }) => regions), ...(organization?.regions ?? [])].filter(
    (region) => partitionOf(region) !== partition,
  );
  return [
    ...elsewhere.map(
      (region) =>
        `${region} lies in the partition ${partitionOf(region)}, the hub in ${partition}: nothing can be sent between them`,
    ),
    ...(spokes.length > 0 || (organization?.units.length ?? 0) > 0
      ? []
      : ['spokes: is empty and organization.units names nothing, so there would be no account to look after']),
  ];
}

function twice({ spokes }: Config): readonly string[] {
  const accounts = spokes.map(({ account }) => account);
  const repeated = accounts.filter((account, index) => accounts.indexOf(account) !== index);
  return [...new Set(repeated)].map((account) => `spokes: ${account} is there twice; give all its regions in one place`);
}

function organizationFaults({ organization }: Config): readonly string[] {
  if (organization === undefined) return [];
  const [units, regions] = [organization.units.length, organization.regions.length];
  if (units > 0 && regions === 0)
    return ['organization.regions: is empty, so the spokes of organization.units would hear no events'];
  return units === 0 && regions > 0 ? ['organization.units: is empty, so organization.regions is about nothing'] : [];
}

/** Patterns by which the healer might touch everything. */
function nameFaults({ hub, names, newRoles }: Config): readonly string[] {
  const wide = (['buckets', 'roles'] as const).flatMap((kind) =>
    names[kind]
      .filter((pattern) => /^[*?/]*$/.test(pattern))
      .map((pattern) => `names.${kind}: ${pattern} is every name; say which ones are about replication`),
  );
  const partition = partitionOf(hub.region);
  const foreign = names.keys.filter((key) => key.startsWith('arn:') && key.split(':')[1] !== partition);
  const plain = names.roles.some((pattern) => !pattern.includes('/'));
  return [
    ...wide,
    // Its policy is AWS's, and lets no other account in: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
    ...names.keys
      .filter((key) => key.startsWith('alias/aws/'))
      .map((key) => `names.keys: ${key} is a key of AWS's own, which nobody can share or repair`),
    ...foreign.map((key) => `names.keys: ${key} is of another partition than the hub, ${partition}`),
    ...(plain
      ? []
      : [`names.roles: has no pattern without a path, so no role could be made under newRoles.path ${newRoles.path}`]),
  ];
}

/** IAM knows a role by its name, whatever the path. https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
const plainName = (role: string): string => role.slice(role.lastIndexOf('/') + 1).toLowerCase();

function roleFaults({ hub, operators, spokeRoles: { observer, healer } }: Config): readonly string[] {
  const partition = partitionOf(hub.region);
  const foreign = operators.filter((arn) => arn.split(':')[1] !== partition);
  const taken = Object.entries({ observer, healer }).filter(([, role]) => isOwnName(plainName(role)));
  return [
    ...(plainName(observer) === plainName(healer) ? ['spokeRoles: observer and healer must be two roles'] : []),
    ...taken.map(([field, role]) => `spokeRoles.${field}: ${role} is the name of another role of Lockstep`),
    ...foreign.map((arn) => `operators: ${arn} is of another partition than the hub, ${partition}`),
  ];
}

const isOwnName = (name: string): boolean =>
  [...ownRoles.functions, ownRoles.scheduler, ownRoles.chat].includes(name) ||
  [ownRoles.forwarder, ownRoles.heartbeat].some((role) => name.startsWith(`${role}-`));

function parameterFaults({ documentsPath, freezeParameter }: Config): readonly string[] {
  // https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
  const reserved = Object.entries({ documentsPath, freezeParameter }).filter(([, name]) => /^\/(aws|ssm)/i.test(name));
  return [
    ...reserved.map(([field, name]) => `${field}: ${name} begins with aws or ssm, which Parameter Store keeps for itself`),
    ...(freezeParameter.startsWith(documentsPath)
      ? ['freezeParameter: must not lie under documentsPath, where it would be read as a document']
      : []),
  ];
}
