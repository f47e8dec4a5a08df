/** One run over a template: each resource made, changed, replaced or kept, with the way back written down before the next step. */
import { type Change, type Here, isSame, type Made, type Properties, type ResourceType } from './resource-type.ts';
import type { Kept } from './stack-state.ts';
import { aboutResource, InvalidTemplate, type ResourceDefinition } from './template.ts';
import { resourceTypes } from './types/index.ts';

export interface Turn {
  /** What the stack had before. */
  readonly before: ReadonlyMap<string, Kept>;
  /** What it has now, in the order in which it came. */
  readonly now: Map<string, Kept>;
  /** Ways back, the last one first to be gone. */
  readonly undo: (() => Promise<void>)[];
  /** Replaced; goes when all went well. */
  readonly replaced: Kept[];
  /** What a rollback has to leave. */
  readonly retained: Kept[];
  hereFor(logicalId: string): Here;
}

export const typeOf = (name: string): ResourceType => {
  const known = resourceTypes[name];
  if (known) return known;
  throw new InvalidTemplate(`Template format error: Unrecognized resource types: [${name}]`);
};

/** @throws InvalidTemplate for a type or a property that is not known here */
export function checkResource(logicalId: string, { Type, Properties = {} }: ResourceDefinition): void {
  const { takes, takesAnything, idle = {} } = aboutResource(logicalId, () => typeOf(Type));
  if (takesAnything) return;
  const unknown = Object.keys(Properties).filter((name) => !takes.includes(name) && !(name in idle));
  if (unknown.length === 0) return;
  throw new InvalidTemplate(`Resource ${logicalId} (${Type}): Encountered unsupported property ${unknown.join(', ')}`);
}

/** Brings one resource to what is wanted. @throws what its service answers */
export async function bring(turn: Turn, logicalId: string, definition: ResourceDefinition, all: Properties): Promise<void> {
  const type = typeOf(definition.Type);
  const properties = withoutIdle(type, all);
  const known = turn.before.get(logicalId);
  const kept = {
    ...{ logicalId, type: definition.Type, properties },
    deletionPolicy: definition.DeletionPolicy ?? 'Delete',
    updateReplacePolicy: definition.UpdateReplacePolicy ?? 'Delete',
  };
  if (!known) return await make(turn, type, kept);
  if (known.type !== definition.Type) throw new Error(`Update of resource type is not permitted: it is ${known.type}`);
  if (isSame(known.properties, properties)) return void turn.now.set(logicalId, { ...kept, made: known.made });
  if (!isReplacedBy(type, known.properties, properties)) return await change(turn, type, known, kept);
  refuseOwnName(type, known, kept);
  turn.replaced.push(known);
  await make(turn, type, kept);
}

type Wanted = Omit<Kept, 'made'>;

const withoutIdle = ({ takes, takesAnything }: ResourceType, all: Properties): Properties =>
  takesAnything ? all : Object.fromEntries(Object.entries(all).filter(([name]) => takes.includes(name)));

function isReplacedBy({ update, replacing = [] }: ResourceType, before: Properties, wanted: Properties): boolean {
  return update === undefined || replacing.some((name) => !isSame(before[name], wanted[name]));
}

/** The new one is made before the old one goes, so that two of one name would have to be there. */
function refuseOwnName({ name }: ResourceType, known: Kept, { properties, logicalId }: Wanted): void {
  const given = name === undefined ? undefined : properties[name];
  if (name === undefined || given === undefined || !isSame(given, known.properties[name])) return;
  throw new Error(
    `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${String(given)} (${logicalId}) and update the stack again.`,
  );
}

async function make(turn: Turn, type: ResourceType, wanted: Wanted): Promise<void> {
  const { logicalId, properties } = wanted;
  const here = turn.hereFor(logicalId);
  const made = await type.create(properties, here);
  const kept = { ...wanted, made };
  turn.now.set(logicalId, kept);
  turn.undo.push(async () => {
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
    if (kept.deletionPolicy === 'Retain') turn.retained.push(kept);
    else await type.remove(made, properties, here);
  });
  await type.complete?.({ made, before: {}, wanted: properties }, here);
}

async function change(turn: Turn, type: ResourceType, known: Kept, wanted: Wanted): Promise<void> {
  const here = turn.hereFor(wanted.logicalId);
  const { made, properties: before } = known;
  turn.undo.push(() => run(type, { made, before: wanted.properties, wanted: before }, here).then(() => undefined));
  const now = await run(type, { made, before, wanted: wanted.properties }, here);
  turn.now.set(wanted.logicalId, { ...wanted, made: now });
}

async function run(type: ResourceType, change: Change, here: Here): Promise<Made> {
  const now = (await type.update?.(change, here)) ?? change.made;
  await type.complete?.(change, here);
  return now;
}
