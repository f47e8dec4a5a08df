/** Calls on many things at once, of which each is permitted or refused by itself. */
import type { AwsError, CallContext } from '../service.ts';

const refusals = new WeakMap<CallContext, ReadonlyMap<number, AwsError>>();

/** Keeps for the handler which parts of a call are refused, by their place in the request. */
export const keepRefusals = (call: CallContext, refused: ReadonlyMap<number, AwsError>): void => void refusals.set(call, refused);

/** Why the caller may not do that part of the call; undefined: they may. */
export const refusalOfPart = (call: CallContext, place: number): AwsError | undefined => refusals.get(call)?.get(place);
