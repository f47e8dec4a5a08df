import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LineCounter, parseDocument as parseYaml } from 'yaml';
import {
  type Document,
  InvalidDocument,
  type Positions,
  parseDocument,
  parseDocumentValue,
} from '../../shared/model/desired-state.ts';
import { groupsOf } from '../../shared/model/group.ts';
import type { Replication } from '../../shared/model/replication.ts';
import { destinationKey, documentOf, keyArn, now, parse, sourceKey, written, writtenWith } from './documents.ts';

const fixture = (name: string): string => readFileSync(new URL(`../fixtures/documents/${name}`, import.meta.url), 'utf8');
const yamlFixture = (name: string): Document => parseDocumentValue(parseYaml(fixture(name)).toJS(), { name, now });
const only = (document: Document): Replication => document.replications[0] as Replication;
const parseOne = (fields: Parameters<typeof writtenWith>[0] = {}): Replication =>
  only(parse(documentOf({ 'orders-dr': writtenWith(fields) })));

describe('a document that says the least', () => {
  it('has every default filled in', () => {
    const document = parse(documentOf({ 'orders-dr': written() }), 'team-a');

    expect(document).toEqual({
      name: 'team-a',
      notes: [],
      replications: [
        {
          name: 'orders-dr',
          document: 'team-a',
          mode: { kind: 'repair' },
          partition: 'aws',
          source: {
            account: '111111111111',
            region: 'eu-west-1',
            bucket: 'orders',
            key: { named: sourceKey, arn: sourceKey },
            furtherKeys: [],
            bucketKey: true,
            accountAdmin: true,
          },
          destination: {
            account: '222222222222',
            region: 'eu-central-1',
            bucket: 'orders-dr',
            key: { named: destinationKey, arn: destinationKey },
            bucketKey: true,
            accountAdmin: true,
            managed: true,
            objectLockGrants: false,
          },
          role: { arn: 'arn:aws:iam::111111111111:role/lockstep-orders', name: 'lockstep-orders', path: '/' },
          rules: [
            {
              id: 'lockstep-orders-dr',
              prefix: '',
              tags: [],
              priority: 1,
              priorityFixed: false,
              status: 'Enabled',
              deleteMarkers: false,
              replicaModifications: false,
              timeControl: false,
            },
          ],
          ownership: 'destination',
          keyState: 'repair',
          exclusive: false,
        },
      ],
    });
  });

  it('means the same in JSON and in YAML', () => {
    const json = parseDocument(fixture('two-accounts.json'), { name: 'two-accounts.yaml', now });

    expect(json).toEqual(yamlFixture('two-accounts.yaml'));
  });

  it('may begin with a byte-order mark and name its schema', () => {
    const text = JSON.stringify({ $schema: './lockstep.schema.json', ...documentOf({ 'orders-dr': written() }) });

    expect(parseDocument(`\uFEFF${text}`, { name: 'orders', now })).toEqual(parse(documentOf({ 'orders-dr': written() })));
  });
});

describe('the role', () => {
  it.each([
    {
      because: 'a name is a role of the source account',
      role: 'copier',
      arn: 'arn:aws:iam::111111111111:role/copier',
      path: '/',
    },
    {
      because: 'an ARN can have a path',
      role: 'arn:aws:iam::111111111111:role/a/b/copier',
      arn: 'arn:aws:iam::111111111111:role/a/b/copier',
      path: '/a/b/',
    },
    {
      because: 'an ARN need not have one',
      role: 'arn:aws:iam::111111111111:role/copier',
      arn: 'arn:aws:iam::111111111111:role/copier',
      path: '/',
    },
  ])('is $arn for $role: $because', ({ role, arn, path }) => {
    expect(parseOne({ role }).role).toEqual({ arn, name: 'copier', path });
  });

  it('is named after the source bucket, cut to 64 characters with a hash that keeps buckets apart', () => {
    const [one, other] = ['a', 'b'].map((end) => parseOne({ source: { bucket: `${'x'.repeat(62)}${end}` } }).role.name);

    expect(one).toMatch(/^lockstep-x{46}-[0-9a-f]{8}$/);
    expect(one).toHaveLength(64);
    expect(other).not.toBe(one);
    expect(parseOne({ source: { bucket: 'x'.repeat(55) } }).role.name).toBe(`lockstep-${'x'.repeat(55)}`);
  });

  it.each([
    { region: 'cn-north-1', other: 'cn-northwest-1', partition: 'aws-cn' },
    { region: 'us-gov-west-1', other: 'us-gov-east-1', partition: 'aws-us-gov' },
    { region: 'us-isob-east-1', other: 'us-isob-west-1', partition: 'aws-iso-b' },
    { region: 'eusc-de-east-1', other: 'eusc-de-east-1', partition: 'aws-eusc' },
  ])('is in the partition of $region', ({ region, other, partition }) => {
    const key = (account: string, where: string): string => keyArn(account, where).replace('arn:aws:', `arn:${partition}:`);
    const replication = parseOne({
      source: { region, key: key('111111111111', region) },
      destination: { region: other, key: key('222222222222', other) },
    });

    expect(replication.partition).toBe(partition);
    expect(replication.role.arn).toBe(`arn:${partition}:iam::111111111111:role/lockstep-orders`);
  });
});

describe('a key', () => {
  it.each([
    { because: 'the ARN is the key', named: sourceKey, arn: sourceKey },
    {
      because: 'a multi-Region key is a key',
      named: `arn:aws:kms:eu-west-1:111111111111:key/mrk-${'1a'.repeat(16)}`,
      arn: `arn:aws:kms:eu-west-1:111111111111:key/mrk-${'1a'.repeat(16)}`,
    },
    { because: 'an alias is resolved later', named: 'arn:aws:kms:eu-west-1:111111111111:alias/orders/2026', arn: undefined },
  ])('is taken as $named: $because', ({ named, arn }) => {
    expect(parseOne({ source: { key: named } }).source.key).toEqual(arn === undefined ? { named } : { named, arn });
  });

  it('may be the same on both sides within one account and region', () => {
    const replication = parseOne({ destination: { account: '111111111111', region: 'eu-west-1', key: sourceKey } });

    expect(replication.destination.key.arn).toBe(replication.source.key.arn);
  });
});

describe('rules', () => {
  it('are numbered by position in their ids, unless they have ids', () => {
    const { rules } = parseOne({ rules: [{ prefix: 'a/' }, { id: 'mine', prefix: 'b/' }, { prefix: 'c/' }] });

    expect(rules.map(({ id }) => id)).toEqual(['lockstep-orders-dr-1', 'mine', 'lockstep-orders-dr-3']);
  });

  it('get the free priorities in their order, around those that are given', () => {
    const { rules } = parseOne({
      rules: [{ prefix: 'a/' }, { prefix: 'b/', priority: 2 }, { prefix: 'c/' }, { prefix: 'd/', priority: 0 }],
    });

    expect(rules.map(({ priority, priorityFixed }) => [priority, priorityFixed])).toEqual([
      [1, false],
      [2, true],
      [3, false],
      [0, true],
    ]);
  });

  it('take tags as an object or as S3 writes them', () => {
    const tags = [{ Key: 'team', Value: 'a' }];

    expect(parseOne({ rules: [{ tags: { team: 'a' } }] }).rules[0]?.tags).toEqual(tags);
    expect(parseOne({ rules: [{ tags }] }).rules[0]?.tags).toEqual(tags);
  });

  it.each([
    { because: 'prefixes of a prefix are other rules', rules: [{ prefix: 'a' }, { prefix: 'a/b' }] },
    { because: 'a disabled rule does not count', rules: [{ status: 'Disabled' }, {}] },
    { because: 'tags make another rule', rules: [{ tags: { a: '1' } }, { tags: { a: '2' } }] },
    { because: 'there may be 1,000', rules: Array.from({ length: 1000 }, (_, n) => ({ prefix: `${n}/` })) },
    { because: 'delete markers go with a prefix', rules: [{ prefix: 'a/', deleteMarkers: true }] },
    { because: 'the limits are inclusive', rules: [{ prefix: 'p'.repeat(1024), id: 'i'.repeat(255), priority: 2_147_483_647 }] },
  ])('may be like this: $because', ({ rules }) => {
    expect(parseOne({ rules }).rules).toHaveLength(rules.length);
  });
});

describe('a pause', () => {
  const paused = { mode: 'paused', until: '2026-03-01T13:00:00+02:00', reason: 'moving keys' };
  const at = (instant: string): Document =>
    parseDocument(JSON.stringify(documentOf({ 'orders-dr': writtenWith(paused) })), { name: 'orders', now: new Date(instant) });

  it('lasts until its moment, whatever the zone it is written in', () => {
    const document = at('2026-03-01T10:59:59Z');

    expect(only(document).mode).toEqual({ kind: 'paused', until: paused.until, reason: paused.reason });
    expect(only(document).pauseExpired).toBeUndefined();
    expect(document.notes).toEqual([]);
  });

  it('means repair once its moment has come, and says so', () => {
    const document = at('2026-03-01T11:00:00Z');

    expect(only(document).mode).toEqual({ kind: 'repair' });
    expect(only(document).pauseExpired).toEqual({ until: paused.until, reason: paused.reason });
    expect(document.notes).toEqual([
      expect.stringContaining('orders-dr: the pause until 2026-03-01T13:00:00+02:00 (moving keys) is over'),
    ]);
  });

  it('may end at a minute', () => {
    expect(parseOne({ ...paused, until: '2030-01-01T00:00Z' }).mode.kind).toBe('paused');
  });
});

describe('defaults', () => {
  const common = { source: written().source, mode: 'observe', rules: [{ deleteMarkers: true }] };

  it('are laid under every replication, object by object; lists are replaced', () => {
    const document = parse(
      documentOf(
        {
          one: { destination: written().destination },
          two: {
            ...written('orders-two', 'two-dr'),
            source: { bucket: 'orders-two', bucketKey: false },
            rules: [{ prefix: 'a/' }],
          },
        },
        { defaults: common },
      ),
    );

    const [one, two] = document.replications;
    expect(one?.source).toMatchObject({ bucket: 'orders', key: { named: sourceKey }, bucketKey: true });
    expect(two?.source).toMatchObject({ bucket: 'orders-two', key: { named: sourceKey }, bucketKey: false });
    expect([one?.rules[0]?.deleteMarkers, two?.rules[0]?.deleteMarkers]).toEqual([true, false]);
    expect([one?.mode.kind, two?.mode.kind]).toEqual(['observe', 'observe']);
  });

  it('lose their pause to a replication with a mode of its own', () => {
    const document = parse(
      documentOf(
        { one: written(), two: writtenWith({ mode: 'repair', source: { bucket: 'b-two' }, destination: { bucket: 'b-three' } }) },
        { defaults: { mode: 'paused', until: '2030-01-01T00:00:00Z', reason: 'x' } },
      ),
    );

    expect(document.replications.map(({ mode }) => mode.kind)).toEqual(['paused', 'repair']);
  });

  it('may be given in part by the replication, as here the reason of a pause', () => {
    const document = parse(
      documentOf(
        { one: { ...written(), reason: 'mine' } },
        { defaults: { mode: 'paused', until: '2030-01-01T00:00:00Z', reason: 'theirs' } },
      ),
    );

    expect(only(document).mode).toMatchObject({ kind: 'paused', reason: 'mine' });
  });
});

describe('optional settings of the ends', () => {
  it('come as all four settings for blockPublicAccess true', () => {
    const all = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };

    expect(parseOne({ source: { blockPublicAccess: true } }).source.blockPublicAccess).toEqual(all);
    expect(
      parseOne({ source: { blockPublicAccess: { ...all, BlockPublicPolicy: false } } }).source.blockPublicAccess
        ?.BlockPublicPolicy,
    ).toBe(false);
  });

  it('put each lifecycle rule on its own end, with its default id', () => {
    const replication = parseOne({
      lifecycle: { source: { expireAfterDays: 30 }, destination: { id: 'd', noncurrentExpireAfterDays: 7, prefix: 'a/' } },
    });

    expect(replication.source.lifecycle).toEqual({ id: 'lockstep-expiry', prefix: '', expireAfterDays: 30 });
    expect(replication.destination.lifecycle).toEqual({ id: 'd', prefix: 'a/', noncurrentExpireAfterDays: 7 });
  });

  it('are noted where they have no effect', () => {
    const document = parse(
      documentOf({
        'orders-dr': writtenWith({
          ownership: 'source',
          failureEvents: false,
          destination: { objectOwnership: 'BucketOwnerEnforced' },
        }),
      }),
    );

    expect(document.notes).toEqual([
      expect.stringContaining('ownership "source" has no effect'),
      expect.stringContaining('failureEvents false'),
    ]);
  });
});

describe('the example documents', () => {
  it.each([
    { name: 'two-accounts.yaml', replications: ['orders-dr'], groups: 1 },
    { name: 'several-destinations.yaml', replications: ['invoices-archive', 'invoices-reports', 'invoices-audit'], groups: 1 },
    { name: 'two-way.yaml', replications: ['catalog-forth', 'catalog-back'], groups: 1 },
    { name: 'everything.yaml', replications: ['claims-dr'], groups: 1 },
  ])('are valid: $name', ({ name, replications, groups }) => {
    const document = yamlFixture(name);

    expect(document.replications.map((replication) => replication.name)).toEqual(replications);
    expect(document.notes).toEqual([]);
    expect(groupsOf(document.replications)).toHaveLength(groups);
  });

  it('give one source bucket one role and each of its rules its own priority', () => {
    const { replications } = yamlFixture('several-destinations.yaml');

    expect(new Set(replications.map(({ role }) => role.arn)).size).toBe(1);
    expect(replications.flatMap(({ rules }) => rules.map(({ priority }) => priority))).toEqual([1, 2, 3, 4]);
  });

  it('show every field there is', () => {
    expect(only(yamlFixture('everything.yaml'))).toMatchObject({
      mode: {
        kind: 'paused',
        until: '2030-01-31T18:00:00+01:00',
        reason: 'The storage team moves the destination bucket to a new key',
      },
      source: {
        bucketKey: false,
        furtherKeys: [{ arn: expect.stringContaining('mrk-') }, { named: expect.stringContaining('alias/claims-2024') }],
      },
      destination: {
        accountAdmin: false,
        objectLockGrants: true,
        objectOwnership: 'BucketOwnerPreferred',
        lifecycle: { removeExpiredDeleteMarkers: true },
      },
      role: { name: 'claims-replication', path: '/storage/' },
      rules: [
        { id: 'claims-open', priority: 20, priorityFixed: true, storageClass: 'STANDARD_IA', timeControl: true },
        { id: 'claims-closed', priority: 10, status: 'Disabled', tags: [{ Key: 'retention', Value: 'long' }] },
      ],
      keyState: 'report',
    });
  });
});

describe('a document from another format', () => {
  it('has its faults placed by the positions it comes with', () => {
    const text = fixture('two-accounts.yaml').replace('bucket: orders-dr', 'bucket: Orders');
    const lineCounter = new LineCounter();
    const yaml = parseYaml(text, { lineCounter, keepSourceTokens: true });
    const positions: Positions = (path) => {
      const node = yaml.getIn(path, true) as { range?: [number] } | undefined;
      const { line, col } = lineCounter.linePos(node?.range?.[0] ?? 0);
      return node?.range && { line, column: col };
    };
    const line = text.split('\n').findIndex((one) => one.includes('Orders')) + 1;

    const parsing = (): Document => parseDocumentValue(yaml.toJS(), { name: 'orders', now, positions });

    expect(parsing).toThrow(InvalidDocument);
    expect(parsing).toThrow(`line ${line}, column 15: replications.orders-dr.destination.bucket: must be 3 to 63`);
  });

  it.each([
    { because: 'a date is no text', value: { ...documentOf({ a: written() }), version: new Date(0) }, says: 'got a Date' },
    { because: 'a map is no object', value: new Map(), says: 'got a Map' },
    { because: 'not a number is no number', value: { version: Number.NaN }, says: 'got NaN' },
    { because: 'there is nothing', value: undefined, says: 'got undefined' },
  ])('is refused when it holds what JSON cannot: $because', ({ value, says }) => {
    expect(() => parseDocumentValue(value, { name: 'orders', now })).toThrow(says);
  });

  it('is refused when it contains itself', () => {
    const round: unknown[] = [];
    round.push(round, round);

    expect(() => parseDocumentValue({ version: 1, replications: round }, { name: 'orders', now })).toThrow(InvalidDocument);
  });
});
