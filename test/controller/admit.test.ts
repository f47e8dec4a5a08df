import { describe, expect, it } from 'vitest';
import { AdmissionUnderWay, type AdmitRequest, admit } from '../../shared/controller/admit.ts';
import { resourceIds } from '../../shared/controller/resource-ids.ts';
import type { AwsGateway, Reply } from '../../shared/model/aws-call.ts';
import type { Operation } from '../../shared/model/operations.ts';
import type { Replication } from '../../shared/model/replication.ts';
import { contentsOf, groupsAsked, type Hub, newHub } from '../support/admission.ts';
import { destinationKey, source as here, keyArnAt, sourceKey, destination as there, written } from '../support/builders.ts';

const folder = '/lockstep/desired-state/';
const documentOf = (replications: object) => ({ version: 1, replications });

/** From a bucket of that name to its copy, with keys of its own. */
const own = (name: string, more: Parameters<typeof written>[0] = {}, digit = '3') =>
  written({
    ...more,
    source: { bucket: name, key: keyArnAt(here, digit), ...more.source },
    destination: { bucket: `${name}-dr`, key: keyArnAt(there, digit), ...more.destination },
  });
const orders = own('orders', {}, '3');
const bills = own('bills', {}, '4');

let requests = 0;
const newRequest = (): string => {
  requests += 1;
  return `request-${requests}`;
};
const edit = (hub: Hub, request: Partial<AdmitRequest> = {}) =>
  admit(hub.c, { cause: 'edit', requestId: newRequest(), ...request });
const recordsOf = async ({ ledger }: Hub): Promise<readonly Replication[]> =>
  (await contentsOf(ledger)).replications.map(({ replication }) => replication);
const documentRecord = async ({ ledger }: Hub, name: string) =>
  (await ledger.documents()).find((one) => one.name === folder + name);

/** With these documents admitted and everything told. */
async function settled(documents: Readonly<Record<string, unknown>>, options: Parameters<typeof newHub>[0] = {}): Promise<Hub> {
  const hub = newHub(options);
  for (const [name, text] of Object.entries(documents)) {
    hub.put(folder + name, text);
    await edit(hub);
    hub.advance(3600);
  }
  hub.sent.length = 0;
  hub.stories.length = 0;
  hub.edits.length = 0;
  hub.counted.clear();
  hub.writes();
  return hub;
}

describe('a topic for replication failures', () => {
  const failureTopic = 'failures';
  const topicsOf = async (hub: Hub) => (await recordsOf(hub)).map(({ source }) => source.failureTopic);
  const deployedWith = ({ c }: Hub) =>
    admit({ ...c, settings: { ...c.settings, failureTopic } }, { cause: 'sweep', requestId: newRequest() });

  it('reaches every replication once the functions know its name, and each is looked at', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders, 'bills-dr': { ...bills, failureEvents: false } }) });
    const before = await topicsOf(hub);

    const first = await deployedWith(hub);
    const second = await deployedWith(hub);

    expect(before).toEqual([undefined, undefined]);
    expect((await topicsOf(hub)).sort()).toEqual([`arn:aws:sns:eu-west-1:111111111111:${failureTopic}`, undefined]);
    expect([first?.asked, second?.asked]).toEqual([['orders-dr'], []]);
  });
});

describe('admitting a new document', () => {
  it('puts its replications, their group and everything they depend on into the ledger', async () => {
    const hub = newHub();
    hub.put(`${folder}orders`, documentOf({ 'orders-dr': orders }));

    const result = await edit(hub);

    const { documents, replications, groups, index } = await contentsOf(hub.ledger);
    expect(result).toMatchObject({ replications: 1, groups: 1, invalid: [], orphaned: [], asked: ['orders-dr'] });
    expect(documents).toEqual([
      expect.objectContaining({
        name: `${folder}orders`,
        version: 1,
        replications: ['orders-dr'],
        acceptedAt: '2026-03-01T12:00:00.000Z',
      }),
    ]);
    expect(groups).toMatchObject([{ id: 'orders-dr', replications: ['orders-dr'] }]);
    const [record] = replications;
    expect(record).toMatchObject({ group: 'orders-dr', replication: { name: 'orders-dr', document: `${folder}orders` } });
    expect(index).toEqual(
      Object.fromEntries(
        resourceIds(record?.replication as Replication)
          .toSorted()
          .map((id) => [id, ['orders-dr']]),
      ),
    );
  });

  it('refuses one that is encrypted, with what to do, and leaves its last good version in force', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders }) });
    const desiredState = {
      ...hub.c.desiredState,
      documents: async () =>
        (await hub.c.desiredState.documents()).map((one) => ({ ...one, text: 'AQICAHhQ==', isEncrypted: true as const })),
    };

    const result = await admit({ ...hub.c, desiredState }, { cause: 'edit', requestId: newRequest() });

    expect(result).toMatchObject({ replications: 1, invalid: [`${folder}orders`], orphaned: [] });
    expect(hub.stories).toMatchObject([
      { kind: 'invalid-document', inForce: true, faults: [{ message: expect.stringContaining('as type String') }] },
    ]);
  });

  it('asks for a pass over its group, and counts', async () => {
    const hub = newHub();
    hub.put(`${folder}orders`, documentOf({ 'orders-dr': orders }));

    await edit(hub);

    expect(hub.sent.map(({ message }) => message)).toEqual([
      {
        version: 1,
        group: 'orders-dr',
        trigger: { kind: 'request', reason: 'document', edit: { id: expect.any(String), fleet: 1 } },
      },
    ]);
    expect(Object.fromEntries(hub.counted)).toEqual({ Replications: [1], InvalidDocuments: [0], Orphaned: [0] });
  });

  it('that joins another group asks for the one they make together', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders }) });

    hub.put(
      `${folder}archive`,
      documentOf({ archive: own('orders', { destination: { bucket: 'archive', key: keyArnAt(there, '5') } }) }),
    );
    await edit(hub);

    const { groups, index } = await contentsOf(hub.ledger);
    expect(groups).toMatchObject([{ id: 'archive', replications: ['archive', 'orders-dr'] }]);
    expect(new Set(Object.values(index).flat())).toEqual(new Set(['archive']));
    expect(groupsAsked(hub.sent)).toEqual(['archive']);
  });
});

describe('admitting what is as it was', () => {
  it('writes nothing, sends nothing and tells nothing', async () => {
    const hub = await settled({
      orders: documentOf({ 'orders-dr': orders }),
      bills: '{"version": 1',
      stock: documentOf({ stock: bills }),
    });
    hub.remove(`${folder}stock`);
    await edit(hub);
    hub.stories.length = hub.sent.length = 0;
    hub.writes();

    hub.advance(3600);
    await edit(hub, { cause: 'sweep' });

    expect(hub.writes()).toEqual([]);
    expect([hub.sent, hub.stories]).toEqual([[], []]);
    expect(Object.fromEntries(hub.counted)).toMatchObject({ InvalidDocuments: [1, 1], Orphaned: [1, 1] });
  });

  it('asks for nothing when only the layout of a text changed', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders }) });

    hub.put(`${folder}orders`, JSON.stringify(documentOf({ 'orders-dr': orders })));
    await edit(hub);

    expect(hub.sent).toEqual([]);
    expect(hub.writes()).toEqual(['putDocuments']);
    expect(await documentRecord(hub, 'orders')).toMatchObject({ version: 2, acceptedAt: '2026-03-01T12:00:00.000Z' });
  });

  it('asks for nothing when a replication moved to another document', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders, 'bills-dr': bills }) });

    hub.put(`${folder}orders`, documentOf({ 'orders-dr': orders }));
    hub.put(`${folder}bills`, documentOf({ 'bills-dr': bills }));
    const result = await edit(hub);

    expect([result?.orphaned, hub.sent, hub.stories]).toEqual([[], [], []]);
    expect(await recordsOf(hub)).toMatchObject([{ document: `${folder}bills` }, { document: `${folder}orders` }]);
  });
});

describe('admitting an edit', () => {
  const wishes = [
    { what: 'the mode', more: { mode: 'observe' } },
    { what: 'a pause', more: { mode: 'paused', until: '2026-04-01T00:00:00Z', reason: 'migration' } },
    { what: 'a rule', more: { rules: [{ prefix: 'a/' }] } },
    { what: 'a key', more: { source: { key: keyArnAt(here, '7') } } },
  ];

  it.each(wishes)('asks for a pass when $what changed', async ({ more }) => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders }), bills: documentOf({ 'bills-dr': bills }) });

    hub.put(`${folder}orders`, documentOf({ 'orders-dr': own('orders', more, '3') }));
    await edit(hub);

    expect(groupsAsked(hub.sent)).toEqual(['orders-dr']);
  });

  it('asks for a pass when a pause has run out', async () => {
    const pause = { mode: 'paused', until: '2026-03-01T12:30:00Z', reason: 'migration' };
    const hub = await settled({ orders: documentOf({ 'orders-dr': own('orders', pause, '3') }) });

    await edit(hub, { cause: 'sweep' });

    expect(groupsAsked(hub.sent)).toEqual(['orders-dr']);
    expect(await recordsOf(hub)).toMatchObject([{ mode: { kind: 'repair' }, pauseExpired: { reason: 'migration' } }]);
  });

  it('asks for the groups that a replication left and joined', async () => {
    const archive = own('orders', { destination: { bucket: 'archive', key: keyArnAt(there, '5') } });
    const hub = await settled({ a: documentOf({ archive }), orders: documentOf({ 'orders-dr': orders }) });

    hub.put(
      `${folder}a`,
      documentOf({ archive: own('old', { destination: { bucket: 'archive', key: keyArnAt(there, '5') } }, '8') }),
    );
    await edit(hub);

    expect((await contentsOf(hub.ledger)).groups.map(({ id }) => id)).toEqual(['archive', 'orders-dr']);
    expect(groupsAsked(hub.sent)).toEqual(['archive', 'orders-dr']);
  });

  it('sends one message for all attempts of a request, and two for two edits', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders }) });
    const observed = documentOf({ 'orders-dr': own('orders', { mode: 'observe' }, '3') });

    for (const text of [observed, documentOf({ 'orders-dr': orders }), observed]) {
      hub.put(`${folder}orders`, text);
      await edit(hub);
    }

    expect(new Set(hub.sent.map(({ deduplication }) => deduplication)).size).toBe(3);
  });

  it('asks for a pass when an edit is taken back whose message was never sent: a pass may have gone by it', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders }) });
    const unsent = { ...hub.c, queue: { send: () => Promise.reject(new Error('SQS is away')) } };
    hub.put(`${folder}orders`, documentOf({ 'orders-dr': own('orders', { mode: 'observe' }, '3') }));
    await expect(admit(unsent, { cause: 'edit', requestId: newRequest() })).rejects.toThrow('SQS is away');

    hub.put(`${folder}orders`, documentOf({ 'orders-dr': orders }));
    await edit(hub);

    expect(groupsAsked(hub.sent)).toEqual(['orders-dr']);
  });

  it('lets two documents exchange what they hold', async () => {
    const hub = await settled({ a: documentOf({ first: orders }), b: documentOf({ second: bills }) });

    hub.put(`${folder}a`, documentOf({ first: bills }));
    hub.put(`${folder}b`, documentOf({ second: orders }));
    const result = await edit(hub);

    expect(result?.invalid).toEqual([]);
    expect(await recordsOf(hub)).toMatchObject([{ source: { bucket: 'bills' } }, { source: { bucket: 'orders' } }]);
  });
});

describe('a bad document', () => {
  const broken = '{\n  "version": 1,\n  "replications": { "orders-dr": { "source": {} } }\n}';

  it('leaves its last good version in force, and is told with its faults and its editor', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders }) });
    const before = await contentsOf(hub.ledger);
    hub.editor = { kind: 'user', principal: 'arn:aws:iam::333333333333:user/kim' };

    const version = hub.put(`${folder}orders`, broken);
    const result = await edit(hub);

    const after = await contentsOf(hub.ledger);
    expect(after).toMatchObject({ replications: before.replications, groups: before.groups, index: before.index });
    expect(result).toMatchObject({ invalid: [`${folder}orders`], asked: [] });
    const faults = expect.arrayContaining([
      expect.objectContaining({ line: 3, path: expect.stringContaining('replications.orders-dr') }),
    ]);
    expect(after.documents).toMatchObject([
      { version: 1, invalid: { version, since: '2026-03-01T13:00:00.000Z', faults }, editedBy: hub.editor },
    ]);
    expect(hub.edits).toEqual([{ parameter: `${folder}orders`, version, since: '2026-03-01T13:00:00.000Z' }]);
    expect(hub.stories).toMatchObject([
      {
        kind: 'invalid-document',
        document: `${folder}orders`,
        inForce: true,
        faults,
        replications: ['orders-dr'],
        editedBy: hub.editor,
      },
    ]);
  });

  it('of which no version was ever valid brings nothing into force', async () => {
    const hub = await settled({});

    hub.put(`${folder}orders`, broken);
    await edit(hub);

    expect(await contentsOf(hub.ledger)).toMatchObject({
      documents: [{ replications: [] }],
      replications: [],
      groups: [],
      index: {},
    });
    expect((await documentRecord(hub, 'orders'))?.text).toBeUndefined();
    expect(hub.stories).toMatchObject([{ kind: 'invalid-document', inForce: false, replications: [] }]);
  });

  it('is told again when it is edited and still wrong, and no more once it is right', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders }), bills: broken });

    hub.put(`${folder}bills`, '[]');
    await edit(hub);
    hub.advance(600);
    hub.put(`${folder}bills`, documentOf({ 'bills-dr': bills }));
    const result = await edit(hub);

    expect(hub.stories.map(({ kind }) => kind)).toEqual(['invalid-document']);
    expect(result?.invalid).toEqual([]);
    expect(await documentRecord(hub, 'bills')).not.toHaveProperty('invalid');
  });

  it('stays invalid since its first bad version', async () => {
    const hub = await settled({ orders: broken });

    hub.put(`${folder}orders`, '[]');
    await edit(hub);

    expect((await documentRecord(hub, 'orders'))?.invalid).toMatchObject({ version: 2, since: '2026-03-01T12:00:00.000Z' });
  });

  it('is right again when the good text is put back', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders }) });
    hub.put(`${folder}orders`, broken);
    await edit(hub);

    hub.put(`${folder}orders`, documentOf({ 'orders-dr': orders }));
    const result = await edit(hub);

    expect([result?.invalid, result?.asked]).toEqual([[], []]);
    expect(await documentRecord(hub, 'orders')).not.toHaveProperty('invalid');
  });

  const hostile = [
    { what: 'nested thousands deep', text: '['.repeat(8000) },
    {
      what: 'with a thousand faults',
      text: JSON.stringify({
        version: 1,
        replications: Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`R${n}`, {}])),
      }),
    },
    { what: 'empty', text: '' },
    { what: 'made of one long name', text: JSON.stringify({ version: 1, replications: { ['x'.repeat(7000)]: 1 } }) },
  ];

  it.each(hostile)('$what is kept small and harms nobody', async ({ text }) => {
    const hub = await settled({ bills: documentOf({ 'bills-dr': bills }) });

    hub.put(`${folder}orders`, text);
    const result = await edit(hub);

    expect(result).toMatchObject({ invalid: [`${folder}orders`], replications: 1 });
    expect(JSON.stringify((await documentRecord(hub, 'orders'))?.invalid).length).toBeLessThan(40_000);
  });

  it('whose accepted text is no longer understood keeps what it meant', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders }) });
    const record = await documentRecord(hub, 'orders');
    await hub.ledger.putDocuments([{ ...record, name: `${folder}orders`, replications: ['orders-dr'], text: '{"version": 0}' }]);

    hub.put(`${folder}orders`, '{"version": 0}');
    const result = await edit(hub);

    expect(result).toMatchObject({ replications: 1, invalid: [`${folder}orders`], orphaned: [] });
  });
});

describe('documents that contradict each other', () => {
  const otherRole = own('orders', { role: 'another', destination: { bucket: 'archive', key: keyArnAt(there, '5') } });

  it('leave the one in force that was accepted first', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders }) });

    hub.put(`${folder}a`, documentOf({ archive: otherRole }));
    const result = await edit(hub);

    expect(result).toMatchObject({ invalid: [`${folder}a`], replications: 1, asked: [] });
    expect(hub.stories).toMatchObject([{ faults: [{ message: expect.stringContaining(`${folder}orders`) }] }]);
  });

  it('leave alone what is in force when an older document is edited to contradict it', async () => {
    const hub = await settled({ a: documentOf({ archive: own('old', {}, '8') }), orders: documentOf({ 'orders-dr': orders }) });

    hub.put(`${folder}a`, documentOf({ archive: otherRole }));
    const result = await edit(hub);

    expect(result?.invalid).toEqual([`${folder}a`]);
    expect(await recordsOf(hub)).toMatchObject([{ source: { bucket: 'old' } }, { source: { bucket: 'orders' } }]);
  });

  it('put the later one into force as soon as the earlier one makes way', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders }), a: documentOf({ archive: otherRole }) });

    hub.put(`${folder}orders`, documentOf({ 'orders-dr': { ...orders, role: 'another' } }));
    const result = await edit(hub);

    expect(result).toMatchObject({ invalid: [], replications: 2, asked: ['archive'] });
  });

  it('of which one falls back to its last good version refuse what contradicts that version', async () => {
    const hub = await settled({ a: documentOf({ first: orders }), b: documentOf({ second: bills }) });

    hub.put(`${folder}a`, documentOf({ first: own('third', { mode: 'wrong' }) }));
    hub.put(`${folder}b`, documentOf({ second: otherRole }));
    const result = await edit(hub);

    expect(result?.invalid).toEqual([`${folder}a`, `${folder}b`]);
    expect(await recordsOf(hub)).toMatchObject([{ source: { bucket: 'orders' } }, { source: { bucket: 'bills' } }]);
  });

  it('hold up nobody for the sake of one that is refused itself', async () => {
    const hub = await settled({
      c: documentOf({ second: orders }),
      a: documentOf({ third: otherRole }),
      b: documentOf({ first: orders }),
    });

    // The document of `first` may have the place of `second`; that of `third` contradicts both.
    hub.remove(`${folder}c`);
    const result = await edit(hub);

    expect(result).toMatchObject({ invalid: [`${folder}a`], orphaned: [] });
    expect((await recordsOf(hub)).map(({ name }) => name)).toEqual(['first']);
  });

  it('find the same outcome the next time', async () => {
    const hub = await settled({
      a: documentOf({ first: orders }),
      b: documentOf({ second: bills }),
      d: documentOf({ fourth: own('stock', {}, '6') }),
    });

    hub.put(`${folder}b`, documentOf({ second: otherRole }));
    hub.put(`${folder}d`, documentOf({ fourth: own('bills', { role: 'another', destination: { bucket: 'x' } }, '4') }));
    const once = await edit(hub);
    const state = await contentsOf(hub.ledger);
    const again = await edit(hub);

    expect(once?.invalid).toEqual([`${folder}b`, `${folder}d`]);
    expect(again?.invalid).toEqual(once?.invalid);
    expect(await contentsOf(hub.ledger)).toEqual(state);
  });

  it('count as too large together like one that is too large by itself', async () => {
    const wide = (n: number) =>
      own('orders', {
        rules: Array.from({ length: 40 }, (_, at) => ({ id: `${n}-${at}`, prefix: `${'p'.repeat(80)}-${n}-${at}/` })),
      });
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders }) });
    const many = Object.fromEntries(
      Array.from({ length: 60 }, (_, n) => [
        `to-${n}`,
        {
          ...wide(n),
          rules: undefined,
          destination: { ...there, bucket: `copy-${n}-${'x'.repeat(40)}`, key: keyArnAt(there, '5') },
        },
      ]),
    );

    hub.put(`${folder}many`, documentOf(many));
    const result = await edit(hub);

    expect(result?.invalid).toEqual([`${folder}many`]);
    expect(hub.stories).toMatchObject([
      { faults: expect.arrayContaining([expect.objectContaining({ message: expect.stringMatching(/split it over/) })]) },
    ]);
  });
});

describe('a deleted document', () => {
  it('leaves its replications orphaned, as they were, and is told once with whoever did it', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders }), bills: documentOf({ 'bills-dr': bills }) });
    const [, before] = await recordsOf(hub);
    hub.editor = { kind: 'role', principal: 'arn:aws:iam::333333333333:role/admin', session: 'kim' };

    hub.remove(`${folder}orders`);
    const result = await edit(hub);
    hub.advance(3600);
    await edit(hub);

    expect(result).toMatchObject({ replications: 2, orphaned: ['orders-dr'], invalid: [], asked: ['orders-dr'] });
    expect((await recordsOf(hub))[1]).toEqual({ ...before, orphanedSince: '2026-03-01T14:00:00.000Z' });
    expect(await documentRecord(hub, 'orders')).toMatchObject({
      orphanedSince: '2026-03-01T14:00:00.000Z',
      version: 1,
      replications: ['orders-dr'],
    });
    expect(hub.stories).toEqual([
      {
        kind: 'orphaned',
        document: `${folder}orders`,
        replications: ['orders-dr'],
        at: '2026-03-01T14:00:00.000Z',
        editedBy: hub.editor,
      },
    ]);
    expect(hub.edits).toEqual([{ parameter: `${folder}orders`, since: expect.any(String) }]);
  });

  it('that is made again is in force again', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders }) });
    hub.remove(`${folder}orders`);
    await edit(hub);

    hub.put(`${folder}orders`, documentOf({ 'orders-dr': orders }));
    const result = await edit(hub);

    expect(result).toMatchObject({ orphaned: [], asked: ['orders-dr'] });
    expect(await documentRecord(hub, 'orders')).not.toHaveProperty('orphanedSince');
    expect((await recordsOf(hub))[0]).not.toHaveProperty('orphanedSince');
  });

  it('that is made again with faults stays orphaned: a bad document leads to no write', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders }) });
    hub.remove(`${folder}orders`);
    await edit(hub);

    hub.put(`${folder}orders`, '{');
    const result = await edit(hub);

    expect(result).toMatchObject({ orphaned: ['orders-dr'], invalid: [`${folder}orders`], asked: [] });
    expect(await recordsOf(hub)).toMatchObject([{ orphanedSince: expect.any(String) }]);
  });

  it('is forgotten once all its replications are retired, and they stay gone', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders }), bills: documentOf({ 'bills-dr': bills }) });
    hub.remove(`${folder}orders`);
    await edit(hub);

    const none = { replications: [], groups: [], index: new Map(), removedIndex: [] };
    await hub.ledger.changeFleet({ ...none, removedReplications: ['orders-dr'], removedGroups: ['orders-dr'] });
    const result = await edit(hub);

    expect(result).toMatchObject({ replications: 1, orphaned: [] });
    expect(await contentsOf(hub.ledger)).toMatchObject({ documents: [{ name: `${folder}bills` }], groups: [{ id: 'bills-dr' }] });
  });

  it('that never was valid is forgotten', async () => {
    const hub = await settled({ orders: '{' });

    hub.remove(`${folder}orders`);
    await edit(hub);

    expect(await hub.ledger.documents()).toEqual([]);
    expect(hub.stories).toEqual([]);
  });

  it('whose replications all moved is forgotten without a word', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders }) });

    hub.remove(`${folder}orders`);
    hub.put(`${folder}renamed`, documentOf({ 'orders-dr': orders }));
    await edit(hub);

    expect((await hub.ledger.documents()).map(({ name }) => name)).toEqual([`${folder}renamed`]);
    expect([hub.stories, hub.sent]).toEqual([[], []]);
  });
});

describe('a replication that its document drops', () => {
  it('is orphaned like that of a deleted document', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders, 'bills-dr': bills }) });

    hub.put(`${folder}orders`, documentOf({ 'orders-dr': orders }));
    const result = await edit(hub);

    expect(result).toMatchObject({ replications: 2, orphaned: ['bills-dr'], asked: ['bills-dr'] });
    expect(hub.stories).toMatchObject([{ kind: 'orphaned', document: `${folder}orders`, replications: ['bills-dr'] }]);
    expect(await documentRecord(hub, 'orders')).toMatchObject({ replications: ['orders-dr'] });
  });

  it('is none when another takes its place under a new name', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders }) });
    await hub.ledger.putStatuses([statusOf('orders-dr')]);

    hub.put(`${folder}orders`, documentOf({ 'orders-copy': orders }));
    const result = await edit(hub);

    expect(result).toMatchObject({ replications: 1, orphaned: [], invalid: [], asked: ['orders-copy'] });
    expect((await recordsOf(hub)).map(({ name }) => name)).toEqual(['orders-copy']);
    expect(await hub.ledger.statuses()).toEqual([]);
  });

  it('keeps the priorities of its rules, and leaves others theirs', async () => {
    const to = (bucket: string) => own('orders', { destination: { bucket, key: keyArnAt(there, '5') } });
    const hub = await settled({ orders: documentOf({ first: to('one'), second: to('two'), third: to('three') }) });
    const priorities = async () =>
      Object.fromEntries((await recordsOf(hub)).map(({ name, rules }) => [name, rules[0]?.priority]));
    const before = await priorities();

    hub.put(`${folder}orders`, documentOf({ first: to('one'), third: to('three') }));
    await edit(hub);
    hub.put(`${folder}more`, documentOf({ fourth: to('four') }));
    await edit(hub);

    expect(before).toEqual({ first: 1, second: 2, third: 3 });
    expect(await priorities()).toEqual({ ...before, fourth: 4 });
  });

  it('stands in the way of what contradicts it, and the fault says how to end that', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders, 'bills-dr': bills }) });
    hub.put(`${folder}orders`, documentOf({ 'orders-dr': orders }));
    await edit(hub);
    hub.stories.length = 0;

    hub.put(`${folder}bills`, documentOf({ other: own('bills', { role: 'another', destination: { bucket: 'other' } }, '4') }));
    await edit(hub);

    expect(hub.stories).toMatchObject([{ faults: [{ message: expect.stringContaining('`lockstep retire bills-dr`') }] }]);
  });
});

const statusOf = (replication: string) => ({
  ...{ replication, group: replication, document: 'orders', mode: 'repair' as const, verdict: 'proven' as const },
  ...{ since: '2026-03-01T12:00:00Z', lastPass: '2026-03-01T12:00:00Z', acceptedAt: '2026-03-01T12:00:00Z' },
  ...{ troubles: [], blockers: [], digest: 'x' },
});

describe('keys named by alias', () => {
  const alias = 'arn:aws:kms:eu-west-1:111111111111:alias/orders';
  const named = documentOf({ 'orders-dr': own('orders', { source: { key: alias } }) });

  /** DescribeKey answers with this key, or with this error. */
  function keys(answer: { arn?: string; code?: string }): AwsGateway & { asked: number; answer: typeof answer } {
    const gateway = {
      asked: 0,
      answer,
      async send() {
        gateway.asked += 1;
        const { arn, code = 'NotFoundException' } = gateway.answer;
        return (
          arn === undefined
            ? { ok: false, error: { code, message: `request ${gateway.asked}`, caller: 'x' } }
            : { ok: true, output: { KeyMetadata: { Arn: arn } } }
        ) as Reply<Operation>;
      },
    };
    return gateway as unknown as AwsGateway & typeof gateway;
  }
  const sourceKeyOf = async (hub: Hub) => (await recordsOf(hub))[0]?.source.key;

  it('are resolved, and known by alias and ARN', async () => {
    const hub = await settled({ orders: named }, { observer: keys({ arn: sourceKey }) });

    expect(await sourceKeyOf(hub)).toEqual({ named: alias, arn: sourceKey });
    expect(await hub.ledger.groupsOn([alias])).toEqual(['orders-dr']);
    expect(await hub.ledger.groupsOn([sourceKey])).toEqual(['orders-dr']);
  });

  it('are looked up again by a sweep, and after an event about an alias, but not for an edit', async () => {
    const observer = keys({ arn: sourceKey });
    const hub = await settled({ orders: named }, { observer });
    const asked: number[] = [];

    for (const cause of ['edit', 'sweep', 'alias'] as const) {
      observer.asked = 0;
      await edit(hub, { cause });
      asked.push(observer.asked);
    }

    expect(asked).toEqual([0, 1, 1]);
  });

  it('that point elsewhere now ask for a pass', async () => {
    const observer = keys({ arn: sourceKey });
    const hub = await settled({ orders: named }, { observer });

    observer.answer = { arn: keyArnAt(here, '9') };
    await edit(hub, { cause: 'alias' });

    expect(await sourceKeyOf(hub)).toEqual({ named: alias, arn: keyArnAt(here, '9') });
    expect(groupsAsked(hub.sent)).toEqual(['orders-dr']);
  });

  it('that cannot be read keep the ARN they had', async () => {
    const observer = keys({ arn: sourceKey });
    const hub = await settled({ orders: named }, { observer });

    observer.answer = { code: 'AccessDeniedException' };
    await edit(hub, { cause: 'sweep' });

    expect(await sourceKeyOf(hub)).toEqual({ named: alias, arn: sourceKey });
    expect(hub.writes()).toEqual([]);
  });

  it('that are gone have none, and are written down once however AWS words it', async () => {
    const observer = keys({ arn: sourceKey });
    const hub = await settled({ orders: named }, { observer });

    observer.answer = {};
    await edit(hub, { cause: 'sweep' });
    const unresolved = await sourceKeyOf(hub);
    hub.writes();
    await edit(hub, { cause: 'sweep' });

    expect(unresolved).toMatchObject({ named: alias, unresolved: { status: 'gone' } });
    expect(unresolved).not.toHaveProperty('arn');
    expect(hub.writes()).toEqual([]);
  });

  it('make one group of those that turn out to have one key', async () => {
    const both = documentOf({
      'orders-dr': own('orders', { source: { key: alias } }),
      'bills-dr': own('bills', { source: { key: sourceKey }, destination: { key: destinationKey } }),
    });
    const hub = await settled({ orders: both }, { observer: keys({ arn: sourceKey }) });

    expect((await hub.ledger.groups()).map(({ replications }) => replications)).toEqual([['bills-dr', 'orders-dr']]);
  });
});

describe('one admission at a time', () => {
  const others = async (hub: Hub, seconds: number) =>
    hub.ledger.lease(
      'admit',
      'somebody',
      new Date(hub.c.now().getTime() + seconds * 1000).toISOString(),
      hub.c.now().toISOString(),
    );

  it('is skipped by a sweep while somebody else is at it', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders }) });
    await others(hub, 60);

    expect(await edit(hub, { cause: 'sweep' })).toBeUndefined();
    expect(hub.waited).toEqual([]);
  });

  it('makes an edit wait for its turn', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders }) });
    await others(hub, 3);

    expect(await edit(hub)).toMatchObject({ replications: 1 });
  });

  it('makes an edit fail that would have to wait too long, so that it is tried again', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders }) });
    await others(hub, 110);

    await expect(edit(hub)).rejects.toThrow(AdmissionUnderWay);
    expect(hub.waited.reduce((sum, seconds) => sum + seconds, 0)).toBeLessThan(20);
  });

  it('leaves the turn to others when it is done, and when it failed', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders }) });
    const failing = {
      ...hub.c,
      desiredState: { ...hub.c.desiredState, documents: () => Promise.reject(new Error('throttled')) },
    };

    await expect(admit(failing, { cause: 'edit', requestId: 'failing' })).rejects.toThrow('throttled');
    expect(await others(hub, 60)).toBe(true);
  });

  it('writes nothing when somebody else came in meanwhile', async () => {
    const hub = await settled({ orders: documentOf({ 'orders-dr': orders }) });
    hub.put(`${folder}bills`, documentOf({ 'bills-dr': bills }));
    const slow = {
      ...hub.c,
      desiredState: {
        ...hub.c.desiredState,
        documents: async () => {
          hub.advance(121);
          await others(hub, 60);
          return hub.c.desiredState.documents();
        },
      },
    };

    await expect(admit(slow, { cause: 'edit', requestId: 'slow' })).rejects.toThrow(AdmissionUnderWay);
    expect(hub.writes()).toEqual([]);
  });
});

describe('who edited', () => {
  it('is asked for a few documents only, first for those in trouble', async () => {
    const hub = await settled({});
    for (let n = 0; n < 8; n += 1) hub.put(`${folder}d${n}`, documentOf({ [`r${n}`]: own(`bucket-${n}`, {}, '3') }));
    hub.put(`${folder}z`, '{');

    await edit(hub);

    expect(hub.edits).toHaveLength(3);
    expect(hub.edits[0]?.parameter).toBe(`${folder}z`);
  });

  it('is not told of a later edit by somebody who cannot be named', async () => {
    const hub = await settled({});
    hub.editor = { kind: 'user', principal: 'arn:aws:iam::333333333333:user/kim' };
    hub.put(`${folder}orders`, documentOf({ 'orders-dr': orders }));
    await edit(hub);
    const first = (await documentRecord(hub, 'orders'))?.editedBy;

    hub.editor = undefined;
    hub.put(`${folder}orders`, '{');
    await edit(hub);

    expect(first?.principal).toContain('kim');
    expect(await documentRecord(hub, 'orders')).not.toHaveProperty('editedBy');
    expect(hub.stories.at(-1)).not.toHaveProperty('editedBy');
  });
});
