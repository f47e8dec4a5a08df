import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fleetOf } from '../../shared/controller/admit/fleet.ts';
import { type AdmitResult, admit } from '../../shared/controller/admit.ts';
import type { ReplicationRecord } from '../../shared/controller/ledger.ts';
import type { Story } from '../../shared/controller/story.ts';
import { contentsOf, groupsAsked, type Hub, newHub } from '../support/admission.ts';
import { source as here, keyArnAt, destination as there, written } from '../support/builders.ts';

const folder = '/lockstep/desired-state/';
const names = ['first', 'second', 'third', 'fourth'] as const;
const buckets = ['orders', 'bills', 'stock'] as const;

/** One replication: few buckets, so that they meet; settings on which those that meet must agree. */
const replication = fc.record({
  from: fc.constantFrom(...buckets),
  to: fc.constantFrom('copy-a', 'copy-b'),
  role: fc.constantFrom(undefined, undefined, undefined, 'another'),
  bucketKey: fc.constantFrom(true, true, true, false),
  mode: fc.constantFrom('repair', 'repair', 'observe', 'paused'),
  rules: fc.constantFrom<readonly object[] | undefined>(
    undefined,
    [{ prefix: 'a/' }],
    [{ prefix: 'b/', priority: 7 }],
    [{ prefix: 'a/' }, { prefix: 'c/' }],
  ),
  key: fc.constantFrom('3', '3', '3', '4'),
});

const spelled = ({ from, to, bucketKey, mode, key, ...more }: typeof replication extends fc.Arbitrary<infer R> ? R : never) => ({
  ...written({
    source: { bucket: from, key: keyArnAt(here, key), bucketKey },
    destination: { bucket: to, key: keyArnAt(there, '5') },
  }),
  ...more,
  ...(mode === 'paused' ? { mode, until: '2026-03-01T13:00:00Z', reason: 'test' } : { mode }),
});

const document = fc
  .uniqueArray(fc.record({ name: fc.constantFrom(...names), replication }), {
    minLength: 1,
    maxLength: 3,
    selector: ({ name }) => name,
  })
  .map((members) =>
    JSON.stringify(
      { version: 1, replications: Object.fromEntries(members.map(({ name, replication }) => [name, spelled(replication)])) },
      null,
      1,
    ),
  );

const damage: fc.Arbitrary<(text: string) => string> = fc.oneof(
  fc.nat(400).map((at) => (text: string) => text.slice(0, at)),
  fc.constant((text: string) => text.replace('"version": 1', '"version": 1, "version": 1')),
  fc.constant((text: string) => text.replaceAll('"source"', '"origin"')),
  fc.constant((text: string) => `${text}}`),
);

type Deed =
  | { readonly kind: 'put'; readonly at: string; readonly text: string }
  | { readonly kind: 'damage'; readonly at: string; readonly by: (text: string) => string }
  | { readonly kind: 'remove'; readonly at: string };

const at = fc.constantFrom('a', 'b', 'c');
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('put' as const), at, text: document }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('damage' as const), at, by: damage }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), at }) },
);
/** What people do between two admissions. */
const step = fc.array(deed, { minLength: 1, maxLength: 3 });

async function happen(hub: Hub, deeds: readonly Deed[]): Promise<void> {
  for (const one of deeds) {
    hub.advance(1);
    const name = folder + one.at;
    const old = (await hub.c.desiredState.documents()).find((document) => document.name === name);
    if (one.kind === 'put') hub.put(name, one.text);
    else if (one.kind === 'remove') hub.remove(name);
    else hub.put(name, one.by(old?.text ?? '{"version": 1}'));
  }
}

let requests = 0;
const newRequest = (): string => {
  requests += 1;
  return `request-${requests}`;
};
async function admitted(hub: Hub): Promise<AdmitResult> {
  const result = await admit(hub.c, { cause: 'edit', requestId: newRequest() });
  if (result === undefined) throw new Error('skipped');
  return result;
}

/** What enabled rules select, from where to where. */
const objectsOf = ({ replication: { source, destination, rules } }: ReplicationRecord): readonly string[] =>
  rules.filter(({ status }) => status === 'Enabled').map(({ prefix }) => `${source.bucket} ${destination.bucket} ${prefix}`);

const wishes = ({ replication: { document, orphanedSince, pauseExpired, rules, mode, ...more } }: ReplicationRecord) => ({
  ...more,
  rules: rules.map(({ priority, ...rule }) => rule),
});

const byName = (records: readonly ReplicationRecord[]) => new Map(records.map((record) => [record.replication.name, record]));

describe('law 10: admission, whatever people do to documents', { timeout: 60_000 }, () => {
  it('shrinks nothing: what was in force is in force, is orphaned, or was replaced by one for the same objects', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const hub = newHub();
        let before: readonly ReplicationRecord[] = [];
        for (const deeds of steps) {
          await happen(hub, deeds);
          await admitted(hub);
          const after = (await contentsOf(hub.ledger)).replications;
          const there = new Set([...after.flatMap(objectsOf)]);
          for (const record of before.filter(({ replication }) => !byName(after).has(replication.name)))
            expect(
              objectsOf(record).some((objects) => there.has(objects)),
              record.replication.name,
            ).toBe(true);
          before = after;
        }
      }),
      { numRuns: 60 },
    );
  });

  it('lets every document in force be the newest one, or the last good one with its faults told', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const hub = newHub();
        for (const deeds of steps) {
          const last = new Map((await hub.ledger.documents()).map((record) => [record.name, record]));
          await happen(hub, deeds);
          const { invalid } = await admitted(hub);
          const stored = new Map((await hub.c.desiredState.documents()).map((one) => [one.name, one.text]));
          for (const record of await hub.ledger.documents()) {
            const isNewest = record.text === stored.get(record.name);
            if (record.invalid === undefined) expect(isNewest || record.orphanedSince !== undefined).toBe(true);
            else expect([record.text, record.invalid.faults.length > 0]).toEqual([last.get(record.name)?.text, true]);
            expect(invalid.includes(record.name)).toBe(record.invalid !== undefined);
          }
          expect(
            new Set([
              ...stored.keys(),
              ...(await hub.ledger.documents()).filter((one) => one.orphanedSince).map(({ name }) => name),
            ]),
          ).toEqual(new Set((await hub.ledger.documents()).map(({ name }) => name)));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('lets a document that is refused change nothing at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 4 }), at, document, damage, async (steps, where, text, by) => {
        const hub = newHub();
        for (const deeds of steps) {
          await happen(hub, deeds);
          await admitted(hub);
        }
        const before = await contentsOf(hub.ledger);
        const wasOrphaned = before.documents.some(
          ({ name, orphanedSince }) => name === folder + where && orphanedSince !== undefined,
        );

        hub.put(folder + where, by(text));
        const { invalid, asked } = await admitted(hub);

        if (!invalid.includes(folder + where)) return;
        const { documents: _, ...after } = await contentsOf(hub.ledger);
        const { documents, ...rest } = before;
        expect(after, wasOrphaned ? 'orphaned' : '').toEqual(rest);
        expect(asked).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('changes the wishes of no replication whose document was not edited', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 5 }), async (steps) => {
        const hub = newHub();
        let before: readonly ReplicationRecord[] = [];
        for (const deeds of steps) {
          const invalid = new Set((await hub.ledger.documents()).filter((record) => record.invalid).map(({ name }) => name));
          await happen(hub, deeds);
          await admitted(hub);
          const edited = new Set(deeds.map((one) => folder + one.at));
          const after = (await contentsOf(hub.ledger)).replications;
          for (const { replication } of before) {
            const now = byName(after).get(replication.name);
            if (edited.has(replication.document) || now?.replication.document !== replication.document) continue;
            // One that was refused comes into force when another makes way.
            if (invalid.has(replication.document)) continue;
            expect(wishes(now)).toEqual(wishes(byName(before).get(replication.name) as ReplicationRecord));
          }
          before = after;
        }
      }),
      { numRuns: 60 },
    );
  });

  it('leaves a ledger in which everything fits, and finds nothing to do the next time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const hub = newHub();
        for (const deeds of steps) {
          await happen(hub, deeds);
          await admitted(hub);
          const { documents, replications, groups, index } = await contentsOf(hub.ledger);
          const fleet = fleetOf(
            replications.map(({ replication }) => replication),
            replications,
            '',
          );
          expect(groups).toEqual(fleet.groups);
          expect(index).toEqual(Object.fromEntries([...fleet.index].sort()));
          for (const { name, replications: named, orphanedSince } of documents)
            if (orphanedSince === undefined)
              expect(named.every((one) => byName(replications).get(one)?.replication.document === name)).toBe(true);
          hub.writes();
          expect((await admitted(hub)).asked).toEqual([]);
          expect(hub.writes()).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('law 11: admission, cut off at any call', { timeout: 60_000 }, () => {
  /** Times of telling and ids of requests aside. */
  const toldOf = (stories: readonly Story[]): readonly string[] =>
    [
      ...new Set(
        stories.map(({ kind, replications, ...more }) =>
          JSON.stringify([kind, replications, 'document' in more && more.document]),
        ),
      ),
    ].sort();

  async function run(before: readonly (readonly Deed[])[], last: readonly Deed[], die?: Hub['mortal']['die']) {
    const hub = newHub();
    for (const deeds of before) {
      await happen(hub, deeds);
      await admit(hub.c, { cause: 'edit', requestId: `before-${hub.sent.length}` });
    }
    await happen(hub, last);
    hub.sent.length = hub.stories.length = 0;
    hub.mortal.calls = 0;
    hub.mortal.die = die;
    const first = await admit(hub.c, { cause: 'edit', requestId: 'last' }).catch((error: unknown) => error);
    const calls = hub.mortal.calls;
    hub.mortal.die = undefined;
    if (die !== undefined) await admit(hub.c, { cause: 'edit', requestId: 'last' });
    // A story whose teller died is told by the next sweep.
    const untold = (await hub.ledger.untoldStories('9999')).map(({ body }) => JSON.parse(body) as Story);
    const left = await contentsOf(hub.ledger);
    return { first, calls, left, asked: groupsAsked(hub.sent), told: toldOf([...hub.stories, ...untold]) };
  }

  it('ends, tried again, as if it had not been: the same ledger, every group asked for, every story told', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 3 }),
        step,
        fc.nat(1000),
        fc.constantFrom<'before' | 'after'>('before', 'after'),
        async (before, last, place, when) => {
          const whole = await run(before, last);

          const broken = await run(before, last, { at: 1 + (place % whole.calls), when });

          expect(broken.left).toEqual(whole.left);
          expect(broken.asked).toEqual(whole.asked);
          expect(broken.told).toEqual(whole.told);
        },
      ),
      { numRuns: 60 },
    );
  });
});
