/** One admission at a time: each goes by what the one before it left. */
import type { Controller } from '../ports.ts';

/** Somebody else is at it for longer than was worth waiting; the invocation is tried again. */
export class AdmissionUnderWay extends Error {
  override readonly name = 'AdmissionUnderWay';
}

export interface Turn {
  /** Goes on for another while. @throws AdmissionUnderWay when somebody else came in, for the time was up */
  extend(): Promise<void>;
}

const lease = 'admit';
const leaseMilliseconds = 120_000;

/** Seconds between two attempts: a usual admission takes less than their sum. */
const waits = [0.5, 1, 2, 3, 4];

/**
 * @param patient false: gives up at once when it is not our turn
 * @returns undefined when it is somebody else's turn
 */
export async function inTurn<T>(
  c: Pick<Controller, 'ledger' | 'now' | 'wait' | 'log'>,
  owner: string,
  patient: boolean,
  work: (turn: Turn) => Promise<T>,
): Promise<T | undefined> {
  const take = (): Promise<boolean> => {
    const now = c.now();
    return c.ledger.lease(lease, owner, new Date(now.getTime() + leaseMilliseconds).toISOString(), now.toISOString());
  };
  let isOurs = await take();
  for (const seconds of patient ? waits : []) {
    if (isOurs) break;
    await c.wait(seconds);
    isOurs = await take();
  }
  if (!isOurs) return undefined;
  const extend = async (): Promise<void> => {
    if (!(await take())) throw new AdmissionUnderWay('another admission took over: this one was too slow');
  };
  try {
    return await work({ extend });
  } finally {
    // It runs out by itself.
    await c.ledger.release(lease, owner).catch((error: unknown) => c.log.warn('lease not released', { lease, owner, error }));
  }
}
