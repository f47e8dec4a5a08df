/**
 * Documents: what a person writes, JSON in Parameter Store or YAML at the command line, turned into replications with every default filled in.
 */
import { complete, isObject, type Surroundings, withDefaults } from './desired-state/defaults.ts';
import { type Complaint, InvalidDocument, type Path, type Positions, toFaults } from './desired-state/faults.ts';
import { checkReplicationName } from './desired-state/formats.ts';
import { readJson } from './desired-state/json-text.ts';
import { checkMeaning, type Remark } from './desired-state/meaning.ts';
import { copyPlain } from './desired-state/plain-value.ts';
import { withPriorities } from './desired-state/priorities.ts';
import type { ReplicationInput } from './desired-state/schema.ts';
import { checkShape, fieldOf, isWithin, soundPart } from './desired-state/shape.ts';
import { type Document, newRegister } from './desired-state/together.ts';
import type { Replication } from './replication.ts';

export { type Fault, faultText, InvalidDocument, type Path, type Position, type Positions } from './desired-state/faults.ts';
export { parameterTier, sizeFault } from './desired-state/size.ts';
export { checkTogether, type Document, type Together } from './desired-state/together.ts';

export interface Reading extends Surroundings {
  /** The document's name: an SSM parameter or a file. */
  readonly name: string;
}

/**
 * Reads a document written in JSON.
 *
 * @throws InvalidDocument listing every fault with its line and column; where the text is not JSON at all, only what is wrong with that
 */
export function parseDocument(json: string, reading: Reading): Document {
  const text = readJson(json);
  if (!text.ok) throw new InvalidDocument(reading.name, text.faults);
  return parse(text.value, { ...reading, positions: text.positions }, text.complaints);
}

/**
 * Reads a document that something else, a YAML parser for one, has turned into a plain value.
 *
 * @param positions where things stand in the text, when there is one
 * @throws InvalidDocument listing every fault
 */
export function parseDocumentValue(value: unknown, reading: Reading & { readonly positions?: Positions }): Document {
  return parse(value, reading, []);
}

function parse(
  given: unknown,
  { name, positions, ...surroundings }: Reading & { readonly positions?: Positions },
  earlier: readonly Complaint[],
): Document {
  const { value, complaints } = copyPlain(given);
  const replications = fieldOf(value, 'replications');
  const read = Object.entries(isObject(replications) ? replications : {}).map(([key, own]) =>
    readReplication(key, own, fieldOf(value, 'defaults')),
  );
  const built = read.flatMap((one) => complete(one.name, name, one.input, surroundings) ?? []);
  const all = [
    ...earlier,
    ...complaints,
    ...checkShape(value),
    ...atLeastOne(replications),
    ...read.flatMap((one) => one.complaints),
    ...conflicts(built, read),
  ];
  if (all.length > 0) throw new InvalidDocument(name, toFaults(all, positions));
  return {
    name,
    replications: withPriorities(built),
    notes: built.flatMap((replication, index) => notes(replication, read[index]?.input)),
  };
}

function atLeastOne(replications: unknown): Complaint[] {
  const isEmpty = isObject(replications) && Object.keys(replications).length === 0;
  return isEmpty ? [{ path: ['replications'], message: 'must name at least one replication' }] : [];
}

interface ReadReplication {
  readonly name: string;
  readonly input: ReplicationInput;
  readonly complaints: readonly Complaint[];
  /** Turns a remark about the replication into one about the document. */
  readonly place: (remark: Remark) => Complaint;
  /** Fields whose shape is wrong; they count as not given. */
  readonly removed: readonly Path[];
}

function readReplication(name: string, own: unknown, defaults: unknown): ReadReplication {
  const wrongName = checkReplicationName(name);
  const misnamed: Complaint[] = wrongName === undefined ? [] : [{ path: ['replications', name], at: 'key', message: wrongName }];
  const sound = isObject(own) ? soundPart(withDefaults(defaults, own)) : undefined;
  const place = (remark: Remark): Complaint => whereWritten(remark, name, own, defaults);
  if (sound === undefined) return { name, input: {}, complaints: misnamed, place, removed: [] };
  const isTold = (path: Path): boolean => sound.removed.some((gone) => isWithin(path, gone));
  const news = checkMeaning(sound.input).filter(({ path, involves = [] }) => ![path, ...involves].some(isTold));
  return { name, input: sound.input, complaints: [...misnamed, ...news.map(place)], place, removed: sound.removed };
}

/** Under `defaults` when only they are to blame, so that it is told once; under the replication otherwise. */
function whereWritten({ path, message, involves = [] }: Remark, name: string, own: unknown, defaults: unknown): Complaint {
  const inOwn = { path: ['replications', name, ...path], message };
  if (isThere(own, path)) return inOwn;
  const causes = [path, ...involves];
  const isOfDefaults = causes.some((cause) => isThere(defaults, cause)) && !involves.some((cause) => isThere(own, cause));
  if (isOfDefaults) return { path: ['defaults', ...path], message };
  return isThere(defaults, path) ? { ...inOwn, message: `${message} (the value comes from "defaults")` } : inOwn;
}

const isThere = (value: unknown, path: Path): boolean => path.reduce<unknown>(fieldOf, value) !== undefined;

function conflicts(built: readonly Replication[], read: readonly ReadReplication[]): Complaint[] {
  const byName = new Map(read.map((one) => [one.name, one]));
  const isSound = (replication: string, path: Path): boolean =>
    !byName.get(replication)?.removed.some((gone) => isWithin(path, gone) || isWithin(gone, path));
  return newRegister()
    .claim(built, isSound)
    .conflicts.flatMap(({ replication, path, message }) => byName.get(replication)?.place({ path, message }) ?? []);
}

function notes({ name, pauseExpired, ownership, destination }: Replication, input: ReplicationInput | undefined): string[] {
  const expired =
    pauseExpired && `${name}: the pause until ${pauseExpired.until} (${pauseExpired.reason}) is over, it is repaired again`;
  const owner =
    ownership === 'source' && destination.objectOwnership === 'BucketOwnerEnforced'
      ? `${name}: ownership "source" has no effect, the destination's object ownership BucketOwnerEnforced gives replicas to the destination account`
      : undefined;
  const events =
    input?.failureEvents === false
      ? `${name}: failureEvents false leaves the source bucket's notifications as they are`
      : undefined;
  return [expired, owner, events].filter((note) => note !== undefined);
}
