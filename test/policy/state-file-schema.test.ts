import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { stateJsonSchema } from '../../shared/policy/state-file.ts';
import { changed, fullState, type Json, valueAt } from './state-files.ts';

type Schema = { readonly [name: string]: unknown };

const schema = stateJsonSchema() as Schema;
const definitions = schema.$defs as Readonly<Record<string, Schema>>;
const refers = (part: Schema): Schema => {
  const to = typeof part.$ref === 'string' ? definitions[part.$ref.replace('#/$defs/', '')] : undefined;
  return to === undefined ? part : { ...refers(to), ...part };
};
const [state, states] = (schema.anyOf as readonly Schema[]).map(refers) as [Schema, Schema];

/** The schema of a field: through definitions, lists, records and the ways in which a setting may be given. */
function within(part: Schema, name: string): Schema {
  const whole = refers(part);
  const ways = (whole.anyOf as readonly Schema[] | undefined)?.map(refers) ?? [];
  const field = (whole.properties as Json | undefined)?.[name] ?? whole.additionalProperties ?? whole.items;
  if (typeof field === 'object' && field !== null) return field as Schema;
  return ways.map((way) => within(way, name)).find((found) => Object.keys(found).length > 0) ?? {};
}
const at = (path: string): Schema => refers(path.split('.').reduce(within, state));

describe('the JSON Schema of states', () => {
  const accepts = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);

  it('is of the draft that editors know', () => {
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
  });

  it.each([
    ['one state', fullState],
    ['several', { version: 1, replications: { a: fullState } }],
    ['fields that nobody knows', changed(fullState, { extra: 1, 'source.extra': 1 })],
  ])('lets pass %s', (_, given) => {
    expect(accepts.safeParse(given).error).toBeUndefined();
  });

  it.each<[path: string, value: unknown]>([
    ['source', undefined],
    ['source.account', 1],
    ['source.exists', 'yes'],
    ['readAt', 'today'],
    ['object.key', 7],
    ['source.versioning', 7],
  ])('refuses %s %j', (path, value) => {
    expect(accepts.safeParse(changed(fullState, { [path]: value })).success).toBe(false);
  });

  it.each([
    ['source.account', '^\\d{12}$'],
    ['source.region', '^[a-z]{2}(-[a-z]+)+-\\d+$'],
    ['source.keys.*.arn', '^arn:[^:]+:kms:[^:]+:\\d{12}:key\\/.+$'],
    ['role.arn', '^arn:[^:]+:iam::\\d{12}:role\\/.+$'],
  ])('says how %s is written', (path, pattern) => {
    expect(at(path).pattern).toBe(pattern);
  });

  it('refuses no field for being unknown', () => {
    expect(JSON.stringify(schema)).not.toContain('"additionalProperties":false');
  });

  it('asks for what a state cannot do without', () => {
    expect(state.required).toEqual(['source', 'destination', 'role']);
    expect(at('source').required).toEqual(['account', 'region', 'bucket']);
    expect(at('role').required).toEqual(['arn']);
    expect(states.required).toEqual(['replications']);
  });

  it.each<[path: string, description: string]>([
    ['name', 'Name of the replication, for people'],
    ['partition', "Left out: the role's"],
    ['object', 'The object asked about; left out: one the rules would replicate'],
    ['source.exists', "false: no such bucket, or it is a stranger's"],
    ['source.versioning', 'null: never enabled'],
    ['source.encryption', 'Default encryption'],
    ['source.keys', 'Keys of this side: at the source every key objects may be under, at the destination the replica key'],
    ['source.keys.*.arn', "The key's own ARN"],
    ['source.keys.*.aliases', 'Alias ARNs or names that point to it'],
    ['source.keys.*.exists', 'false: no such key'],
    ['source.keys.*.spec', 'SYMMETRIC_DEFAULT, …'],
    ['source.keys.*.usage', 'ENCRYPT_DECRYPT, …'],
    ['role.exists', 'false: no such role'],
    ['role.id', 'AROA…'],
    ['role.inline', 'Inline policies by name'],
    ['role.attached', 'Attached managed policies by ARN'],
    ['role.boundary', 'null: the role has none'],
    ['accounts.*.organization', 'null: in no organization'],
    ['accounts.*.organizationPath', 'Where the account is in it: o-…/r-…/ou-…/'],
    ['accounts.*.managementAccount', 'true: SCPs and RCPs do not bind it'],
    ['accounts.*.serviceControlPolicies', 'By name, a level each from the root down to the account'],
    ['accounts.*.resourceControlPolicies', 'By name, a level each from the root down to the account'],
    ['accounts.*.publicAccessBlock', "The account's own S3 public access block"],
  ])('says what %s is', (path, description) => {
    expect(at(path).description).toBe(description);
  });

  it('says what a policy may be and what was refused', () => {
    const told = JSON.stringify(schema);

    expect(told).toContain(
      '"A policy: its JSON object, its text (URL-encoded or not), one statement, a list of statements, or what the AWS CLI prints"',
    );
    expect(told).toContain('"Why AWS refused, e.g. AccessDenied"');
    expect(told).toContain('"Tried, and refused"');
  });

  it.each([
    'source.versioning',
    'source.encryption',
    'source.policy',
    'source.publicAccessBlock',
    'source.replication',
    'source.keys.*.policy',
    'source.keys.*.tags',
    'role.trust',
    'role.inline',
    'accounts.*.organization',
  ])('lets an answer of the AWS CLI stand for %s', (path) => {
    expect(at(path).anyOf).toContainEqual({ type: ['object', 'array', 'string'] });
    expect(at(path)).not.toHaveProperty('type');
  });

  it.each(['source', 'source.account', 'source.keys', 'role', 'object'])('lets no answer stand for %s', (path) => {
    expect(at(path).type).toBe(Array.isArray(valueAt(fullState, path)) ? 'array' : typeof valueAt(fullState, path));
  });
});
