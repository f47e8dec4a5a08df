/** From what a caller names to buses, rules and what is tagged. */
import type { CallContext } from '../../service.ts';
import { validator } from '../validation.ts';
import { invalid, notFound } from './errors.ts';
import { type Bus, busArn, findBus, type Rule } from './state.ts';

export const valid = validator('ValidationException');

/** The ARN of a bus that is named by name or by ARN; `default` when it is not named. */
export const busArnOf = (name: string | undefined, { caller, region }: CallContext): string =>
  name?.startsWith('arn:') ? name : busArn(caller.account, region, name ?? 'default');

/** @throws ResourceNotFoundException, and for other accounts' buses AccessDeniedException stays the caller's own affair */
export function theBus(name: string | undefined, call: CallContext): Bus {
  const arn = busArnOf(name, call);
  const bus = findBus(call.world.events, arn, call.world.clock.now());
  if (!bus || bus.account !== call.caller.account || bus.region !== call.region) {
    throw notFound(`Event bus ${name ?? 'default'} does not exist.`);
  }
  return bus;
}

interface RuleName {
  readonly name: string | undefined;
  readonly bus: string | undefined;
}

/** @throws ResourceNotFoundException */
export function theRule({ name, bus: busName }: RuleName, call: CallContext): { readonly bus: Bus; readonly rule: Rule } {
  const bus = theBus(busName, call);
  const rule = bus.rules.get(valid.text('name', name, { min: 1, max: 64 }));
  if (!rule) throw notFound(`Rule ${name} does not exist on EventBus ${bus.name}.`);
  return { bus, rule };
}

/** A bus or a rule of the caller's account and region, by ARN. */
export function taggedResource(arn: string | undefined, call: CallContext): Bus | Rule {
  const mine = call.world.events.buses
    .values()
    .filter(({ account, region }) => account === call.caller.account && region === call.region);
  for (const bus of mine) {
    if (bus.arn === arn) return bus;
    const rule = bus.rules.values().find((one) => one.arn === arn);
    if (rule) return rule;
  }
  throw notFound(`Resource ${arn} does not exist.`);
}

interface Asked {
  readonly NextToken?: string | undefined;
  readonly Limit?: number | undefined;
}

/** One page of at most `Limit`, 100 by default. */
export function pageOf<T>(
  all: readonly T[],
  { NextToken, Limit }: Asked,
): { readonly page: readonly T[]; readonly NextToken?: string } {
  const size = valid.between('limit', Limit, 1, 100) ?? 100;
  const from = NextToken === undefined ? 0 : Number(Buffer.from(NextToken, 'base64url').toString());
  if (!Number.isInteger(from)) throw invalid('NextToken is not valid.');
  const next = from + size;
  const more = next < all.length ? { NextToken: Buffer.from(String(next)).toString('base64url') } : {};
  return { page: all.slice(from, next), ...more };
}
