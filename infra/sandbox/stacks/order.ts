/** What a resource has to wait for. */
import { attributeIn, type Called, intrinsicIn, placeholdersIn, substitutionIn } from './intrinsics.ts';
import {
  aboutResource,
  InvalidTemplate,
  isList,
  isObject,
  type Json,
  type ResourceDefinition,
  type Template,
} from './template.ts';

/**
 * Names of parameters and resources that a value refers to. Of an `Fn::If` only the branch that is taken counts.
 *
 * @throws InvalidTemplate
 */
export function referencesIn(value: Json, condition: (name: string) => boolean): ReadonlySet<string> {
  const found = new Set<string>();
  const look = (one: Json): void => {
    const called = isObject(one) ? intrinsicIn(one) : undefined;
    if (called) lookInCall(called);
    else if (typeof one === 'object' && one !== null) for (const part of Object.values(one) as Json[]) look(part);
  };
  const lookInCall = ({ name, argument }: Called): void => {
    if (name === 'Ref') found.add(String(argument));
    else if (name === 'Fn::GetAtt') found.add(attributeIn(argument).id);
    else if (name === 'Fn::Sub') lookInText(argument);
    else if (name === 'Fn::If' && isList(argument)) look(argument[condition(String(argument[0])) ? 1 : 2] ?? null);
    else look(argument);
  };
  const lookInText = (argument: Json): void => {
    const { text, own } = substitutionIn(argument);
    for (const name of placeholdersIn(text)) {
      if (!(name in own)) found.add(name.split('.')[0] ?? '');
    }
    Object.values(own).forEach(look);
  };
  look(value);
  return found;
}

const asList = (value: string | readonly string[] | undefined): readonly string[] =>
  typeof value === 'string' ? [value] : (value ?? []);

/**
 * The resources of a template whose condition holds, each after what it refers to and after what it `DependsOn`; otherwise as they are written.
 *
 * @throws InvalidTemplate for circles, and for references to what is not there
 */
export function orderOf(template: Template, condition: (name: string) => boolean): readonly string[] {
  const active = activeIn(template, condition);
  const waits = new Map([...active].map((id) => [id, prerequisitesOf(id, template, active, condition)]));
  const ordered: string[] = [];
  const left = new Set(active);
  while (left.size > 0) {
    const next = [...left].find((id) => [...(waits.get(id) ?? [])].every((other) => !left.has(other)));
    if (next === undefined) throw circle(left, waits);
    left.delete(next);
    ordered.push(next);
  }
  return ordered;
}

const activeIn = ({ Resources }: Template, condition: (name: string) => boolean): ReadonlySet<string> =>
  new Set(
    Object.entries(Resources)
      .filter(([, { Condition }]) => Condition === undefined || condition(Condition))
      .map(([id]) => id),
  );

function prerequisitesOf(
  id: string,
  { Resources, Parameters }: Template,
  active: ReadonlySet<string>,
  condition: (name: string) => boolean,
): readonly string[] {
  const { Properties = {}, DependsOn } = Resources[id] as ResourceDefinition;
  const all = aboutResource(id, () => referencesIn(Properties, condition));
  const named = [...all].filter((name) => !name.startsWith('AWS::') && !(name in Parameters));
  const lost = named.filter((name) => !active.has(name));
  if (lost.length > 0) {
    const where = `[${lost.join(', ')}] in the Resources block of the template`;
    throw new InvalidTemplate(`Template format error: Unresolved resource dependencies ${where} (resource ${id})`);
  }
  const declared = asList(DependsOn);
  const unknown = declared.find((name) => !(name in Resources));
  if (unknown !== undefined) {
    throw new InvalidTemplate(
      `Template format error: Unresolved resource dependencies [${unknown}] (DependsOn of resource ${id})`,
    );
  }
  return [...named, ...declared.filter((name) => active.has(name))];
}

/** @throws InvalidTemplate for an output that refers to what is not there */
export function checkOutputs(
  { Outputs, Parameters }: Template,
  resources: readonly string[],
  condition: (name: string) => boolean,
): void {
  for (const [name, { Value, Condition, Export }] of Object.entries(Outputs)) {
    if (Condition !== undefined && !condition(Condition)) continue;
    const named = [...referencesIn([Value, Export?.Name ?? ''], condition)];
    const lost = named.filter((one) => !one.startsWith('AWS::') && !(one in Parameters) && !resources.includes(one));
    if (lost.length === 0) continue;
    const where = `[${lost.join(', ')}] in the Outputs block of the template`;
    throw new InvalidTemplate(`Template format error: Unresolved resource dependencies ${where} (output ${name})`);
  }
}

/** Names only what goes round, not what waits for it. */
function circle(left: ReadonlySet<string>, waits: ReadonlyMap<string, readonly string[]>): InvalidTemplate {
  const trail: string[] = [];
  let at = [...left][0] ?? '';
  while (!trail.includes(at)) {
    trail.push(at);
    at = waits.get(at)?.find((other) => left.has(other)) ?? at;
  }
  const round = trail.slice(trail.indexOf(at)).sort();
  return new InvalidTemplate(`Circular dependency between resources: [${round.join(', ')}]`);
}
