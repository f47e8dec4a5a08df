/** What S3 reported as not replicated: counters that many invocations add to at once. */
import type {
  FailureRecord,
  GroupRecord,
  Ledger,
  ReplicationRecord,
  StandingRecord,
  StatusRecord,
} from '../../controller/ledger.ts';
import { bucketArn } from '../../model/arn.ts';
import { dependentsKey, groupKey, groupsIn, replicationKey } from './fleet.ts';
import { expiry, type Item, type Key, keyText, number, recordAt, text } from './items.ts';
import { failureKey, statusKey } from './statuses.ts';
import type { Store } from './store.ts';

type FailureLedger = Pick<Ledger, 'replicationsFrom' | 'failures' | 'addFailures' | 'removeFailures'>;

/** Of replications that nobody looks at any more. */
const keptSeconds = 30 * 24 * 3600;

const counterPrefix = 'n:';

export function failureLedger(store: Store): FailureLedger {
  return {
    replicationsFrom: (buckets) => standingOn(store, buckets),
    failures: async () => (await store.query('FAILURE')).map(failureIn),
    addFailures: async (additions) => void (await Promise.all(additions.map((addition) => add(store, addition)))),
    async removeFailures({ replication, last, counts }) {
      const names = Object.keys(counts);
      await store.removeIf(failureKey(replication), {
        expression: ['#last = :last', ...names.map((_, i) => `#n${i} = :n${i}`)].join(' AND '),
        names: { '#last': 'last', ...counterNames(names) },
        values: { ':last': text(last), ...Object.fromEntries(names.map((name, i) => [`:n${i}`, number(counts[name] ?? 0)])) },
      });
    },
  };
}

async function standingOn(store: Store, buckets: readonly string[]): Promise<readonly StandingRecord[]> {
  const entries = await store.get(buckets.map(dependentsKey));
  const ids = [...new Set([...entries.values()].flatMap(groupsIn))];
  const groups = await store.get(ids.map(groupKey));
  const listed = ids.flatMap((id) => recordAt<GroupRecord>(groups, groupKey(id))?.replications ?? []);
  const names = [...new Set(listed)];
  const found = await store.get(names.flatMap((name) => [replicationKey(name), statusKey(name), failureKey(name)]));
  return names.flatMap((name): readonly StandingRecord[] => {
    const record = recordAt<ReplicationRecord>(found, replicationKey(name));
    if (record === undefined || !buckets.includes(sourceOf(record))) return [];
    const status = recordAt<StatusRecord>(found, statusKey(name));
    const failures = failuresAt(found, name);
    return [{ ...record, ...(status && { status }), ...(failures && { failures }) }];
  });
}

const sourceOf = ({ replication: { partition, source } }: ReplicationRecord): string => bucketArn(partition, source.bucket);

export function failuresAt(items: ReadonlyMap<string, Item>, replication: string): FailureRecord | undefined {
  const item = items.get(keyText(failureKey(replication)));
  return item && failureIn(item);
}

function failureIn({ sk, attributes }: Item): FailureRecord {
  const counters = Object.entries(attributes).filter(([name]) => name.startsWith(counterPrefix));
  const time = (name: string): string => attributes[name]?.S ?? '';
  return {
    ...{ replication: sk, since: time('since'), last: time('last'), from: time('from'), outage: time('outage') },
    counts: Object.fromEntries(counters.map(([name, { N }]) => [name.slice(counterPrefix.length), Number(N ?? 0)])),
  };
}

const counterNames = (reasons: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(reasons.map((reason, i) => [`#n${i}`, counterPrefix + reason]));

/** Counts are added in one write; a time that lies outside those remembered is written by another, which nothing else hangs on. */
async function add(store: Store, { replication, since, last, from, outage, counts }: FailureRecord): Promise<void> {
  const key = failureKey(replication);
  const reasons = Object.keys(counts);
  const times = { since, last, from, outage };
  const kept = Object.keys(times).map((name) => `#${name} = if_not_exists(#${name}, :${name})`);
  const expires = expiry(new Date(Date.parse(last) + keptSeconds * 1000)).expires ?? number(0);
  const adds = reasons.map((_, i) => `#n${i} :n${i}`).join(', ');
  await store.updateIf(key, `SET ${kept.join(', ')}, #expires = :expires ADD ${adds}`, {
    expression: '',
    names: {
      ...Object.fromEntries(Object.keys(times).map((name) => [`#${name}`, name])),
      '#expires': 'expires',
      ...counterNames(reasons),
    },
    values: {
      ...Object.fromEntries(Object.entries(times).map(([name, time]) => [`:${name}`, text(time)])),
      ':expires': expires,
      ...Object.fromEntries(reasons.map((reason, i) => [`:n${i}`, number(counts[reason] ?? 0)])),
    },
  });
  await Promise.all([
    widen(store, key, 'last', '<', last),
    widen(store, key, 'since', '>', since),
    widen(store, key, 'from', '>', from),
  ]);
}

/** Reports come in any order. */
const widen = (store: Store, key: Key, name: string, is: '<' | '>', time: string): Promise<boolean> =>
  store.updateIf(key, 'SET #time = :time', {
    expression: `#time ${is} :time`,
    names: { '#time': name },
    values: { ':time': text(time) },
  });
