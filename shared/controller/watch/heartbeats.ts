/**
 * Which places no heartbeat comes from. What is broken then need not show in any setting that can be read: a heartbeat takes the very rule,
 * role and bus policy that changes take.
 */
import type { HeartbeatRecord } from '../ledger.ts';
import type { Controller, Watch } from '../ports.ts';
import type { Place } from './places.ts';

export interface Silent {
  readonly place: Place;
  /** The last heartbeat, or since when the first one is waited for. */
  readonly since: string;
  /** false: none has ever come. */
  readonly heard: boolean;
}

export interface Silence {
  readonly silent: readonly Silent[];
  /** Whether a heartbeat has come from any of the places of late. */
  readonly isAnyHeard: boolean;
}

/** So many intervals without a heartbeat: one may be lost, or late. */
const patience = 2.5;

/** Asks the ledger once; a place that it does not know is waited for from now on. Nothing is silent where no heartbeats are sent. */
export async function silenceIn(
  { ledger, now }: Pick<Controller, 'ledger' | 'now'>,
  { heartbeatMinutes = 0 }: Watch,
  places: readonly Place[],
): Promise<Silence> {
  if (heartbeatMinutes === 0) return { silent: [], isAnyHeard: true };
  const records = new Map((await ledger.heartbeats()).map((record) => [keyOf(record), record]));
  const unknown = places.filter((place) => !records.has(keyOf(place)));
  if (unknown.length > 0) await ledger.expectHeartbeats(unknown, now().toISOString());
  const earliest = now().getTime() - patience * heartbeatMinutes * 60_000;
  const isFresh = ({ at }: HeartbeatRecord): boolean => Date.parse(at) >= earliest;
  const known = places.flatMap((place) => {
    const record = records.get(keyOf(place));
    return record === undefined ? [] : [{ place, record }];
  });
  return {
    silent: known
      .filter(({ record }) => !isFresh(record))
      .map(({ place, record: { at, heard } }) => ({ place, since: at, heard })),
    isAnyHeard: known.some(({ record }) => record.heard && isFresh(record)),
  };
}

const keyOf = ({ account, region }: Pick<Place, 'account' | 'region'>): string => `${account} ${region}`;

/** Why changes of one place are not heard of. */
export const silenceOf = ({ place: { account, region }, since, heard }: Silent): string =>
  heard
    ? `No heartbeat has come from account ${account} (${region}) since ${since}: its schedule, the pattern of its rule, the rights of its roles or the policy of the hub's bus keep it back.`
    : `No heartbeat has come from account ${account} (${region}) since ${since}, when the first one was expected: its stack is older than heartbeats, or not deployed.`;

/** Why changes are heard of from nowhere. */
export function silenceOfAll(silent: readonly Silent[]): string {
  const accounts = new Set(silent.map(({ place }) => place.account)).size;
  const heard = silent.filter((one) => one.heard).map(({ since }) => since);
  const since = heard.length > 0 ? heard : silent.map((one) => one.since);
  return `No heartbeat has come from any of ${accounts} accounts since ${since.sort().at(-1)}.`;
}
