/** What fields say together that cannot be. */
import { partitionOf } from '../../shared/model/arn.ts';
import type { Config } from './schema.ts';

export const meaningFaults = (config: Config): readonly string[] => [
  ...placeFaults(config),
  ...twice(config),
  ...organizationFaults(config),
  ...nameFaults(config),
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
function nameFaults({ hub, names, newRoles, spokeRoles }: Config): readonly string[] {
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
    ...foreign.map((key) => `names.keys: ${key} is of another partition than the hub, ${partition}`),
    ...(plain
      ? []
      : [`names.roles: has no pattern without a path, so no role could be made under newRoles.path ${newRoles.path}`]),
    ...(spokeRoles.observer === spokeRoles.healer ? ['spokeRoles: observer and healer must be two roles'] : []),
  ];
}

const parameterFaults = ({ documentsPath, freezeParameter }: Config): readonly string[] =>
  freezeParameter.startsWith(documentsPath)
    ? ['freezeParameter: must not lie under documentsPath, where it would be read as a document']
    : [];
