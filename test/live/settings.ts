/** Where the live checks run: nowhere, unless somebody says exactly where. */

export interface LiveEnd {
  readonly account: string;
  readonly profile: string;
  readonly region: string;
}

export interface LiveSettings {
  readonly source: LiveEnd;
  readonly destination: LiveEnd;
  /** Begins the name of everything that is made. */
  readonly name: string;
}

const form = {
  LOCKSTEP_LIVE_ACCOUNTS: 'SOURCE=PROFILE,DESTINATION=PROFILE: two different account ids, each with the profile to act in it',
  LOCKSTEP_LIVE_REGIONS: 'SOURCE,DESTINATION: the regions of the two buckets, for example eu-west-1,eu-central-1',
  LOCKSTEP_LIVE_PREFIX: 'begins every name: 3 to 20 lower-case letters, digits and hyphens, a letter first',
  LOCKSTEP_LIVE_RUN:
    'tells runs apart: up to 8 lower-case letters and digits; give that of an interrupted run to clean up after it',
} as const;

type Env = Readonly<Record<string, string | undefined>>;

/**
 * @param freshRun the run's mark when LOCKSTEP_LIVE_RUN names none
 * @throws Error naming every variable that is missing or has another form
 */
export function liveSettings(env: Env, freshRun: string): LiveSettings {
  const [from, to] = accountsIn(env.LOCKSTEP_LIVE_ACCOUNTS);
  const [fromRegion, toRegion] = regionsIn(env.LOCKSTEP_LIVE_REGIONS);
  const [prefix] = /^[a-z][a-z0-9-]{1,18}[a-z0-9]$/.exec(env.LOCKSTEP_LIVE_PREFIX ?? '') ?? [];
  const [run] = /^[a-z0-9]{1,8}$/.exec(env.LOCKSTEP_LIVE_RUN ?? freshRun) ?? [];
  if (!from || !to || !fromRegion || !toRegion || !prefix || !run)
    throw new Error(
      `The live checks make things in two real accounts, and start only when all is said:\n${faults(env).join('\n')}`,
    );
  return {
    source: { ...from, region: fromRegion },
    destination: { ...to, region: toRegion },
    // Whatever is named so was made by a run: it may be taken away, and nothing else.
    name: `${prefix}-lockstep-live-${run}`,
  };
}

function faults(env: Env): readonly string[] {
  return Object.entries(form).flatMap(([name, meaning]) => {
    const value = env[name];
    if (value === undefined && name === 'LOCKSTEP_LIVE_RUN') return [];
    return [`  ${name}=${value ?? ''}  (${meaning})`];
  });
}

type Pair<T> = readonly [T, T] | readonly [];

function accountsIn(given = ''): Pair<Pick<LiveEnd, 'account' | 'profile'>> {
  const [, from = '', first = '', to = '', second = ''] = /^(\d{12})=([^=,\s]+),(\d{12})=([^=,\s]+)$/.exec(given) ?? [];
  if (from === '' || from === to) return [];
  return [
    { account: from, profile: first },
    { account: to, profile: second },
  ];
}

function regionsIn(given = ''): Pair<string> {
  const [, from, to] = /^([a-z]{2}(?:-[a-z]+)+-\d),([a-z]{2}(?:-[a-z]+)+-\d)$/.exec(given) ?? [];
  return from === undefined || to === undefined ? [] : [from, to];
}
