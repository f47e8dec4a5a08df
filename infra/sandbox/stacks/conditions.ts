/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html */
import { resolve, type Scope } from './intrinsics.ts';
import { InvalidTemplate, isList, isObject, type Json } from './template.ts';

/** @returns whether a condition of this name holds; each is judged once @throws InvalidTemplate */
export function conditionsOf(
  definitions: Readonly<Record<string, Json>>,
  scope: Omit<Scope, 'condition' | 'attribute' | 'imported'>,
): (name: string) => boolean {
  const judged = new Map<string, boolean>();
  const under = new Set<string>();
  const names: Scope = {
    ...scope,
    condition: holds,
    attribute: (id) => nothingIn(`the resource ${id}`),
    imported: (name) => nothingIn(`the export ${name}`),
  };

  function holds(name: string): boolean {
    const known = judged.get(name);
    if (known !== undefined) return known;
    const definition = definitions[name];
    if (definition === undefined)
      throw new InvalidTemplate(`Template validation error: unresolved condition dependency ${name}.`);
    if (under.has(name)) throw new InvalidTemplate(`Template validation error: the condition ${name} depends on itself.`);
    under.add(name);
    const result = judge(definition, names);
    judged.set(name, result);
    return result;
  }

  return holds;
}

const nothingIn = (what: string): never => {
  throw new InvalidTemplate(`Template error: a condition cannot depend on ${what}.`);
};

function judge(value: Json, scope: Scope): boolean {
  const [name = '', argument] = isObject(value) && Object.keys(value).length === 1 ? (Object.entries(value)[0] ?? []) : [];
  const all = isList(argument) ? argument : [];
  switch (name) {
    case 'Condition':
      return scope.condition(String(argument));
    case 'Fn::Equals':
      return isEqual(all, scope);
    case 'Fn::Not':
      if (all.length !== 1) throw wrong('Fn::Not takes one condition');
      return !judge(all[0] ?? null, scope);
    case 'Fn::And':
    case 'Fn::Or':
      if (all.length < 2 || all.length > 10) throw wrong(`${name} takes two to ten conditions`);
      return name === 'Fn::And' ? all.every((one) => judge(one, scope)) : all.some((one) => judge(one, scope));
    default:
      throw wrong(`${JSON.stringify(value)} is no condition`);
  }
}

function isEqual(both: readonly Json[], scope: Scope): boolean {
  if (both.length !== 2) throw wrong('Fn::Equals takes two values');
  const [one, other] = both.map((value) => resolve(value, scope));
  return asText(one) === asText(other);
}

/** Parameters are texts, literals may be numbers: `1` and `"1"` are equal. */
const asText = (value: Json | undefined): string =>
  typeof value === 'object' || value === undefined ? JSON.stringify(value) : String(value);

const wrong = (why: string): InvalidTemplate => new InvalidTemplate(`Template validation error: ${why}.`);
