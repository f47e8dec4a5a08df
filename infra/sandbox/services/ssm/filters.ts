import type { ParameterStringFilter } from '@aws-sdk/client-ssm';
import { AwsError } from '../../service.ts';
import { latestOf, type Parameter } from './state.ts';

/**
 * The parameters that pass every filter.
 *
 * @param keys the filter keys that the operation takes
 * @throws AwsError `InvalidFilterKey`, `InvalidFilterOption` or `InvalidFilterValue`
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html
 */
export function filtered(
  parameters: readonly Parameter[],
  filters: readonly ParameterStringFilter[] | undefined,
  keys: readonly string[],
): Parameter[] {
  const tests = (filters ?? []).map((filter) => testOf(filter, keys));
  return parameters.filter((parameter) => tests.every((test) => test(parameter)));
}

function testOf(
  { Key = '', Option, Values = [] }: ParameterStringFilter,
  keys: readonly string[],
): (parameter: Parameter) => boolean {
  const isTag = Key.startsWith('tag:') && keys.includes('tag');
  if (!isTag && !keys.includes(Key))
    throw new AwsError('InvalidFilterKey', `The filter key ${Key} is not valid for this operation.`);
  if (Key === 'Path') return inPath(Values, Option ?? 'OneLevel');
  const test = options[Option ?? 'Equals'];
  if (!test)
    throw new AwsError(
      'InvalidFilterOption',
      `The following filter option is not valid: ${Option}. Valid options include: [BeginsWith, Equals].`,
    );
  // A tag filter without values asks whether the tag is there.
  if (isTag && Values.length === 0) return ({ tags }) => tags.has(Key.slice(4));
  return (parameter) => valuesOf(parameter, Key).some((actual) => Values.some((wanted) => test(actual, wanted)));
}

const options: Readonly<Record<string, (actual: string, wanted: string) => boolean>> = {
  Equals: (actual, wanted) => actual === wanted,
  BeginsWith: (actual, wanted) => actual.startsWith(wanted),
  Contains: (actual, wanted) => actual.includes(wanted),
};

function valuesOf(parameter: Parameter, key: string): string[] {
  const latest = latestOf(parameter);
  switch (key) {
    case 'Name':
      return [parameter.name];
    case 'Type':
      return [latest.type];
    case 'KeyId':
      return latest.keyId === undefined ? [] : [latest.keyId];
    case 'Tier':
      return [latest.tier];
    case 'DataType':
      return [latest.dataType];
    case 'Label':
      return parameter.versions.flatMap(({ labels }) => [...labels]);
    default:
      return [parameter.tags.get(key.slice(4))].filter((value) => value !== undefined);
  }
}

function inPath(paths: readonly string[], option: string): (parameter: Parameter) => boolean {
  if (option !== 'OneLevel' && option !== 'Recursive') {
    throw new AwsError(
      'InvalidFilterOption',
      `The following filter option is not valid: ${option}. Valid options include: [Recursive, OneLevel].`,
    );
  }
  const prefixes = paths.map((path) => (path.endsWith('/') ? path : `${path}/`));
  return ({ name }) =>
    prefixes.some((prefix) => name.startsWith(prefix) && (option === 'Recursive' || !name.slice(prefix.length).includes('/')));
}
