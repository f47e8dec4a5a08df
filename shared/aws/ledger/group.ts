/** What one pass needs to know, and what it remembers having looked at. */
import type {
  ContestRecord,
  GroupMemory,
  GroupRecord,
  Ledger,
  PauseRecord,
  RepairRecord,
  ReplicationRecord,
  StatusRecord,
} from '../../controller/ledger.ts';
import { failuresAt } from './failures.ts';
import { groupKey, replicationKey } from './fleet.ts';
import { type Item, type Key, keyText, recordAt, recordItem, recordOf, sortKey, text } from './items.ts';
import { linkPolicies } from './links.ts';
import { isUnfinished, openIn, repairKey } from './repairs.ts';
import { contestsOf, failureKey, pauseKey, statusKey } from './statuses.ts';
import type { Store } from './store.ts';
import { fleetKeys, fleetOf } from './sweeps.ts';

type GroupLedger = Pick<Ledger, 'group' | 'linkPolicies' | 'lookedAt' | 'seen' | 'putSeen'>;

const lookedPrefix = 'LOOKED#';
const lookedKey = (group: string, setting: string): Key => ({ pk: `GROUP#${group}`, sk: sortKey(lookedPrefix + setting) });
const seenKey = (resource: string): Key => ({ pk: 'SEEN', sk: sortKey(resource) });

/** Long after every message that was waiting when the pass began. */
const lookedSeconds = 7 * 24 * 3600;

export function groupLedger(store: Store): GroupLedger {
  return {
    group: (id) => readGroup(store, id),
    linkPolicies: (group, policyArns) => linkPolicies(store, group, policyArns),
    lookedAt: (group, settings, at) => {
      const expires = new Date(Date.parse(at) + lookedSeconds * 1000);
      return store.put(settings.map((setting) => recordItem(lookedKey(group, setting), { setting, at }, expires)));
    },
    async seen(resources) {
      const items = await store.get(resources.map(seenKey));
      const found = resources.map((resource) => [resource, items.get(keyText(seenKey(resource)))] as const);
      return new Map(found.flatMap(([resource, item]) => (item === undefined ? [] : [[resource, digestsIn(item)] as const])));
    },
    async putSeen(seen) {
      await Promise.all([...seen].map(([resource, digests]) => putDigests(store, resource, digests)));
    },
  };
}

/** Two rounds: what the group's id leads to, then what its replications' names lead to. */
async function readGroup(store: Store, id: string): Promise<GroupMemory | undefined> {
  const [basics, own, contests] = await Promise.all([
    store.get([groupKey(id), ...fleetKeys]),
    store.query(`GROUP#${id}`),
    contestsOf(store, id),
  ]);
  const listed = recordAt<GroupRecord>(basics, groupKey(id))?.replications;
  if (listed === undefined) return undefined;
  const keys = listed.flatMap((name) => [replicationKey(name), statusKey(name), pauseKey(name), failureKey(name)]);
  const more = await store.get([...keys, ...openIn(own).map(repairKey)]);
  const replications = listed
    .map((name) => recordAt<ReplicationRecord>(more, replicationKey(name)))
    .filter((record) => record?.group === id) as readonly ReplicationRecord[];
  // Listed, but moved to another group meanwhile: see `changeFleet`.
  if (replications.length === 0) return undefined;
  const names = replications.map(({ replication }) => replication.name);
  return {
    id,
    replications,
    statuses: byName(names, (name) => recordAt<StatusRecord>(more, statusKey(name))),
    pauses: byName(names, (name) => recordAt<PauseRecord>(more, pauseKey(name))),
    failures: byName(names, (name) => failuresAt(more, name)),
    contests: new Map(contests.map((record: ContestRecord) => [record.setting, record])),
    unfinished: openIn(own)
      .map((repair) => recordAt<RepairRecord>(more, repairKey(repair)))
      .filter(isUnfinished),
    looked: lookedIn(own),
    fleet: fleetOf(basics),
  };
}

function byName<R>(names: readonly string[], find: (name: string) => R | undefined): ReadonlyMap<string, R> {
  const found = new Map<string, R>();
  for (const name of names) {
    const record = find(name);
    if (record !== undefined) found.set(name, record);
  }
  return found;
}

function lookedIn(own: readonly Item[]): ReadonlyMap<string, string> {
  const looked = own
    .filter(({ sk }) => sk.startsWith(lookedPrefix))
    .map((item) => recordOf<{ setting: string; at: string }>(item));
  return new Map(looked.map(({ setting, at }) => [setting, at]));
}

// Each aspect is an attribute, so that a pass that saw one leaves the others alone.
const seenPrefix = 'seen:';

const digestsIn = ({ attributes }: Item): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(attributes)
      .filter(([name]) => name.startsWith(seenPrefix))
      .map(([name, value]) => [name.slice(seenPrefix.length), value.S ?? '']),
  );

async function putDigests(store: Store, resource: string, digests: Readonly<Record<string, string>>): Promise<void> {
  const aspects = Object.entries(digests);
  if (aspects.length === 0) return;
  await store.updateIf(seenKey(resource), `SET ${aspects.map((_, i) => `#a${i} = :d${i}`).join(', ')}`, {
    expression: '',
    names: Object.fromEntries(aspects.map(([aspect], i) => [`#a${i}`, seenPrefix + aspect])),
    values: Object.fromEntries(aspects.map(([, digest], i) => [`:d${i}`, text(digest)])),
  });
}
