/** Watches the watcher: whether each spoke would tell of a change. What it does not tell, only the sweep finds. */
import { parseArn } from '../model/arn.ts';
import type { ReplicationRecord } from './ledger.ts';
import type { Controller, Watch } from './ports.ts';
import { inRotation } from './rotation.ts';
import { tell } from './tell.ts';
import { type Found, joined } from './watch/found.ts';
import { type Silence, type Silent, silenceIn, silenceOf, silenceOfAll } from './watch/heartbeats.ts';
import { type Place, placesOf } from './watch/places.ts';
import { lookAtRule } from './watch/rule.ts';
import { lookAtTrails } from './watch/trails.ts';

interface Looked extends Found {
  readonly place: Place;
  /** false: the rule, its target or its role is known to be broken. */
  readonly forwards: boolean;
}

/** Two minutes: an invocation ends. */
const round = { atOnce: 8, longest: 120_000 };

/**
 * Looks once at each account and region that the fleet lives in, tells one story for each account whose event path is broken, and counts
 * those accounts. What cannot be looked at is logged: an account whose spoke role cannot be assumed is `unreadable` anyway.
 *
 * Beside the settings, heartbeats are looked for, where the spokes send any. One that does not come is told only where the rule looks well:
 * else that is why. When they come from nowhere, the fault is the hub's, and one story says so.
 *
 * @throws what the ledger throws
 */
export async function watchSpokes(c: Controller, watch: Watch, records: readonly ReplicationRecord[]): Promise<void> {
  const places = placesOf(records.map(({ replication }) => replication));
  const looked = await inRotation(c, places, round, (place) => lookAt(watch, place));
  if (looked.length < places.length)
    c.log.warn('event paths not all looked at', { places: places.length, looked: looked.length });
  for (const { place, unknown } of looked)
    if (unknown.length > 0) c.log.warn('event path cannot be judged', keysOf(place, unknown));
  const mute = muteOf(await silenceIn(c, watch, places), looked);
  const broken = (mute.everywhere ? looked : looked.map((one) => withSilence(one, mute.silent))).filter(isBroken);
  const told = Object.entries(Object.groupBy(broken, ({ place }) => place.account));
  c.metrics.add('SpokesUnwatched', new Set([...broken, ...mute.silent].map(({ place }) => place.account)).size);
  for (const [account, spoke = []] of told) await tellOf(c, account, spoke);
  if (mute.everywhere) await tellOfAll(c, watch, mute.silent);
}

/** Silent without a reason that can be seen. `everywhere`: so are several accounts, and nobody else is heard. */
function muteOf({ silent, isAnyHeard }: Silence, looked: readonly Looked[]) {
  const forwarding = new Set(looked.filter(({ forwards }) => forwards).map(({ place }) => place));
  const mute = silent.filter(({ place }) => forwarding.has(place));
  return { silent: mute, everywhere: !isAnyHeard && new Set(mute.map(({ place }) => place.account)).size > 1 };
}

function withSilence(looked: Looked, silent: readonly Silent[]): Looked {
  const own = silent.filter(({ place }) => place === looked.place).map(silenceOf);
  return { ...looked, broken: [...looked.broken, ...own] };
}

const isBroken = ({ broken }: Looked): boolean => broken.length > 0;

const keysOf = ({ account, region }: Place, reasons: readonly string[]) => ({ account, region, reasons });

async function lookAt(watch: Watch, place: Place): Promise<Looked> {
  const [rule, trails] = await Promise.all([lookAtRule(watch, place), lookAtTrails(watch, place)]);
  return { place, forwards: rule.broken.length === 0, ...joined([rule, trails]) };
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

async function tellOfAll(c: Controller, watch: Watch, silent: readonly Silent[]): Promise<void> {
  const { account = '', region = '' } = parseArn(watch.bus) ?? {};
  const reasons = [silenceOfAll(silent)];
  c.log.error('no heartbeat from anywhere', { account, region, reasons });
  await tell(c, {
    ...{ kind: 'spoke-silent', everywhere: true, account, regions: [region], reasons },
    replications: [...new Set(silent.flatMap(({ place }) => place.replications))].sort(),
    at: c.now().toISOString(),
  });
}
