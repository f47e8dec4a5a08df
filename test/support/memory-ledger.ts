/** A ledger in memory: the contract of `Ledger` without DynamoDB. What is handed in or out is copied, as on the way to a table and back. */
import type { Actor } from '../../shared/controller/change.ts';
import type {
  ContestRecord,
  DocumentRecord,
  FailureRecord,
  FleetRecord,
  FlowRecord,
  GroupMemory,
  GroupRecord,
  HeartbeatRecord,
  Ledger,
  OutageRecord,
  PauseRecord,
  RepairRecord,
  ReplicationRecord,
  StatusRecord,
  StoryRecord,
} from '../../shared/controller/ledger.ts';

const day = 86_400_000;
/** So long a claimed story may take to be told before somebody else may claim it. */
const claimLasts = 300_000;

interface State {
  readonly documents: Map<string, DocumentRecord>;
  readonly replications: Map<string, ReplicationRecord>;
  readonly groups: Map<string, GroupRecord>;
  readonly index: Map<string, readonly string[]>;
  /** Policy ARNs by group. */
  readonly links: Map<string, ReadonlySet<string>>;
  readonly statuses: Map<string, StatusRecord>;
  readonly flows: Map<string, FlowRecord>;
  readonly pauses: Map<string, PauseRecord>;
  /** By group, then by setting. */
  readonly contests: Map<string, Map<string, ContestRecord>>;
  readonly repairs: Map<string, RepairRecord>;
  readonly unfinished: Map<string, Map<string, RepairRecord>>;
  readonly outages: Map<string, OutageRecord>;
  readonly failures: Map<string, FailureRecord>;
  readonly looked: Map<string, Map<string, string>>;
  readonly seen: Map<string, Readonly<Record<string, string>>>;
  readonly actors: Map<string, { readonly actor: Actor; readonly until: number }>;
  /** Drifted replications by sweep, then by group. */
  readonly drift: Map<string, Map<string, number>>;
  readonly stories: Map<string, StoryRecord>;
  readonly leases: Map<string, { readonly owner: string; readonly until: string }>;
  /** By account and region. */
  readonly heartbeats: Map<string, HeartbeatRecord>;
  fleet: FleetRecord;
}

const empty = (): State => ({
  documents: new Map(),
  replications: new Map(),
  groups: new Map(),
  index: new Map(),
  links: new Map(),
  statuses: new Map(),
  flows: new Map(),
  pauses: new Map(),
  contests: new Map(),
  repairs: new Map(),
  unfinished: new Map(),
  outages: new Map(),
  failures: new Map(),
  looked: new Map(),
  seen: new Map(),
  actors: new Map(),
  drift: new Map(),
  stories: new Map(),
  leases: new Map(),
  heartbeats: new Map(),
  fleet: {},
});

/** @param now for what is kept for a day only */
export function memoryLedger(now: () => Date = () => new Date()): Ledger {
  const state = empty();
  return {
    ...desiredPart(state),
    ...groupPart(state),
    ...standingPart(state),
    ...repairPart(state),
    ...failurePart(state),
    ...hintPart(state, now),
    ...fleetPart(state),
    ...storyPart(state),
    ...leasePart(state),
    ...heartbeatPart(state),
  };
}

const copy = <T>(value: T): T => structuredClone(value);
const copies = <T>(values: Iterable<T>): T[] => [...values].map(copy);

/** The inner map of a key, made when it is missing. */
function inner<K, V>(maps: Map<string, Map<K, V>>, key: string): Map<K, V> {
  const found = maps.get(key) ?? new Map<K, V>();
  maps.set(key, found);
  return found;
}

function desiredPart(state: State) {
  return {
    documents: async () => copies(state.documents.values()),
    putDocuments: async (records) => {
      for (const record of records) state.documents.set(record.name, copy(record));
    },
    removeDocument: async (name) => void state.documents.delete(name),
    replications: async () => copies(state.replications.values()),
    groups: async () => copies(state.groups.values()),
    index: async () => copy(state.index),
    changeFleet: async (change) => {
      for (const [id, groups] of change.index) state.index.set(id, copy(groups));
      for (const record of change.replications) state.replications.set(record.replication.name, copy(record));
      for (const record of change.groups) state.groups.set(record.id, copy(record));
      for (const name of change.removedReplications) state.replications.delete(name);
      for (const id of change.removedGroups) for (const map of [state.groups, state.links]) map.delete(id);
      for (const id of change.removedIndex) state.index.delete(id);
    },
  } satisfies Partial<Ledger>;
}

function groupPart(state: State) {
  return {
    groupsOn: async (resources) => {
      if (resources.length > 100) throw new RangeError(`at most 100 ids, got ${resources.length}`);
      const linked = [...state.links].filter(([, arns]) => resources.some((id) => arns.has(id))).map(([group]) => group);
      return [...new Set([...resources.flatMap((id) => state.index.get(id) ?? []), ...linked])].sort();
    },
    linkPolicies: async (group, arns) => void state.links.set(group, new Set(arns)),
    group: async (id) => (state.groups.has(id) ? memoryOf(state, id) : undefined),
  } satisfies Partial<Ledger>;
}

function memoryOf(state: State, id: string): GroupMemory {
  const names = state.groups.get(id)?.replications ?? [];
  const ofGroup = <T>(map: ReadonlyMap<string, T>): Map<string, T> =>
    new Map(names.flatMap((name) => (map.has(name) ? [[name, copy(map.get(name) as T)] as const] : [])));
  return {
    id,
    replications: [...ofGroup(state.replications).values()],
    statuses: ofGroup(state.statuses),
    pauses: ofGroup(state.pauses),
    failures: ofGroup(state.failures),
    contests: copy(inner(state.contests, id)),
    unfinished: copies(inner(state.unfinished, id).values()),
    looked: copy(inner(state.looked, id)),
    fleet: copy(state.fleet),
  };
}

function standingPart(state: State) {
  return {
    statuses: async () => copies(state.statuses.values()),
    putStatuses: async (records) => {
      for (const record of records) state.statuses.set(record.replication, copy(record));
    },
    removeStatus: async (name) => {
      for (const map of [state.statuses, state.failures]) map.delete(name);
    },
    flows: async () => copies(state.flows.values()),
    putFlows: async (records) => {
      for (const record of records) state.flows.set(record.replication, copy(record));
    },
    pauses: async () => copies(state.pauses.values()),
    putPause: async (record) => void state.pauses.set(record.replication, copy(record)),
    removePause: async (name) => void state.pauses.delete(name),
    contests: async () => [...state.contests.values()].flatMap((settings) => copies(settings.values())),
    putContests: async (records) => {
      for (const record of records) inner(state.contests, record.group).set(record.setting, copy(record));
    },
    removeContest: async (group, setting) => void inner(state.contests, group).delete(setting),
  } satisfies Partial<Ledger>;
}

const newestFirst = (a: string, b: string): number => (a < b ? 1 : a > b ? -1 : 0);

function repairPart(state: State) {
  return {
    startRepairs: async (group, records) => {
      for (const record of records)
        for (const map of [state.repairs, inner(state.unfinished, group)]) map.set(record.id, copy(record));
    },
    endRepairs: async (group, records) => {
      for (const record of records) {
        state.repairs.set(record.id, copy(record));
        inner(state.unfinished, group).delete(record.id);
      }
    },
    repairs: async (name, limit) => {
      const found = [...state.repairs.values()].filter(({ replications }) => replications.includes(name));
      return copies(found.sort((a, b) => newestFirst(a.id, b.id)).slice(0, limit));
    },
    putOutage: async (record) => void state.outages.set(`${record.replication} ${record.startedAt}`, copy(record)),
    outages: async (name, limit) => {
      const found = [...state.outages.values()].filter(({ replication }) => replication === name);
      return copies(found.sort((a, b) => newestFirst(a.startedAt, b.startedAt)).slice(0, limit));
    },
  } satisfies Partial<Ledger>;
}

const earlier = (a: string, b: string): string => (a < b ? a : b);

function failurePart(state: State) {
  return {
    replicationsFrom: async (buckets) =>
      copies(state.replications.values())
        .filter(({ replication: { partition, source } }) => buckets.includes(`arn:${partition}:s3:::${source.bucket}`))
        .map((record) => {
          const { name } = record.replication;
          const [status, failures] = [state.statuses.get(name), state.failures.get(name)];
          return { ...record, ...(status && { status: copy(status) }), ...(failures && { failures: copy(failures) }) };
        }),
    failures: async () => copies(state.failures.values()),
    addFailures: async (additions) => {
      for (const { replication, since, last, from, outage, counts } of additions) {
        const known = state.failures.get(replication) ?? { replication, since, last, from, outage, counts: {} };
        const sums = Object.entries(counts).map(([reason, count]) => [reason, (known.counts[reason] ?? 0) + count]);
        const times = {
          since: earlier(known.since, since),
          from: earlier(known.from, from),
          last: known.last < last ? last : known.last,
        };
        state.failures.set(replication, { ...known, ...times, counts: { ...known.counts, ...Object.fromEntries(sums) } });
      }
    },
    removeFailures: async ({ replication, last }) => {
      if (state.failures.get(replication)?.last === last) state.failures.delete(replication);
    },
  } satisfies Partial<Ledger>;
}

function hintPart(state: State, now: () => Date) {
  return {
    lookedAt: async (group, settings, at) => {
      for (const setting of settings) inner(state.looked, group).set(setting, at);
    },
    seen: async (resources) =>
      new Map(resources.flatMap((id) => (state.seen.has(id) ? [[id, { ...state.seen.get(id) }] as const] : []))),
    putSeen: async (seen) => {
      for (const [id, digests] of seen) state.seen.set(id, { ...state.seen.get(id), ...digests });
    },
    actorOf: async (call) => {
      const found = state.actors.get(call);
      return found !== undefined && found.until > now().getTime() ? copy(found.actor) : undefined;
    },
    putActor: async (call, actor) => void state.actors.set(call, { actor: copy(actor), until: now().getTime() + day }),
  } satisfies Partial<Ledger>;
}

function fleetPart(state: State) {
  return {
    fleet: async () => copy(state.fleet),
    putSweep: async (lastSweep) => {
      const { lastSweep: _, ...others } = state.fleet;
      state.fleet = { ...others, ...(lastSweep && { lastSweep: copy(lastSweep) }) };
    },
    countDrift: async (sweep, group, drifted) => {
      const counts = inner(state.drift, sweep);
      if (!counts.has(group)) counts.set(group, drifted);
      return [...counts.values()].reduce((sum, count) => sum + count, 0);
    },
    putBudget: async (budget) => {
      const { budget: _, ...others } = state.fleet;
      state.fleet = { ...others, ...(budget && { budget: copy(budget) }) };
    },
  } satisfies Partial<Ledger>;
}

function storyPart(state: State) {
  return {
    claimStory: async (story) => {
      const known = state.stories.get(story.key);
      const age = known ? Date.parse(story.at) - Date.parse(known.at) : 0;
      const isFree = known?.fingerprint !== story.fingerprint || age >= day || (!known.told && age >= claimLasts);
      if (isFree) state.stories.set(story.key, copy(story));
      return isFree;
    },
    storyTold: async (key) => {
      const known = state.stories.get(key);
      if (known) state.stories.set(key, { ...known, told: true });
    },
    stories: async (prefix) => copies(state.stories.values()).filter(({ key }) => key.startsWith(prefix)),
    untoldStories: async (before) => copies(state.stories.values()).filter(({ told, at }) => !told && at < before),
  } satisfies Partial<Ledger>;
}

function heartbeatPart(state: State) {
  return {
    heartbeats: async () => copies(state.heartbeats.values()),
    putHeartbeat: async ({ account, region }, at) =>
      void state.heartbeats.set(`${account} ${region}`, { account, region, at, heard: true }),
    expectHeartbeats: async (places, at) => {
      for (const { account, region } of places) {
        const key = `${account} ${region}`;
        if (!state.heartbeats.has(key)) state.heartbeats.set(key, { account, region, at, heard: false });
      }
    },
  } satisfies Partial<Ledger>;
}

function leasePart(state: State) {
  return {
    lease: async (name, owner, until, now) => {
      const held = state.leases.get(name);
      const isFree = held === undefined || held.owner === owner || held.until <= now;
      if (isFree) state.leases.set(name, { owner, until });
      return isFree;
    },
    release: async (name, owner) => {
      if (state.leases.get(name)?.owner === owner) state.leases.delete(name);
    },
  } satisfies Partial<Ledger>;
}
