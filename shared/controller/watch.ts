/** Watches the watcher: whether each spoke would tell of a change. What it does not tell, only the sweep finds. */
import pLimit from 'p-limit';
import type { ReplicationRecord } from './ledger.ts';
import type { Controller, Watch } from './ports.ts';
import { tell } from './tell.ts';
import { type Found, joined } from './watch/found.ts';
import { type Place, placesOf } from './watch/places.ts';
import { lookAtRule } from './watch/rule.ts';
import { lookAtTrails } from './watch/trails.ts';

interface Looked extends Found {
  readonly place: Place;
}

/** Places looked at together. */
const placesAtOnce = 8;

/** Milliseconds after which no further place is looked at: an invocation ends, and the next sweep begins elsewhere. */
const longestLook = 120_000;

/**
 * Looks once at each account and region that the fleet lives in, tells one story for each account whose event path is broken, and counts
 * those accounts. What cannot be looked at is logged: an account whose spoke role cannot be assumed is `unreadable` anyway.
 *
 * Only the settings are looked at. A heartbeat through the path itself would have to be a write in the spoke, and there is none that does
 * no harm: reads are not forwarded, and the observer may send no events.
 *
 * @throws what the ledger throws
 */
export async function watchSpokes(c: Controller, watch: Watch, records: readonly ReplicationRecord[]): Promise<void> {
  const places = placesOf(records.map(({ replication }) => replication));
  const looked = await lookAtAll(c, watch, places);
  if (looked.length < places.length)
    c.log.warn('event paths not all looked at', { places: places.length, looked: looked.length });
  for (const { place, unknown } of looked)
    if (unknown.length > 0) c.log.warn('event path cannot be judged', keysOf(place, unknown));
  const silent = Object.entries(Object.groupBy(looked.filter(isBroken), ({ place }) => place.account));
  c.metrics.add('SpokesUnwatched', silent.length);
  for (const [account, spoke = []] of silent) await tellOf(c, account, spoke);
}

const isBroken = ({ broken }: Looked): boolean => broken.length > 0;

const keysOf = ({ account, region }: Place, reasons: readonly string[]) => ({ account, region, reasons });

/** In an order of chance, so that a fleet too large for one sweep is looked at by several. */
async function lookAtAll(c: Controller, watch: Watch, places: readonly Place[]): Promise<readonly Looked[]> {
  const limit = pLimit(placesAtOnce);
  const until = c.now().getTime() + longestLook;
  const first = Math.floor(c.random() * places.length);
  const turned = [...places.slice(first), ...places.slice(0, first)];
  const looked = turned.map((place) => limit(async () => (c.now().getTime() < until ? [await lookAt(watch, place)] : [])));
  return (await Promise.all(looked)).flat();
}

async function lookAt(watch: Watch, place: Place): Promise<Looked> {
  return { place, ...joined(await Promise.all([lookAtRule(watch, place), lookAtTrails(watch, place)])) };
}

async function tellOf(c: Controller, account: string, looked: readonly Looked[]): Promise<void> {
  const { broken: reasons } = joined(looked);
  const regions = looked.map(({ place }) => place.region).sort();
  const replications = [...new Set(looked.flatMap(({ place }) => place.replications))].sort();
  c.log.error('event path is broken', { account, regions, reasons });
  await tell(c, {
    kind: 'spoke-silent',
    account,
    regions,
    reasons: [...reasons].sort(),
    replications,
    at: c.now().toISOString(),
  });
}
