/**
 * The condition operators, one line each: how a value of the request is compared with one value of the policy.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
import { holds, parseNetwork } from './addresses.ts';
import { foreignValue } from './context.ts';
import { matchesArn, matchesGlob } from './patterns.ts';
import { type Truth, unknown } from './truth.ts';

export interface Operator {
  /** true: holds when no value of the policy matches, and when the key is absent. */
  readonly negated: boolean;
  /** Whether `*` and `?` in the policy's value are wildcards. */
  readonly wildcards: boolean;
  /** Whether the policy's value may hold policy variables. */
  readonly variables: boolean;
  readonly matches: (given: string, wanted: string) => Truth;
}

type Matches = Operator['matches'];

const text = (matches: Matches, wildcards = false) => ({ matches, wildcards, variables: true });
const typed = (matches: Matches) => ({ matches, wildcards: false, variables: false });

const equals = text((given, wanted) => given === wanted);
const equalsIgnoringCase = text((given, wanted) => given.toLowerCase() === wanted.toLowerCase());
const like = text((given, wanted) => matchesGlob(wanted, given), true);
// ArnEquals and ArnLike behave identically.
const arnLike = text((given, wanted) => matchesArn(wanted, given), true);

function number(value: string): number {
  return /^\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*$/i.test(value) ? Number(value) : Number.NaN;
}

/** ISO 8601 as W3C has it, or seconds since 1970; milliseconds since 1970. */
function instant(value: string): number {
  if (/^\d{5,}(\.\d+)?$/.test(value)) return Number(value) * 1000;
  return /^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d))?)?)?$/.test(value) ? Date.parse(value) : Number.NaN;
}

function compared(parse: (value: string) => number, test: (given: number, wanted: number) => boolean) {
  return typed((given, wanted) => {
    const [a, b] = [parse(given), parse(wanted)];
    if (Number.isNaN(b)) return unknown(`${JSON.stringify(wanted)} cannot be compared`, 'malformed');
    return given === foreignValue || Number.isNaN(a) ? false : test(a, b);
  });
}

const bool = typed((given, wanted) => {
  const asked = wanted.toLowerCase();
  if (asked !== 'true' && asked !== 'false') return unknown(`${JSON.stringify(wanted)} is neither true nor false`, 'malformed');
  return given.toLowerCase() === asked;
});

const binary = typed((given, wanted) => Buffer.from(given, 'base64').equals(Buffer.from(wanted, 'base64')));

const address = typed((given, wanted) => {
  const network = parseNetwork(wanted);
  if (!network) return unknown(`${JSON.stringify(wanted)} is no address or network`, 'malformed');
  if (given === foreignValue) return network.bits === 0;
  const from = parseNetwork(given);
  return from !== undefined && holds(network, from);
});

const positive = (of: Omit<Operator, 'negated'>): Operator => ({ ...of, negated: false });
const negated = (of: Omit<Operator, 'negated'>): Operator => ({ ...of, negated: true });

const equal = (a: number, b: number) => a === b;
const less = (a: number, b: number) => a < b;
const lessOrEqual = (a: number, b: number) => a <= b;
const greater = (a: number, b: number) => a > b;
const greaterOrEqual = (a: number, b: number) => a >= b;

/** By name in lower case. `Null` is not here: it asks for the key, not for a value. */
export const operators: ReadonlyMap<string, Operator> = new Map([
  ['stringequals', positive(equals)],
  ['stringnotequals', negated(equals)],
  ['stringequalsignorecase', positive(equalsIgnoringCase)],
  ['stringnotequalsignorecase', negated(equalsIgnoringCase)],
  ['stringlike', positive(like)],
  ['stringnotlike', negated(like)],
  ['arnequals', positive(arnLike)],
  ['arnlike', positive(arnLike)],
  ['arnnotequals', negated(arnLike)],
  ['arnnotlike', negated(arnLike)],
  ['numericequals', positive(compared(number, equal))],
  ['numericnotequals', negated(compared(number, equal))],
  ['numericlessthan', positive(compared(number, less))],
  ['numericlessthanequals', positive(compared(number, lessOrEqual))],
  ['numericgreaterthan', positive(compared(number, greater))],
  ['numericgreaterthanequals', positive(compared(number, greaterOrEqual))],
  ['dateequals', positive(compared(instant, equal))],
  ['datenotequals', negated(compared(instant, equal))],
  ['datelessthan', positive(compared(instant, less))],
  ['datelessthanequals', positive(compared(instant, lessOrEqual))],
  ['dategreaterthan', positive(compared(instant, greater))],
  ['dategreaterthanequals', positive(compared(instant, greaterOrEqual))],
  ['bool', positive(bool)],
  ['binaryequals', positive(binary)],
  ['ipaddress', positive(address)],
  ['notipaddress', negated(address)],
]);
