/** Stories told once, actors that were hidden, leases. */
import { randomUUID } from 'node:crypto';
import type { Actor } from '../../controller/change.ts';
import type { Ledger, StoryRecord } from '../../controller/ledger.ts';
import { flag, hasExpired, type Item, type Key, keyText, number, recordItem, recordOf, sortKey, text } from './items.ts';
import type { Condition, Store } from './store.ts';

type StoryLedger = Pick<
  Ledger,
  'claimStory' | 'storyTold' | 'stories' | 'untoldStories' | 'actorOf' | 'putActor' | 'lease' | 'release'
>;

const storyKey = (key: string): Key => ({ pk: 'STORY', sk: sortKey(key) });
const actorKey = (call: string): Key => ({ pk: `ACTOR#${call}`, sk: 'ACTOR' });
const leaseKey = (name: string): Key => ({ pk: 'LEASE', sk: sortKey(name) });

const seconds = 1000;
const minutes = 60 * seconds;
const days = 24 * 60 * minutes;

/** The same story may be told again. */
const toldAgainAfter = days;
/** Whoever claimed it did not live to tell it. */
const claimLasts = 5 * minutes;

export function storyLedger(store: Store, now: () => Date): StoryLedger {
  return {
    claimStory: (story) => claim(store, story),
    async storyTold(key) {
      const names = { '#pk': 'pk', '#told': 'told' };
      const condition = { expression: 'attribute_exists(#pk)', names, values: { ':told': flag(true) } };
      await store.updateIf(storyKey(key), 'SET #told = :told', condition);
    },
    stories: async (prefix) => (await store.query('STORY', { prefix })).map(storyOf),
    untoldStories: (before) => untold(store, before),
    async actorOf(call) {
      const item = (await store.get([actorKey(call)])).get(keyText(actorKey(call)));
      return item === undefined || hasExpired(item, now()) ? undefined : recordOf<Actor>(item);
    },
    // One by itself: who routes may put single items only.
    async putActor(call, actor) {
      await store.putIf(recordItem(actorKey(call), actor, new Date(now().getTime() + days)), { expression: '' });
    },
    lease: (name, owner, until, at) => takeLease(store, { name, owner, until, at }),
    async release(name, owner) {
      const condition = { expression: '#owner = :owner', names: { '#owner': 'owner' }, values: { ':owner': text(owner) } };
      await store.removeIf(leaseKey(name), condition);
    },
  };
}

async function claim(store: Store, story: StoryRecord): Promise<boolean> {
  const at = Date.parse(story.at);
  const mine = randomUUID();
  const record = recordItem(storyKey(story.key), story, new Date(at + 3 * toldAgainAfter));
  const attributes = { fingerprint: text(story.fingerprint), told: flag(story.told), at: number(at), claim: text(mine) };
  const item = { ...record, attributes: { ...record.attributes, ...attributes } };
  if (await store.putIf(item, mayClaim(story.fingerprint, at))) return true;
  // A write whose answer was lost is sent again by the SDK, and then finds itself.
  const present = (await store.get([item])).get(keyText(item));
  return present?.attributes.claim?.S === mine;
}

const mayClaim = (fingerprint: string, at: number): Condition => ({
  expression:
    'attribute_not_exists(#pk) OR #fingerprint <> :fingerprint OR #at <= :dayAgo OR (#told = :untold AND #at <= :claimEnded)',
  names: { '#pk': 'pk', '#fingerprint': 'fingerprint', '#at': 'at', '#told': 'told' },
  values: {
    ':fingerprint': text(fingerprint),
    ':dayAgo': number(at - toldAgainAfter),
    ':claimEnded': number(at - claimLasts),
    ':untold': flag(false),
  },
});

async function untold(store: Store, before: string): Promise<readonly StoryRecord[]> {
  const items = await store.query('STORY', {
    filter: {
      expression: '#told = :untold AND #at < :before',
      names: { '#told': 'told', '#at': 'at' },
      values: { ':untold': flag(false), ':before': number(Date.parse(before)) },
    },
  });
  return items.map(storyOf);
}

const storyOf = (item: Item): StoryRecord => ({ ...recordOf<StoryRecord>(item), told: item.attributes.told?.BOOL ?? false });

interface Lease {
  readonly name: string;
  readonly owner: string;
  readonly until: string;
  readonly at: string;
}

function takeLease(store: Store, { name, owner, until, at }: Lease): Promise<boolean> {
  const ends = Date.parse(until);
  const attributes = { owner: text(owner), until: number(ends), expires: number(Math.ceil(ends / seconds) + 60) };
  return store.putIf(
    { ...leaseKey(name), attributes },
    {
      expression: 'attribute_not_exists(#pk) OR #until <= :now OR #owner = :owner',
      names: { '#pk': 'pk', '#until': 'until', '#owner': 'owner' },
      values: { ':now': number(Date.parse(at)), ':owner': text(owner) },
    },
  );
}
