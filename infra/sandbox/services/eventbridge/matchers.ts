/**
 * What an event pattern may ask of one value.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
import { holds, parseNetwork } from '../../../../shared/policy/evaluate/addresses.ts';
import { invalidPattern } from './errors.ts';
import { wildcardOf } from './wildcard.ts';

/** A value without members: the only kind that can be compared. */
export type Leaf = string | number | boolean | null;
export type Test = (value: Leaf) => boolean;
/** `absent`: asks that there is no value. */
export type Matcher = { readonly kind: 'value'; readonly test: Test } | { readonly kind: 'absent' };

export const isLeaf = (value: unknown): value is Leaf => value === null || typeof value !== 'object';

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @throws InvalidEventPatternException */
export function matcherOf(asked: unknown): Matcher {
  if (isLeaf(asked)) return { kind: 'value', test: (value) => value === asked };
  if (!isObject(asked)) throw invalidPattern('Match value must be String, number, true, false, or null');
  const [name, argument] = onlyMember(asked);
  if (name === 'exists') {
    if (typeof argument !== 'boolean') throw invalidPattern('exists match pattern must be either true or false.');
    return argument ? { kind: 'value', test: () => true } : { kind: 'absent' };
  }
  return { kind: 'value', test: name === 'anything-but' ? anythingBut(argument) : testOf(name, argument) };
}

function onlyMember(object: Readonly<Record<string, unknown>>): [name: string, argument: unknown] {
  const [first, ...more] = Object.entries(object);
  if (!first) throw invalidPattern('Empty objects are not allowed');
  if (more.length > 0) throw invalidPattern('Only one key allowed in match expression');
  return first;
}

function testOf(name: string, argument: unknown): Test {
  switch (name) {
    case 'prefix':
      return affix(name, argument, (value, part) => value.startsWith(part));
    case 'suffix':
      return affix(name, argument, (value, part) => value.endsWith(part));
    case 'equals-ignore-case':
      return onText(textOf(name, argument).toLowerCase(), (value, text) => value.toLowerCase() === text);
    case 'wildcard': {
      const pattern = wildcardOf(textOf(name, argument));
      return (value) => typeof value === 'string' && pattern.test(value);
    }
    case 'numeric':
      return numeric(argument);
    case 'cidr':
      return cidr(argument);
    default:
      throw invalidPattern(`Unrecognized match type ${name}`);
  }
}

const onText =
  (part: string, compare: (value: string, part: string) => boolean): Test =>
  (value) =>
    typeof value === 'string' && compare(value, part);

function textOf(name: string, argument: unknown): string {
  if (typeof argument !== 'string') throw invalidPattern(`${name} match pattern must be a string`);
  return argument;
}

/** `"x"`, or `{ "equals-ignore-case": "x" }`. */
function affix(name: string, argument: unknown, compare: (value: string, part: string) => boolean): Test {
  if (!isObject(argument)) return onText(textOf(name, argument), compare);
  const [inner, text] = onlyMember(argument);
  if (inner !== 'equals-ignore-case') throw invalidPattern(`Unsupported anything-but pattern: ${inner}`);
  const part = textOf(inner, text).toLowerCase();
  return onText(part, (value) => compare(value.toLowerCase(), part));
}

const affixes = new Set(['prefix', 'suffix', 'equals-ignore-case', 'wildcard']);

/** Holds for every value that is there and is none of those named. */
function anythingBut(argument: unknown): Test {
  if (isObject(argument)) {
    const [name, given] = onlyMember(argument);
    if (!affixes.has(name)) throw invalidPattern(`Unsupported anything-but pattern: ${name}`);
    const tests = listOf(given).map((one) => testOf(name, one));
    return (value) => !tests.some((test) => test(value));
  }
  const values = listOf(argument);
  const [first] = values;
  if (!values.every((value) => typeof value === typeof first && (typeof value === 'string' || typeof value === 'number'))) {
    throw invalidPattern('Inside anything but list, either all values are number or string, mixed type is not supported');
  }
  return (value) => !values.includes(value);
}

function listOf(argument: unknown): readonly unknown[] {
  if (!Array.isArray(argument)) return [argument];
  if (argument.length === 0) throw invalidPattern('Empty arrays are not allowed');
  return argument;
}

const comparisons: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** `["=", 1]`, `[">", 1]` or `[">", 1, "<=", 5]`. */
function numeric(argument: unknown): Test {
  if (!Array.isArray(argument)) throw invalidPattern('Value of numeric must be an array.');
  const [first, low, second, high] = argument as readonly unknown[];
  const tests = [comparison(first, low)];
  if (argument.length > 2) {
    if (!String(first).startsWith('>') || !String(second).startsWith('<')) {
      throw invalidPattern(`Bad numeric range operator: ${String(second)}`);
    }
    tests.push(comparison(second, high));
    if (Number(low) >= Number(high)) throw invalidPattern('Bottom must be less than top');
  }
  if (argument.length > 4) throw invalidPattern('Too many elements in numeric expression');
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

function comparison(operator: unknown, bound: unknown): (value: number) => boolean {
  const compare = typeof operator === 'string' ? comparisons[operator] : undefined;
  if (!compare) throw invalidPattern(`Unrecognized numeric range operator: ${String(operator)}`);
  if (typeof bound !== 'number') throw invalidPattern(`Value of ${String(operator)} must be numeric`);
  // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#filtering-numeric-matching
  if (Math.abs(bound) > 5e9) throw invalidPattern('Value must be between -5.0E9 and 5.0E9, inclusive');
  return (value) => compare(value, bound);
}

function cidr(argument: unknown): Test {
  const text = textOf('cidr', argument);
  const network = parseNetwork(text);
  if (!network || !text.includes('/')) throw invalidPattern(`Malformed CIDR, one '/' required: ${text}`);
  return (value) => {
    const address = typeof value === 'string' && !value.includes('/') ? parseNetwork(value) : undefined;
    return address !== undefined && holds(network, address);
  };
}
