/** What may go wrong with the ports of the controller: they die at a call, and calls into the spokes are not answered as they should be. */
import type { AwsCall, AwsFailure, AwsGateway } from '../../shared/model/aws-call.ts';
import { isWrite, Killed, wrapped } from './gateways.ts';

export type Port = 'spokes' | 'ledger' | 'queue' | 'notifier';

export interface Doom {
  readonly port: Port;
  /** The number of the call, from 0. */
  readonly at: number;
  /** Whether that call was still carried out. */
  readonly effect: boolean;
}

/** One life at a time: after a death every port is dead until `revive`. */
export interface Fate {
  /** From now on; undefined: nothing happens. */
  doom(doom: Doom | undefined): void;
  isDead(): boolean;
  revive(): void;
  /** Where it died so far: `<port>.<method> before` or `… after`. */
  readonly deaths: string[];
  step<T>(port: Port, method: string, run: () => Promise<T>): Promise<T>;
}

export function newFate(): Fate {
  const deaths: string[] = [];
  let coming: Doom | undefined;
  let calls = 0;
  let isDead = false;
  return {
    deaths,
    doom: (doom) => {
      coming = doom;
      calls = 0;
    },
    isDead: () => isDead,
    revive: () => {
      isDead = false;
    },
    step: async (port, method, run) => {
      if (isDead) throw new Killed();
      if (coming?.port !== port || calls++ !== coming.at) return run();
      const { effect } = coming;
      coming = undefined;
      isDead = true;
      deaths.push(`${port}.${method} ${effect ? 'after' : 'before'}`);
      if (effect) await run();
      throw new Killed();
    },
  };
}

type Methods = Readonly<Record<string, (...given: readonly unknown[]) => Promise<unknown>>>;

/** The same port, except that it shares this fate. */
export function mortal<T extends object>(port: Port, target: T, fate: Fate): T {
  const methods = target as unknown as Methods;
  const names = Object.keys(methods);
  return Object.fromEntries(
    names.map((name) => [name, (...given: readonly unknown[]) => fate.step(port, name, async () => methods[name]?.(...given))]),
  ) as unknown as T;
}

/** Calls into the spokes that AWS does not answer as it should. */
export interface Storm {
  readonly calls: 'reads' | 'writes' | 'all';
  /** Every so many of them; 1: all. */
  readonly every: number;
  readonly error: 'ThrottlingException' | 'InternalError' | 'TimeoutError' | 'AccessDenied';
  /** Whether AWS carried the call out all the same. */
  readonly effect: boolean;
}

const failureOf = ({ error }: Storm): AwsFailure => ({
  ...{ code: error, message: 'there is trouble', caller: 'a spoke role' },
  ...(error === 'InternalError' && { status: 500 }),
});

/** @param current the storm of the moment; undefined: none */
export function stormy(aws: AwsGateway, current: () => Storm | undefined): AwsGateway {
  let calls = 0;
  const isHit = ({ calls: which, every }: Storm, call: AwsCall): boolean =>
    (which === 'all' || (which === 'writes') === isWrite(call)) && ++calls % every === 0;
  return wrapped(aws, async (call, send) => {
    const storm = current();
    if (storm === undefined || !isHit(storm, call)) return send();
    if (storm.effect) await send();
    return { ok: false, error: failureOf(storm) };
  });
}
