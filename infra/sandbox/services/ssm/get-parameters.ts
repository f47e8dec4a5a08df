import type * as ssm from '@aws-sdk/client-ssm';
import type { CallContext } from '../../service.ts';
import { requireDecryption } from './encryption.ts';
import { filtered } from './filters.ts';
import { homeOf, invalid, isToken, notFound, readToken, select, tokenFor, valid } from './inputs.ts';
import { versionNotFound } from './put-parameter.ts';
import { latestOf, type Parameter, type ParameterStore, type ParameterVersion } from './state.ts';

export function getParameter(input: ssm.GetParameterCommandInput, call: CallContext) {
  const name = valid.text('name', input.Name, { min: 1, max: 2048 });
  const found = find(homeOf(call), name);
  if (found === undefined) throw notFound(name);
  if (found === 'no such version') throw versionNotFound(...splitName(name));
  return { Parameter: show(found, input.WithDecryption, call) };
}

export function getParameters(input: ssm.GetParametersCommandInput, call: CallContext) {
  const names = input.Names ?? [];
  if (names.length < 1 || names.length > 10) {
    throw invalid(
      `1 validation error detected: Value '[${names.join(', ')}]' at 'names' failed to satisfy constraint: Member must have length ${names.length < 1 ? 'greater than or equal to 1' : 'less than or equal to 10'}`,
    );
  }
  const store = homeOf(call);
  const answers = [...new Set(names)].map((name) => ({ name, found: find(store, name) }));
  return {
    Parameters: answers.flatMap(({ found }) => (typeof found === 'object' ? [show(found, input.WithDecryption, call)] : [])),
    InvalidParameters: answers.flatMap(({ name, found }) => (typeof found === 'object' ? [] : [name])),
  };
}

/**
 * Parameters below a path. Their order is that of their names.
 *
 * A page may be empty and yet not the last one; here the second page of every longer listing is, so that nobody relies on the contrary.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html
 */
export function getParametersByPath(input: ssm.GetParametersByPathCommandInput, call: CallContext) {
  const path = valid.text('path', input.Path, { min: 1, max: 2048 });
  const size = valid.between('maxResults', input.MaxResults, 1, 10) ?? 10;
  if (!/^\/[a-zA-Z0-9_.\-/]*$/.test(path)) {
    throw invalid(
      'The parameter path must be a fully qualified name: it begins with "/" and holds letters, numbers and the symbols .-_/ only.',
    );
  }
  const all = below([...homeOf(call).values()], path, input.Recursive ?? false);
  const found = filtered(all, input.ParameterFilters, ['Type', 'KeyId', 'Label']);
  if (input.NextToken !== undefined && isToken(input.NextToken, 'pause')) {
    return { Parameters: [], NextToken: tokenFor(readToken(input.NextToken, 'pause')) };
  }
  const from = input.NextToken === undefined ? 0 : readToken(input.NextToken);
  const next = from + size;
  return {
    Parameters: found
      .slice(from, next)
      .map((parameter) =>
        show({ parameter, version: latestOf(parameter), selector: '', arn: false }, input.WithDecryption, call),
      ),
    ...(next < found.length ? { NextToken: tokenFor(next, from === 0 ? 'pause' : 'from') } : {}),
  };
}

/** The parameters in a path, in the order of their names; the one named like the path itself is not in it. */
function below(parameters: readonly Parameter[], path: string, recursive: boolean): Parameter[] {
  const prefix = path.endsWith('/') ? path : `${path}/`;
  const inside = (name: string): boolean =>
    name.startsWith(prefix) ? recursive || !name.slice(prefix.length).includes('/') : prefix === '/' && !name.includes('/');
  return parameters.filter(({ name }) => inside(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface Found {
  readonly parameter: Parameter;
  readonly version: ParameterVersion;
  readonly selector: string;
  /** Asked for by ARN: the answer names it so. */
  readonly arn: boolean;
}

function find(store: ParameterStore, reference: string): Found | 'no such version' | undefined {
  const selected = select(store, reference);
  if (!selected) return undefined;
  const { parameter, selector } = selected;
  const version =
    selector === ''
      ? latestOf(parameter)
      : parameter.versions.find((one) => String(one.version) === selector || one.labels.has(selector));
  return version
    ? { parameter, version, selector: selector === '' ? '' : `:${selector}`, arn: reference.startsWith('arn:') }
    : 'no such version';
}

function splitName(reference: string): [name: string, selector: string] {
  const colon = reference.lastIndexOf(':');
  return [reference.slice(0, colon), reference.slice(colon + 1)];
}

/** The value, or what stands for it when it is a secret that is not asked for. @throws AwsError unless the caller may have it decrypted */
export function shownValue(
  parameter: Parameter,
  version: ParameterVersion,
  decrypt: boolean | undefined,
  call: CallContext,
): string {
  if (version.type !== 'SecureString') return version.value;
  if (!decrypt) return Buffer.from(`encrypted:${version.value}`).toString('base64');
  requireDecryption(parameter, version, call);
  return version.value;
}

const show = ({ parameter, version, selector, arn }: Found, decrypt: boolean | undefined, call: CallContext): ssm.Parameter => ({
  Name: arn ? parameter.arn : parameter.name,
  Type: version.type,
  Value: shownValue(parameter, version, decrypt, call),
  Version: version.version,
  Selector: selector === '' ? undefined : selector,
  LastModifiedDate: version.modified,
  ARN: parameter.arn,
  DataType: version.dataType,
});
