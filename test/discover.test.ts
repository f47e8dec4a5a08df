import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Discovered, type DiscoverRequest, discover } from '../shared/discover.ts';
import type { AwsGateway } from '../shared/model/aws-call.ts';
import { InvalidDocument } from '../shared/model/desired-state.ts';
import { isCrossAccount, type Replication } from '../shared/model/replication.ts';
import { resolveKeys } from '../shared/stages/resolve-keys.ts';
import { aDocument, leftOf, live, now, pass, replicationsIn } from './support/live-replication.ts';
import type { LocalGateway } from './support/local-gateway.ts';

const pair: DiscoverRequest = {
  source: { bucket: 'orders', account: '111111111111' },
  destination: { bucket: 'orders-dr', account: '222222222222' },
  managed: true,
  region: 'us-east-1',
};

const found = (aws: AwsGateway, more: Partial<DiscoverRequest> = {}): Promise<Discovered> =>
  discover({ ...pair, ...more }, aws, now);

/** The only replication of what was found, without what never varies. */
function fieldsOf({ document }: Discovered): Record<string, unknown> {
  return Object.values(document.replications)[0] as Record<string, unknown>;
}

const sometimes = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const block = fc.boolean();
const blockPublicAccess = fc.oneof(
  fc.constant(true as const),
  fc.record({
    BlockPublicAcls: block,
    IgnorePublicAcls: block,
    BlockPublicPolicy: fc.constant(true),
    RestrictPublicBuckets: fc.constant(true),
  }),
);
const side = {
  bucketKey: sometimes(fc.boolean()),
  objectOwnership: sometimes(fc.constantFrom('BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter')),
  blockPublicAccess: sometimes(blockPublicAccess),
};
const tagKey = fc.constantFrom('team', 'cost centre', '__proto__', 'Größe');
const tagList = fc.uniqueArray(fc.record({ Key: tagKey, Value: fc.constantFrom('', 'orders', 'a=b') }), {
  selector: ({ Key }) => Key,
  minLength: 1,
  maxLength: 3,
});
const rule = (index: number) =>
  fc
    .record({
      id: sometimes(fc.constantFrom(`rule ${index}`, `lockstep-${index}`, `z-${index}`)),
      prefix: fc.constant(`part-${index}/`),
      tags: sometimes(tagList),
      priority: sometimes(fc.constantFrom(index, 10 - index, 100 + index)),
      status: sometimes(fc.constantFrom('Enabled', 'Disabled')),
      storageClass: sometimes(fc.constantFrom('STANDARD', 'GLACIER_IR', 'DEEP_ARCHIVE')),
      deleteMarkers: sometimes(fc.boolean()),
      replicaModifications: sometimes(fc.boolean()),
      timeControl: sometimes(fc.boolean()),
    })
    .map((given) => (given.tags === undefined ? given : { ...given, deleteMarkers: false }));
const rules = fc
  .integer({ min: 1, max: 4 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => rule(index))));
const lifecycle = fc.record({
  prefix: sometimes(fc.constant('tmp/')),
  expireAfterDays: fc.constantFrom(1, 400),
  noncurrentExpireAfterDays: sometimes(fc.constant(7)),
});

const anyDocument = fc
  .record({
    name: fc.constantFrom('orders-dr', 'o', 'lockstep-7'),
    inOneAccount: fc.boolean(),
    source: fc.record({ ...side, keys: sometimes(fc.constant(['arn:aws:kms:eu-west-1:111111111111:alias/older'])) }),
    destination: fc.record({ ...side, objectLock: sometimes(fc.boolean()) }),
    role: sometimes(fc.constantFrom('replicator', 'arn:aws:iam::111111111111:role/team/replicator')),
    ownership: sometimes(fc.constantFrom('source', 'destination')),
    lifecycle: sometimes(fc.record({ source: sometimes(lifecycle), destination: sometimes(lifecycle) })),
    rules: sometimes(rules),
  })
  .map(({ name, inOneAccount, destination, ...more }) => {
    const place = inOneAccount ? { account: '111111111111', key: 'arn:aws:kms:eu-central-1:111111111111:alias/orders-dr' } : {};
    return {
      account: inOneAccount ? '111111111111' : '222222222222',
      document: aDocument(clean({ ...more, destination: { ...destination, ...place } }), name),
    };
  });

const clean = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** What a document means, without names and spellings. */
async function meaningOf(document: unknown, aws: LocalGateway): Promise<unknown> {
  const [r] = await resolveKeys(replicationsIn(document), aws);
  if (r === undefined) throw new Error('no replication');
  const endOf = ({
    key,
    objectOwnership: _,
    blockPublicAccess: __,
    ...end
  }: Replication['source'] | Replication['destination']) => ({ ...end, key: key.arn });
  const { source, destination, role, ownership } = r;
  return {
    source: { ...endOf(source), furtherKeys: source.furtherKeys.map(({ arn }) => arn).sort() },
    destination: endOf(destination),
    role,
    ownership: isCrossAccount(r) ? ownership : 'destination',
    rules: r.rules
      .map(({ priorityFixed: _, tags, ...rule }) => ({ ...rule, tags: tags.toSorted((a, b) => (a.Key < b.Key ? -1 : 1)) }))
      .sort((a, b) => a.priority - b.priority),
  };
}

type Path = readonly (string | number)[];

const without = (value: unknown, [first, ...rest]: Path): unknown => {
  if (Array.isArray(value)) return value.map((item, index) => (index === first ? without(item, rest) : item));
  const fields = Object.entries(value as object).filter(([name]) => rest.length > 0 || name !== first);
  return Object.fromEntries(fields.map(([name, field]) => [name, name === first ? without(field, rest) : field]));
};

/** Fields that could be left out without making the document invalid. */
function optionalFields(input: Record<string, unknown>): readonly Path[] {
  const needed = new Set(['account', 'region', 'bucket', 'key', 'objectOwnership', 'blockPublicAccess']);
  const ofSides = ['source', 'destination'].flatMap((end) =>
    Object.keys(input[end] as object)
      .filter((name) => !needed.has(name))
      .map((name): Path => [end, name]),
  );
  const ofRules = ((input.rules ?? []) as readonly object[]).flatMap((one, index) =>
    Object.keys(one).map((name): Path => ['rules', index, name]),
  );
  return [...ofSides, ...ofRules, ...['role', 'ownership', 'rules'].filter((name) => name in input).map((name): Path => [name])];
}

async function isInSync(document: unknown, aws: LocalGateway): Promise<boolean> {
  try {
    return leftOf(await pass(document, aws, false)).length === 0;
  } catch (error) {
    if (error instanceof InvalidDocument) return false;
    throw error;
  }
}

describe('reading a replication that Lockstep keeps', () => {
  it('gives a document that means the same, and for which plan finds nothing', async () => {
    await fc.assert(
      fc.asyncProperty(anyDocument, async ({ account, document }) => {
        const { gateway } = await live(document);
        expect(leftOf(await pass(document, gateway, false)), 'in force').toEqual([]);

        const discovered = await found(gateway, { destination: { bucket: 'orders-dr', account } });

        expect(leftOf([discovered.report]), JSON.stringify(discovered.document)).toEqual([]);
        expect(await meaningOf(discovered.document, gateway)).toEqual(await meaningOf(document, gateway));
        expect(leftOf(await pass(discovered.document, gateway, false)), 'read again').toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('gives no field that could be left out', async () => {
    await fc.assert(
      fc.asyncProperty(anyDocument, async ({ account, document }) => {
        const { gateway } = await live(document);

        const discovered = await found(gateway, { destination: { bucket: 'orders-dr', account } });

        const [name = ''] = Object.keys(discovered.document.replications);
        for (const path of optionalFields(fieldsOf(discovered))) {
          const less = without(discovered.document, ['replications', name, ...path]);
          expect(await isInSync(less, gateway), `${path.join('.')} of ${JSON.stringify(discovered.document)}`).toBe(false);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('writes nothing', async () => {
    const { gateway } = await live(aDocument());
    const before = gateway.counts.writes;

    await found(gateway);

    expect(gateway.counts.writes).toBe(before);
  });

  it('asks AWS for nothing twice', async () => {
    const { gateway } = await live(aDocument());
    const before = gateway.sent.length;

    await found(gateway);

    const asked = gateway.sent.slice(before).map((call) => JSON.stringify(call));
    expect(asked.length).toBe(new Set(asked).size);
  });
});
