/** What a type of resource is: how one is made, changed and taken away, by calls to the service it belongs to. */
import { type Answer, type Call, isGone, type Place } from './calls.ts';
import type { DeployedStack } from './deployed.ts';
import type { JsonObject } from './template.ts';

/** A resource that is there. */
export interface Made {
  /** What `Ref` gives. */
  readonly id: string;
  /** What `Fn::GetAtt` gives. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Where a resource is made, and by whose means. */
export interface Here extends Place {
  readonly call: Call;
  readonly stackName: string;
  readonly logicalId: string;
  /** A name of its own for what has none. @param longest characters */
  named(longest?: number): string;
  /** The path of a file or folder that was published with the template. @throws InvalidTemplate when it was not given */
  asset(key: string): string;
  /** Stacks of the same app in other places, as a stack set makes them. */
  deployElsewhere(
    place: Place,
    stackName: string,
    template: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<DeployedStack>;
  /** @throws Error when something of it cannot be deleted */
  removeElsewhere(stackId: string): Promise<void>;
}

/** Properties, with all functions resolved. */
export type Properties = JsonObject;

export interface Change {
  readonly made: Made;
  readonly before: Properties;
  readonly wanted: Properties;
}

export interface ResourceType {
  /** Properties that have their effect; all others are refused. */
  readonly takes: readonly string[];
  /** It has no effect as a whole, so that whatever it is given is as good. */
  readonly takesAnything?: true;
  /** Properties that change nothing here, each with the reason. */
  readonly idle?: Readonly<Record<string, string>>;
  /** Those whose change makes a new resource. Every change does when there is no `update`. */
  readonly replacing?: readonly string[];
  /** The property that is the resource's name: one with a name of its own cannot be replaced under it. */
  readonly name?: string;
  /** The first call, after which the resource is there. */
  create(wanted: Properties, here: Here): Promise<Made>;
  /** What goes into the first call, once the resource is there. @returns what it then is; undefined: what it was */
  update?(change: Change, here: Here): Promise<Made | undefined>;
  /** What further calls bring about, after `create` and after `update`. */
  complete?(change: Change, here: Here): Promise<void>;
  /** @param properties as they were when it was made or last changed */
  remove(made: Made, properties: Properties, here: Here): Promise<void>;
}

export const jsonOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Some members of an object; those that are not there are left out. */
export const only = (properties: Properties, names: readonly string[]): Answer =>
  Object.fromEntries(names.filter((name) => properties[name] !== undefined).map((name) => [name, properties[name]]));

/** Some members as the texts that attributes of queues and topics are. */
export const attributesIn = (properties: Properties, names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(names.filter((name) => properties[name] !== undefined).map((name) => [name, jsonOf(properties[name])]));

export const without = (properties: Properties, ...names: readonly string[]): Answer =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));

/** A text at a path of an answer: `Role.Arn`. @throws Error when there is none */
export function textAt(answer: unknown, path: string): string {
  const found = path
    .split('.')
    .reduce<unknown>((at, name) => (typeof at === 'object' && at !== null ? (at as Answer)[name] : undefined), answer);
  if (typeof found !== 'string') throw new Error(`The answer has no ${path}.`);
  return found;
}

/** The text of a property. @throws Error in CloudFormation's words when there is none */
export function textOf(properties: Properties, name: string): string {
  const value = properties[name];
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(value === undefined ? `required key [${name}] not found` : `Value of property ${name} must be of type String`);
}

export const textsOf = (properties: Properties, name: string): readonly string[] => {
  const value = properties[name] ?? [];
  if (!Array.isArray(value)) throw new Error(`Value of property ${name} must be of type List of String`);
  return value.map(String);
};

/** The objects of a property that is a list of them. */
export const objectsOf = (properties: Properties, name: string): readonly Properties[] => {
  const value = properties[name] ?? [];
  if (!Array.isArray(value)) throw new Error(`Value of property ${name} must be of type List`);
  return value as readonly Properties[];
};

export const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));

/** Members in the order of their names. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, one]) => [name, sorted(one)]),
  );
}

/** Tags as a list of keys and values, as an object. */
export const tagMap = (tags: unknown): Readonly<Record<string, string>> => {
  if (!Array.isArray(tags)) return (tags ?? {}) as Readonly<Record<string, string>>;
  return Object.fromEntries((tags as readonly { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value]));
};

/**
 * Some services take a second creation for a question, or for a change. A stack takes over nothing that is there.
 *
 * @param look fails with an error of `isGone` when there is none of that name
 * @throws Error in CloudFormation's words when there is one
 */
export async function refuseExisting(name: unknown, look: () => Promise<unknown>): Promise<void> {
  if (name === undefined) return;
  const isThere = await look().then(
    () => true,
    (error: unknown) => {
      if (isGone(error)) return false;
      throw error;
    },
  );
  if (isThere) throw new Error(`A resource with identifier '${String(name)}' already exists.`);
}
