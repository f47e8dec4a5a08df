import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aspects } from '../../shared/aspects/index.ts';
import { explanationOf, failureReasons } from '../../shared/controller/failures/reasons.ts';
import { newSeen } from '../../shared/controller/failures/seen.ts';
import { countFailures, type FailureDesk } from '../../shared/controller/failures.ts';
import type { Ledger, StatusRecord } from '../../shared/controller/ledger.ts';
import type { Outgoing } from '../../shared/controller/message.ts';
import { aReplication } from '../support/builders.ts';
import { aRecord, asksToConfirm, bodyOf, enveloped, type Failure, testEvent } from '../support/failure-messages.ts';
import { memoryLedger } from '../support/memory-ledger.ts';

const now = new Date('2026-03-01T12:01:00Z');
const [rule] = aReplication().rules;

interface Desk extends FailureDesk {
  readonly ledger: Ledger;
  readonly sent: Outgoing[];
  readonly confirmed: string[];
  /** Sums by metric and reason. */
  readonly counts: Map<string, number>;
  readonly lines: { readonly level: string; readonly message: string; readonly keys: object }[];
}

/** A desk whose ledger knows `orders-dr` and `orders-near`, both from `orders`, and `invoices-dr`. */
async function aDesk(more: Pick<Partial<FailureDesk>, 'confirm'> = {}): Promise<Desk> {
  const ledger = memoryLedger(() => now);
  const ends = [
    { name: 'orders-dr', bucket: 'orders', to: 'orders-dr', group: 'orders' },
    { name: 'orders-near', bucket: 'orders', to: 'orders-near', group: 'orders' },
    { name: 'invoices-dr', bucket: 'invoices', to: 'invoices-dr', group: 'invoices' },
  ];
  await ledger.changeFleet({
    replications: ends.map(({ name, bucket, to, group }) => {
      const { source, destination, ...own } = aReplication();
      const rules = rule ? [{ ...rule, id: `lockstep-${name}` }] : [];
      return {
        replication: { ...own, name, rules, source: { ...source, bucket }, destination: { ...destination, bucket: to } },
        ...{ group, digest: 'd' },
      };
    }),
    groups: [
      { id: 'orders', replications: ['orders-dr', 'orders-near'] },
      { id: 'invoices', replications: ['invoices-dr'] },
    ],
    ...{ index: new Map(), removedReplications: [], removedGroups: [], removedIndex: [] },
  });
  const [sent, confirmed, lines]: [Outgoing[], string[], Desk['lines'][number][]] = [[], [], []];
  const counts = new Map<string, number>();
  const at =
    (level: string) =>
    (message: string, keys: object = {}) =>
      void lines.push({ level, message, keys });
  return {
    ...{ ledger, sent, confirmed, counts, lines, seen: newSeen(), now: () => now },
    queue: { send: async (messages) => void sent.push(...messages) },
    metrics: {
      add: (name, value, { reason } = {}) => {
        const series = reason === undefined ? name : `${name} ${reason}`;
        counts.set(series, (counts.get(series) ?? 0) + value);
      },
    },
    log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    isOurs: (topic) => topic.endsWith(':lockstep-replication-failures'),
    confirm: async (topic) => void confirmed.push(topic),
    ...more,
  };
}

const count = (desk: Desk, ...bodies: readonly string[]) =>
  countFailures(
    bodies.map((body, index) => ({ id: `m${index}`, body })),
    desk,
  );

/** What AWS's page says of each reason. */
const reasons: readonly { readonly reason: string; readonly kind: string; readonly explainedBy: readonly string[] }[] = [
  { reason: 'AssumeRoleNotPermitted', kind: 'repairable', explainedBy: ['role-trust'] },
  ...['GetObject', 'HeadObject', 'GetAcl', 'GetTagging', 'GetLegalHold', 'GetRetention'].map((what) => ({
    ...{ reason: `Src${what}NotPermitted`, kind: 'repairable', explainedBy: ['role-policy', 'bucket-policy'] },
  })),
  ...['PutObject', 'PutAcl', 'PutTagging', 'PutLegalHold', 'PutRetention', 'DelObj'].map((what) => ({
    ...{ reason: `Dst${what}NotPermitted`, kind: 'repairable', explainedBy: ['role-policy', 'bucket-policy'] },
  })),
  ...['Init', 'Upload', 'PartUpload', 'Complete'].map((what) => ({
    ...{
      reason: `DstMultipart${what}NotPermitted`,
      kind: 'repairable',
      explainedBy: ['role-policy', 'bucket-policy', 'key-policy'],
    },
  })),
  { reason: 'SrcKmsKeyInvalidState', kind: 'repairable', explainedBy: ['key-state'] },
  { reason: 'DstKmsKeyInvalidState', kind: 'repairable', explainedBy: ['key-state'] },
  { reason: 'DstBucketUnversioned', kind: 'repairable', explainedBy: ['bucket-versioning'] },
  { reason: 'SrcBucketReplicationConfigMissing', kind: 'repairable', explainedBy: ['replication-configuration'] },
  ...['DstBucketNotFound', 'SrcBucketNotFound'].map((reason) => ({ reason, kind: 'tell', explainedBy: [] })),
  { reason: 'DstKmsKeyNotFound', kind: 'tell', explainedBy: ['key-state'] },
  { reason: 'DstBucketObjectLockConfigMissing', kind: 'tell', explainedBy: ['object-lock'] },
  ...['SrcKeyNotFound', 'SrcObjectNotFound', 'SrcVersionNotFound', 'SrcObjectNotEligible', 'SrcReplicationNotPending'].map(
    (reason) => ({ reason, kind: 'informational', explainedBy: [] }),
  ),
  { reason: 'DstVersionNotFound', kind: 'informational', explainedBy: [] },
  ...['DstBucketInvalidRegion', 'SrcBucketInvalidRegion', 'InitiateReplicationNotPermitted', 'DstObjectHardDeleted'].map(
    (reason) => ({ reason, kind: 'batch', explainedBy: [] }),
  ),
  { reason: 'DstQuotaOfTomorrowExceeded', kind: 'unknown', explainedBy: [] },
  { reason: 'toString', kind: 'unknown', explainedBy: [] },
];

describe('a reason of S3', () => {
  it.each(reasons)('$reason is $kind, and counted as such', async ({ reason, kind }) => {
    const desk = await aDesk();
    await count(desk, bodyOf({ reason }));
    const isHarmful = !['informational', 'batch'].includes(kind);

    expect(explanationOf(reason).kind).toBe(kind);
    expect(desk.counts).toEqual(
      new Map([
        [`ReplicationFailures ${kind === 'unknown' ? 'unknown' : reason}`, 1],
        ...(isHarmful ? ([['ReplicationFailures', 1]] as const) : []),
        ...(kind === 'unknown' ? ([['UnknownFailureReasons', 1]] as const) : []),
      ]),
    );
    expect(desk.sent).toHaveLength(isHarmful ? 1 : 0);
    expect(await desk.ledger.failures()).toHaveLength(isHarmful ? 1 : 0);
    expect(await desk.ledger.outages('orders-dr')).toHaveLength(isHarmful ? 1 : 0);
  });

  it.each(reasons)('$reason is explained by $explainedBy', ({ reason, explainedBy }) => {
    const explaining = aspects.filter((aspect) => aspect.failureReasons?.includes(reason)).map(({ name }) => name);

    expect(explaining).toEqual(expect.arrayContaining([...explainedBy]));
    if (explainedBy.length === 0) expect(explaining).toEqual([]);
  });

  it('is in the table when it is on the page, and explains itself in a sentence', () => {
    expect(Object.keys(failureReasons).sort()).toEqual(
      reasons
        .map(({ reason }) => reason)
        .filter((name) => /^(Src|Dst|Assume|Initiate)(?!Quota)/.test(name))
        .sort(),
    );
    for (const { meaning, kind, todo } of Object.values(failureReasons)) {
      expect(meaning.length).toBeGreaterThan(10);
      expect(todo !== undefined).toBe(kind === 'tell');
    }
  });

  it('is claimed by an aspect only when the table has it', () => {
    const claimed = aspects.flatMap((aspect) => aspect.failureReasons ?? []);

    expect(claimed.filter((reason) => failureReasons[reason] === undefined)).toEqual([]);
  });
});

const ignored = (reason: string, n = 1): readonly [string, number] => [`EventsIgnored ${reason}`, n];
const one: readonly (readonly [string, number])[] = [
  ['ReplicationFailures DstPutObjectNotPermitted', 1],
  ['ReplicationFailures', 1],
];
const { s3, ...bare } = aRecord();
const without = (...names: readonly string[]): string =>
  JSON.stringify({ Records: [Object.fromEntries(Object.entries(aRecord()).filter(([name]) => !names.includes(name)))] });

/** Everything that can be in the queue. */
const messages: readonly {
  readonly what: string;
  readonly body: string;
  readonly counted?: readonly (readonly [string, number])[];
  readonly fails?: true;
}[] = [
  { what: 'a record of S3', body: bodyOf({}), counted: one },
  { what: 'a record in an envelope of SNS', body: enveloped(bodyOf({})), counted: one },
  {
    what: 'an event name with s3: before it',
    body: bodyOf({ eventName: 's3:Replication:OperationFailedReplication' }),
    counted: one,
  },
  {
    what: 'records of several replications',
    body: bodyOf({}, { bucket: 'invoices', rule: 'lockstep-invoices-dr' }),
    counted: one.map(([name]) => [name, 2]),
  },
  { what: 'a record without rule, told by its destination', body: bodyOf({ rule: '' }), counted: one },
  { what: 'a key that is not well encoded', body: bodyOf({ key: '100%' }), counted: one },
  {
    what: 'a record without user, request and response',
    body: without('userIdentity', 'requestParameters', 'responseElements', 'eventVersion'),
    counted: one,
  },
  { what: 'a record without a time', body: without('eventTime'), counted: one },
  {
    what: 'a record without replication data',
    body: without('replicationEventData'),
    counted: [ignored('not-ours')],
  },
  {
    what: 'a record without a reason',
    body: JSON.stringify({ Records: [{ ...aRecord(), replicationEventData: { replicationRuleId: 'lockstep-orders-dr' } }] }),
    counted: [
      ['ReplicationFailures unknown', 1],
      ['ReplicationFailures', 1],
      ['UnknownFailureReasons', 1],
    ],
  },
  {
    what: 'a bucket that names itself only',
    body: JSON.stringify({ Records: [{ ...bare, s3: { ...s3, bucket: { name: 'orders' } } }] }),
    counted: one,
  },
  { what: 'somebody else’s rule in the same bucket', body: bodyOf({ rule: 'archive' }), counted: [ignored('not-ours')] },
  { what: 'a bucket that no document names', body: bodyOf({ bucket: 'strangers' }), counted: [ignored('not-ours')] },
  {
    what: 'a missed threshold',
    body: bodyOf({ eventName: 'Replication:OperationMissedThreshold' }),
    counted: [ignored('missed-threshold')],
  },
  {
    what: 'a replication after the threshold',
    body: bodyOf({ eventName: 'Replication:OperationReplicatedAfterThreshold' }),
    counted: [ignored('replicated-after-threshold')],
  },
  {
    what: 'an object not tracked any more',
    body: bodyOf({ eventName: 'Replication:OperationNotTracked' }),
    counted: [ignored('not-tracked')],
  },
  { what: 'an event of tomorrow', body: bodyOf({ eventName: 'Replication:SomethingNew' }), counted: [ignored('other-event')] },
  { what: 'an event of another kind', body: bodyOf({ eventName: 'ObjectCreated:Put' }), counted: [ignored('other-event')] },
  { what: 'a test of S3', body: testEvent, counted: [ignored('test')] },
  { what: 'a test of S3 in an envelope', body: enveloped(testEvent), counted: [ignored('test')] },
  { what: 'no records', body: '{"Records":[]}', counted: [] },
  { what: 'what is not JSON', body: '{"Records":[', counted: [ignored('malformed')], fails: true },
  { what: 'nothing at all', body: '', counted: [ignored('malformed')], fails: true },
  { what: 'null', body: 'null', counted: [ignored('malformed')], fails: true },
  { what: 'something else', body: '{"hello":"world"}', counted: [ignored('malformed')], fails: true },
  { what: 'an envelope with nothing in it', body: enveloped('hello'), counted: [ignored('malformed')], fails: true },
  { what: 'records that are none', body: '{"Records":[null,7,{}]}', counted: [ignored('malformed')], fails: true },
  {
    what: 'a good record among others',
    body: JSON.stringify({ Records: [null, aRecord(), { eventName: 7 }] }),
    counted: [...one, ignored('malformed', 2)],
  },
];

describe('a message', () => {
  it.each(messages)('with $what is counted for what it is', async ({ body, counted = [], fails }) => {
    const desk = await aDesk();

    expect((await count(desk, body)).failed).toEqual(fails ? ['m0'] : []);
    expect(desk.counts).toEqual(new Map(counted));
  });

  it('that nobody understands holds no other up', async () => {
    const desk = await aDesk();
    const { failed, failures } = await count(desk, 'what?', bodyOf({}), '[]', bodyOf({ key: 'another' }));

    expect(failed).toEqual(['m0', 'm2']);
    expect(failures).toBe(2);
  });

  it('of anything never throws', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map(enveloped),
          fc.array(fc.jsonValue()).map((Records) => JSON.stringify({ Records })),
        ),
        async (body) => {
          const { failed } = await count(await aDesk(), body);

          expect(failed.length).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('a subscription', () => {
  it('of a topic of ours is confirmed', async () => {
    const desk = await aDesk();
    await count(desk, asksToConfirm());

    expect(desk.confirmed).toEqual(['arn:aws:sns:eu-west-1:111111111111:lockstep-replication-failures']);
  });

  it('of another topic is not, and does not come back', async () => {
    const desk = await aDesk();
    const { failed } = await count(desk, asksToConfirm('arn:aws:sns:eu-west-1:111111111111:spam'));

    expect([failed, desk.confirmed]).toEqual([[], []]);
  });

  it('that SNS does not take comes back, by itself', async () => {
    const desk = await aDesk({ confirm: () => Promise.reject(new Error('throttled')) });

    expect(await count(desk, asksToConfirm(), bodyOf({}))).toMatchObject({ failed: ['m0'], failures: 1 });
  });
});

const aFailure: fc.Arbitrary<Failure> = fc.record({
  key: fc.constantFrom('a', 'b', 'c', 'd'),
  versionId: fc.constantFrom('v1', 'v2'),
  operation: fc.constantFrom('OBJECT_PUT', 'OBJECT_DELETE'),
  reason: fc.constantFrom('DstPutObjectNotPermitted', 'SrcObjectNotFound', 'DstBucketUnversioned'),
});

describe('a batch', () => {
  it('counts each report once, however often and in whatever order it arrives', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(aFailure, {
          selector: ({ key, versionId, operation }) => `${key} ${versionId} ${operation}`,
          minLength: 1,
        }),
        fc.infiniteStream(fc.nat()),
        async (failures, random) => {
          const [once, often] = [await aDesk(), await aDesk()];
          await count(once, ...failures.map((failure) => bodyOf(failure)));
          const copies = failures.flatMap((failure) => Array<Failure>(1 + ((random.next().value ?? 0) % 3)).fill(failure));
          const shuffled = copies.map((failure) => ({ failure, by: random.next().value ?? 0 })).sort((a, b) => a.by - b.by);
          await count(often, ...shuffled.map(({ failure }) => enveloped(bodyOf(failure))));

          expect(await often.ledger.failures()).toEqual(await once.ledger.failures());
          often.counts.delete('EventsIgnored duplicate');
          expect(new Map([...often.counts].sort())).toEqual(new Map([...once.counts].sort()));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('does not count again what the one before it had', async () => {
    const desk = await aDesk();
    await count(desk, bodyOf({}));
    await count(desk, bodyOf({}, { key: 'another' }));

    expect(desk.counts.get('ReplicationFailures')).toBe(2);
    expect(desk.counts.get('EventsIgnored duplicate')).toBe(1);
  });

  it('counts what comes back after it could not be remembered', async () => {
    const desk = await aDesk();
    const broken = { ...desk, ledger: { ...desk.ledger, addFailures: () => Promise.reject(new Error('down')) } };
    await expect(count(broken, bodyOf({}))).rejects.toThrow('down');
    await count(desk, bodyOf({}));

    expect(desk.counts.get('ReplicationFailures')).toBe(1);
  });

  it('tells operations on one version apart', async () => {
    const desk = await aDesk();
    await count(desk, bodyOf({}, { operation: 'OBJECT_TAGGING' }, { requested: '2026-03-01T12:00:02.000Z' }));

    expect(desk.counts.get('ReplicationFailures')).toBe(3);
  });

  it('logs a few keys, decoded, and counts no key', async () => {
    const desk = await aDesk();
    await count(desk, bodyOf(...Array.from({ length: 20 }, (_, n) => ({ key: `in+a%2Fb/${n}` }))));
    const { keys } = desk.lines.find(({ message }) => message === 'failure sample') ?? { keys: {} };

    expect(keys).toMatchObject({ of: 20, objects: [{ key: 'in a/b/0' }, {}, {}, {}, {}] });
    expect(JSON.stringify([await desk.ledger.failures(), desk.sent, [...desk.counts]])).not.toContain('in a/b');
  });

  it('asks once for each group and reads the ledger once, however large it is', async () => {
    const desk = await aDesk();
    const reads: number[] = [];
    const replicationsFrom = (buckets: readonly string[]) => {
      reads.push(buckets.length);
      return desk.ledger.replicationsFrom(buckets);
    };
    const ledger = { ...desk.ledger, replicationsFrom };
    const bodies = Array.from({ length: 1000 }, (_, n) =>
      bodyOf({ key: String(n), ...(n % 2 && { bucket: 'invoices', rule: 'lockstep-invoices-dr' }) }),
    );
    const counted = await countFailures(
      bodies.map((body, n) => ({ id: String(n), body })),
      { ...desk, ledger },
    );

    expect(counted).toEqual({ failed: [], failures: 1000, groups: ['orders', 'invoices'] });
    expect(reads).toEqual([2]);
    expect(desk.sent.map(({ message }) => message)).toEqual(
      ['orders', 'invoices'].map((group) => ({ version: 1, group, trigger: { kind: 'request', reason: 'failure' } })),
    );
  });

  it('asks under the same id while nothing is new, and under another for a new reason', async () => {
    const desk = await aDesk();
    for (const failure of [{}, { key: 'b' }, { key: 'c' }, { key: 'd', reason: 'DstBucketUnversioned' }])
      await count(desk, bodyOf(failure));
    const ids = desk.sent.map(({ deduplication }) => deduplication);

    expect(ids[1]).toBe(ids[2]);
    expect(new Set(ids).size).toBe(3);
  });
});

const aStatus = (more: Partial<StatusRecord>): StatusRecord => ({
  ...{ replication: 'orders-dr', group: 'orders', document: 'd', mode: 'repair', verdict: 'proven', digest: 'd' },
  ...{ since: '2026-03-01T10:00:00Z', lastPass: '2026-03-01T11:30:00Z', acceptedAt: '2026-03-01T09:00:00Z' },
  ...{ troubles: [], blockers: [] },
  ...more,
});

describe('an outage', () => {
  it('is opened by the first failure, from when its object was to be replicated', async () => {
    const desk = await aDesk();
    const early = { key: 'b', time: '2026-03-01T12:00:03.000Z', requested: '2026-03-01T11:59:00.000Z' };
    await count(desk, bodyOf({}, early));

    expect(await desk.ledger.outages('orders-dr')).toEqual([
      {
        ...{ replication: 'orders-dr', startedAt: '2026-03-01T12:00:03.000Z', window: { from: '2026-03-01T11:59:00.000Z' } },
        reasons: ['S3 reported objects that it did not replicate: DstPutObjectNotPermitted'],
      },
    ]);
    expect(await desk.ledger.failures()).toMatchObject([{ outage: '2026-03-01T12:00:03.000Z' }]);
  });

  it('is not opened twice, by this or by a pass', async () => {
    const desk = await aDesk();
    await desk.ledger.putStatuses([aStatus({ outage: '2026-03-01T11:58:00.000Z' })]);
    await count(desk, bodyOf({}));
    await count(desk, bodyOf({ key: 'b', bucket: 'invoices', rule: 'lockstep-invoices-dr' }));
    await count(desk, bodyOf({ key: 'c', bucket: 'invoices', rule: 'lockstep-invoices-dr', time: '2026-03-01T11:00:00.000Z' }));

    expect(await desk.ledger.outages('orders-dr')).toEqual([]);
    expect(await desk.ledger.failures()).toMatchObject([
      { outage: '2026-03-01T11:58:00.000Z' },
      { counts: { DstPutObjectNotPermitted: 2 } },
    ]);
    expect(await desk.ledger.outages('invoices-dr')).toHaveLength(1);
  });

  it('does not lie in the future, whatever the event says', async () => {
    const desk = await aDesk();
    await count(desk, bodyOf({ time: '2036-01-01T00:00:00.000Z', requested: 'soon' }));

    expect(await desk.ledger.failures()).toMatchObject([
      { since: now.toISOString(), last: now.toISOString(), from: now.toISOString() },
    ]);
  });
});
