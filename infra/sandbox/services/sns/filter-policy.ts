/**
 * Filter policies: which messages of a topic a subscription gets.
 *
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
 */
import type { MessageAttributeValue } from '@aws-sdk/client-sns';

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

interface JsonObject {
  readonly [name: string]: Json;
}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a policy. @returns undefined when it is not a JSON object whose leaves are lists */
export function readPolicy(text: string): JsonObject | undefined {
  try {
    const policy: unknown = JSON.parse(text);
    return isObject(policy) && isWellFormed(policy) ? policy : undefined;
  } catch {
    return undefined;
  }
}

const isWellFormed = (policy: JsonObject): boolean =>
  Object.values(policy).every((rule) => (Array.isArray(rule) ? rule.length > 0 : isObject(rule) && isWellFormed(rule)));

/** Whether a policy lets a message through, by its attributes. */
export function matchesAttributes(policy: JsonObject, attributes: Readonly<Record<string, MessageAttributeValue>>): boolean {
  const values = Object.entries(attributes).map(([name, value]) => [name, jsonOf(value)] as const);
  return matchesObject(policy, Object.fromEntries(values));
}

function jsonOf({ DataType, StringValue = '' }: MessageAttributeValue): Json {
  if (DataType?.startsWith('Number')) return Number(StringValue);
  return DataType === 'String.Array' ? parsed(StringValue) : StringValue;
}

/** Whether a policy lets a message through, by its body; a body that is not a JSON object never passes. */
export function matchesBody(policy: JsonObject, body: string): boolean {
  const value = parsed(body);
  return isObject(value) && matchesObject(policy, value);
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function matchesObject(policy: JsonObject, value: JsonObject): boolean {
  return Object.entries(policy).every(([name, rule]) => {
    if (name === '$or' && Array.isArray(rule)) return rule.some((one) => isObject(one) && matchesObject(one, value));
    const found = Object.hasOwn(value, name) ? value[name] : undefined;
    if (Array.isArray(rule)) return rule.some((condition) => matches(condition, found));
    return isObject(rule) && inEach(found).some((inner) => matchesObject(rule, inner));
  });
}

const inEach = (value: Json | undefined): readonly JsonObject[] => {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).filter(isObject);
};

/** One condition against a value or, for a list, any of its items. */
function matches(condition: Json, found: Json | undefined): boolean {
  if (isObject(condition) && 'exists' in condition) return condition.exists === (found !== undefined);
  if (found === undefined) return false;
  const items: readonly Json[] = Array.isArray(found) ? found : [found];
  // None of the values may be among those ruled out: https://docs.aws.amazon.com/sns/latest/dg/string-value-matching.html
  if (isObject(condition) && 'anything-but' in condition) {
    return items.every((item) => !butMatches(condition['anything-but'] ?? null, item));
  }
  return items.some((item) => matchesOne(condition, item));
}

const butMatches = (but: Json, item: Json): boolean => (Array.isArray(but) ? but : [but]).some((one) => matchesOne(one, item));

const texts: Readonly<Record<string, (item: string, wanted: string) => boolean>> = {
  prefix: (item, wanted) => item.startsWith(wanted),
  suffix: (item, wanted) => item.endsWith(wanted),
  'equals-ignore-case': (item, wanted) => item.toLowerCase() === wanted.toLowerCase(),
  wildcard: (item, wanted) => new RegExp(`^${wanted.split('*').map(escaped).join('.*')}$`, 's').test(item),
};

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function matchesOne(condition: Json, item: Json): boolean {
  if (!isObject(condition)) return condition === item;
  const [operator = '', operand = null] = Object.entries(condition)[0] ?? [];
  if (operator === 'numeric') return typeof item === 'number' && Array.isArray(operand) && inRange(operand, item);
  const test = texts[operator];
  return test !== undefined && typeof item === 'string' && typeof operand === 'string' && test(item, operand);
}

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/** Pairs of a comparison and a number: `[">", 0, "<=", 5]`. */
function inRange(range: readonly Json[], item: number): boolean {
  for (let index = 0; index < range.length; index += 2) {
    const [comparison, bound] = [comparisons[String(range[index])], range[index + 1]];
    if (!comparison || typeof bound !== 'number' || !comparison(item, bound)) return false;
  }
  return range.length > 0;
}
