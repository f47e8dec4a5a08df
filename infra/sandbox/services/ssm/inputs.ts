import type { Tag } from '@aws-sdk/client-ssm';
import { AwsError, type CallContext } from '../../service.ts';
import { validator } from '../validation.ts';
import { type Parameter, type ParameterStore, storeOf } from './state.ts';

export const valid = validator('ValidationException');

export const invalid = (message: string): AwsError => new AwsError('ValidationException', message);
export const notFound = (name: string): AwsError => new AwsError('ParameterNotFound', `Parameter ${name} not found.`);

export const homeOf = ({ world, caller, region }: CallContext): ParameterStore => storeOf(world.ssm, caller.account, region);

/**
 * Checks the name of a new parameter.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html#sysman-parameter-name-constraints
 */
export function newName(name: string | undefined, arnPrefix: string): string {
  const text = valid.text('name', name, { min: 1, max: 2048 });
  if (!/^[a-zA-Z0-9_.\-/]+$/.test(text)) {
    throw invalid(
      'Invalid request: parameter name contains unsupported characters. Only a mix of letters, numbers and the following 4 symbols .-_/ are allowed.',
    );
  }
  if (text.includes('/') && !text.startsWith('/')) throw invalid('Parameter name must be a fully qualified name.');
  if (text.endsWith('/') || text.includes('//')) throw invalid('Parameter name must not end with "/" or hold an empty level.');
  const first = text.replace(/^\//, '').toLowerCase();
  if (/^aws/.test(first)) throw new AwsError('AccessDeniedException', `No access to reserved parameter name: ${text}.`);
  if (/^ssm/.test(first))
    throw invalid(
      `Parameter name: can't be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_`,
    );
  if (text.split('/').length - 1 > 15) {
    throw new AwsError(
      'HierarchyLevelLimitExceededException',
      'The parameter name has more than the maximum of 15 hierarchy levels.',
    );
  }
  if (arnPrefix.length + text.length > 1011)
    throw invalid('The parameter name with its ARN must not be longer than 1011 characters.');
  return text;
}

interface Selected {
  readonly parameter: Parameter;
  /** A version number or label; empty: the latest. */
  readonly selector: string;
}

/** The parameter behind `name`, `name:3`, `name:label` or its ARN. */
export function select(store: ParameterStore, reference: string): Selected | undefined {
  const name = reference.replace(/^arn:aws:ssm:[^:]*:\d{12}:parameter(?=\/)/, '');
  const [bare = '', selector = ''] = name.split(':', 2);
  const parameter = store.get(bare) ?? (reference.startsWith('arn:') ? store.get(bare.slice(1)) : undefined);
  return parameter && { parameter, selector };
}

/** @throws AwsError `ParameterNotFound` */
export function theParameter(store: ParameterStore, name: string | undefined): Parameter {
  const text = valid.text('name', name, { min: 1, max: 2048 });
  const selected = select(store, text);
  if (!selected) throw notFound(text);
  return selected.parameter;
}

export const tagsOf = (tags: readonly Tag[] | undefined): Map<string, string> =>
  new Map((tags ?? []).map(({ Key, Value }): [string, string] => [valid.text('key', Key, { min: 1, max: 128 }), Value ?? '']));

interface Page<T> {
  readonly items: readonly T[];
  readonly NextToken?: string;
}

/** Cuts one page; `NextToken` says where the next one starts. */
export function pageOf<T>(all: readonly T[], token: string | undefined, size: number): Page<T> {
  const from = token === undefined ? 0 : readToken(token);
  const next = from + size;
  return { items: all.slice(from, next), ...(next < all.length ? { NextToken: tokenFor(next) } : {}) };
}

export const tokenFor = (from: number, kind = 'from'): string => Buffer.from(`${kind}:${from}`).toString('base64url');

export function readToken(token: string, kind = 'from'): number {
  const from = new RegExp(`^${kind}:(\\d+)$`).exec(Buffer.from(token, 'base64url').toString())?.[1];
  if (from === undefined) throw new AwsError('InvalidNextToken', 'The specified token is not valid.');
  return Number(from);
}

export const isToken = (token: string, kind: string): boolean =>
  Buffer.from(token, 'base64url').toString().startsWith(`${kind}:`);
