/** The stacks of a local AWS. */
import type { World } from '../world.ts';
import type { Place } from './calls.ts';
import type { Leftover } from './deployed.ts';
import type { Made, Properties } from './resource-type.ts';

/** A resource of a stack, as it was made or last changed. */
export interface Kept {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Properties;
  readonly made: Made;
  readonly deletionPolicy: string;
  readonly updateReplacePolicy: string;
}

export interface Stack extends Place {
  readonly id: string;
  readonly name: string;
  /** In the order in which they were made. */
  resources: ReadonlyMap<string, Kept>;
  outputs: Readonly<Record<string, string>>;
  exports: ReadonlyMap<string, string>;
  /** Names of what it imports. */
  imports: ReadonlySet<string>;
  left: readonly Leftover[];
}

const ofWorlds = new WeakMap<World, Map<string, Stack>>();

/** By the ARN of the stack. */
export function stacksOf(world: World): Map<string, Stack> {
  const known = ofWorlds.get(world) ?? new Map<string, Stack>();
  ofWorlds.set(world, known);
  return known;
}

export const stacksIn = (world: World, { account, region }: Place): readonly Stack[] =>
  [...stacksOf(world).values()].filter((stack) => stack.account === account && stack.region === region);

/** By ARN, or by name in a place. */
export const findStack = (world: World, place: Place, nameOrId: string): Stack | undefined =>
  stacksOf(world).get(nameOrId) ?? stacksIn(world, place).find(({ name }) => name === nameOrId);
