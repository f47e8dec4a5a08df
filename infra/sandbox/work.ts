/**
 * Code that runs while a virtual clock stands still: the handlers of functions. The clock has to wait until they are done, or wait for the
 * clock themselves. Node tells neither, so work says so: by what it asks of the clock, and by the calls to the local AWS it waits for.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';

interface Work {
  /** Jobs it asked the clock for and now waits for. */
  waits: number;
  /** Calls to the local AWS under way, but for those that wait for the clock. */
  calls: number;
  isDone: boolean;
  readonly watchers: Set<() => void>;
}

interface Place {
  readonly work: Work;
  /** Whether what is asked of the clock here is waited for; inside a call most of it is for later. */
  readonly waits: boolean;
}

const places = new AsyncLocalStorage<Place | undefined>();

/** By the clock it goes by. */
const underWay = new WeakMap<object, Set<Work>>();

/** Runs something as work by a clock. */
export async function asWork<T>(clock: object, run: () => Promise<T>): Promise<T> {
  const work: Work = { waits: 0, calls: 0, isDone: false, watchers: new Set() };
  const all = underWay.get(clock) ?? new Set();
  underWay.set(clock, all.add(work));
  // Work inside work: the outer one waits just as the inner one does.
  const outer = places.getStore()?.work;
  if (outer) count(outer, 'waits', 1);
  try {
    return await places.run({ work, waits: true }, run);
  } finally {
    if (outer) count(outer, 'waits', -1);
    all.delete(work);
    work.isDone = true;
    changed(work);
  }
}

/** Resolves when all work by a clock is done, or can only go on when time passes. */
export async function allStill(clock: object): Promise<void> {
  const all = underWay.get(clock);
  if (!all) return;
  do await Promise.all([...all].map(still));
  while ([...all].some((work) => !isWaiting(work)));
}

/** Runs what belongs to no work: jobs it asks of the clock are waited for by nobody. */
export const apart = <T>(run: () => T): T => places.run(undefined, run);

/** Runs what asks the clock for something that the work does not wait for, such as its time-out. */
export function aside<T>(run: () => T): T {
  const place = places.getStore();
  return place ? places.run({ ...place, waits: false }, run) : run();
}

/** A call to the local AWS: as long as it is under way, the work is not waiting for time to pass. */
export async function duringCall<T>(call: () => Promise<T>): Promise<T> {
  const work = places.getStore()?.work;
  if (!work) return await call();
  count(work, 'calls', 1);
  try {
    return await aside(call);
  } finally {
    count(work, 'calls', -1);
  }
}

/** Inside a call: something that comes only when time passes. */
export async function untilTimePasses<T>(wait: () => Promise<T>): Promise<T> {
  const place = places.getStore();
  if (!place || place.waits) return await wait();
  const { work } = place;
  count(work, 'calls', -1);
  try {
    return await places.run({ work, waits: true }, wait);
  } finally {
    count(work, 'calls', 1);
  }
}

/** A job of a clock, as asked for here. */
export interface Awaited {
  run(): void | Promise<void>;
  /** It is not to be. */
  calledOff(): void;
}

/** Ties a job of a clock to the work that asks for it and waits for it. */
export function awaited(job: () => void | Promise<void>): Awaited {
  const place = places.getStore();
  if (!place?.waits) return { run: job, calledOff: () => undefined };
  const { work } = place;
  count(work, 'waits', 1);
  const over = (): void => count(work, 'waits', -1);
  const here = AsyncLocalStorage.bind(job);
  return {
    calledOff: over,
    run() {
      over();
      return here();
    },
  };
}

function count(work: Work, what: 'waits' | 'calls', by: number): void {
  work[what] += by;
  changed(work);
}

function changed({ watchers }: Work): void {
  for (const watcher of [...watchers]) watcher();
}

const isWaiting = ({ waits, calls }: Work): boolean => waits > 0 && calls === 0;

/** How often the event loop has to come round before work that seems to wait is believed: between two calls it seems so, too. */
const turns = 5;

async function still(work: Work): Promise<void> {
  for (let quiet = 0; !work.isDone && quiet < turns; ) {
    if (isWaiting(work)) await turn();
    else await change(work);
    quiet = isWaiting(work) ? quiet + 1 : 0;
  }
}

function change({ watchers }: Work): Promise<void> {
  return new Promise((resolve) => {
    const watcher = (): void => {
      watchers.delete(watcher);
      resolve();
    };
    watchers.add(watcher);
  });
}
