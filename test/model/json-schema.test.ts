import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { documentJsonSchema } from '../../shared/model/json-schema.ts';

interface Node {
  readonly [keyword: string]: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly anyOf?: readonly Node[];
  readonly items?: Node;
}

const schema: Node = { ...documentJsonSchema() };
const replication = schema.properties?.replications?.additionalProperties as Node;

/** Every field with its schema, by dotted path. */
const fieldsOf = (node: Node, path = ''): (readonly [string, Node])[] => [
  ...Object.entries(node.properties ?? {}).flatMap(([name, field]) => [
    [`${path}${name}`, field] as const,
    ...fieldsOf(field, `${path}${name}.`),
  ]),
  ...(node.items === undefined ? [] : fieldsOf(node.items, path)),
];

describe('the JSON Schema of documents', () => {
  it('is of draft 2020-12 and has a title', () => {
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'Lockstep document',
      type: 'object',
      additionalProperties: false,
    });
  });

  it('describes every field', () => {
    const silent = fieldsOf(replication).filter(([, field]) => field.description === undefined);

    expect(silent.map(([path]) => path)).toEqual([]);
    expect(fieldsOf(replication).length).toBeGreaterThan(45);
  });

  it('knows every field of the fullest example, and no other', () => {
    const example = parseYaml(readFileSync(new URL('../fixtures/documents/everything.yaml', import.meta.url), 'utf8')) as {
      replications: Record<string, object>;
    };
    const namesIn = (value: unknown): string[] => {
      if (Array.isArray(value)) return value.flatMap(namesIn);
      if (typeof value !== 'object' || value === null) return [];
      return Object.entries(value).flatMap(([name, inner]) =>
        name === 'tags' || name === 'blockPublicAccess' ? [name] : [name, ...namesIn(inner)],
      );
    };

    const known = fieldsOf(replication).map(([path]) => path.split('.').at(-1));
    expect(new Set(namesIn(example.replications['claims-dr']))).toEqual(new Set(known));
  });

  it('gives editors patterns and choices', () => {
    const ends = replication.properties?.source?.properties;

    expect(ends?.account).toMatchObject({ type: 'string', pattern: '^\\d{12}$' });
    expect(new RegExp(String(ends?.key?.pattern)).test('arn:aws:kms:eu-west-1:111111111111:alias/orders')).toBe(true);
    expect(replication.properties?.mode).toMatchObject({ enum: ['repair', 'observe', 'paused'] });
    expect(schema.properties?.replications).toMatchObject({
      propertyNames: { pattern: '^[a-z][a-z0-9-]{0,62}$' },
      minProperties: 1,
    });
  });

  it('insists on the ends only where defaults cannot give them', () => {
    expect(schema.required).toEqual(['version', 'replications']);
    expect(replication.required).toBeUndefined();
    expect(schema.anyOf).toEqual([{ required: ['defaults'] }, expect.objectContaining({ properties: expect.anything() })]);
  });

  it('is plain data that outlives JSON', () => {
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });
});
