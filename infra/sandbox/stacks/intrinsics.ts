/**
 * The functions of templates.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
import { InvalidTemplate, isList, isObject, type Json, type JsonObject } from './template.ts';

/** What the functions of one template can refer to. Each throws InvalidTemplate for what is not there. */
export interface Scope {
  /** A pseudo parameter, parameter or resource. */
  ref(name: string): Json;
  attribute(logicalId: string, name: string): Json;
  condition(name: string): boolean;
  mapped(map: string, top: string, second: string): Json;
  imported(name: string): Json;
}

/** What `AWS::NoValue` is: its property, or its element, is left out. */
export const noValue = Symbol('AWS::NoValue');
type Resolved = Json | typeof noValue;

type Intrinsic = (argument: Json, scope: Scope) => Resolved;

/**
 * Everything that is not a function stays as it is.
 *
 * @returns undefined when all of it is `AWS::NoValue`
 * @throws InvalidTemplate also for functions that are not known here
 */
export function resolve(value: Json, scope: Scope): Json | undefined {
  const resolved = resolvedIn(value, scope);
  return resolved === noValue ? undefined : resolved;
}

function resolvedIn(value: Json, scope: Scope): Resolved {
  if (isList(value)) return value.map((one) => resolvedIn(one, scope)).filter((one) => one !== noValue);
  if (!isObject(value)) return value;
  const called = intrinsicIn(value);
  if (called) return called.run(called.argument, scope);
  const members = Object.entries(value).map(([name, one]) => [name, resolvedIn(one, scope)] as const);
  return Object.fromEntries(members.filter((member): member is readonly [string, Json] => member[1] !== noValue));
}

/** A function in a template, with what it is given. */
export interface Called {
  readonly name: string;
  readonly argument: Json;
  readonly run: Intrinsic;
}

/** The function that an object is, if it is one. @throws InvalidTemplate for one that is not known here */
export function intrinsicIn(value: JsonObject): Called | undefined {
  const names = Object.keys(value);
  const name = names.find((one) => one.startsWith('Fn::')) ?? (names.length === 1 && names[0] === 'Ref' ? 'Ref' : undefined);
  if (name === undefined) return undefined;
  if (names.length > 1) throw new InvalidTemplate(`${name} stands beside ${names.filter((one) => one !== name).join(', ')}.`);
  const run = intrinsics[name];
  if (!run) throw new InvalidTemplate(`The local AWS does not know the function ${name}.`);
  return { name, argument: value[name] ?? null, run };
}

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, scope) => (name === 'AWS::NoValue' ? noValue : scope.ref(textOf(name, 'Ref'))),
  'Fn::GetAtt': getAtt,
  'Fn::Sub': sub,
  'Fn::Join': join,
  'Fn::Split': (argument, scope) => {
    const [delimiter, text] = pairOf(argument, 'Fn::Split');
    return textIn(text, scope, 'Fn::Split').split(textOf(delimiter, 'Fn::Split'));
  },
  'Fn::Select': select,
  'Fn::If': (argument, scope) => {
    const [condition, yes, no] = listOf(argument, 'Fn::If', 3);
    return resolvedIn((scope.condition(textOf(condition, 'Fn::If')) ? yes : no) ?? null, scope);
  },
  'Fn::FindInMap': (argument, scope) => {
    const [map = '', top = '', second = ''] = listOf(argument, 'Fn::FindInMap', 3).map((one) =>
      textIn(one, scope, 'Fn::FindInMap'),
    );
    return scope.mapped(map, top, second);
  },
  'Fn::ImportValue': (name, scope) => scope.imported(textIn(name, scope, 'Fn::ImportValue')),
  'Fn::Base64': (text, scope) => Buffer.from(textIn(text, scope, 'Fn::Base64')).toString('base64'),
};

function getAtt(argument: Json, scope: Scope): Json {
  const { id, name } = attributeIn(argument);
  return scope.attribute(id, textIn(name, scope, 'Fn::GetAtt'));
}

/** Both forms: `["Id", "Name"]` and `"Id.Name"`. */
export function attributeIn(argument: Json): { readonly id: string; readonly name: Json } {
  if (typeof argument === 'string') {
    const dot = argument.indexOf('.');
    if (dot > 0) return { id: argument.slice(0, dot), name: argument.slice(dot + 1) };
  }
  const [id, name] = pairOf(argument, 'Fn::GetAtt');
  return { id: textOf(id, 'Fn::GetAtt'), name };
}

function join(argument: Json, scope: Scope): Json {
  const [delimiter, list] = pairOf(argument, 'Fn::Join');
  const parts = resolve(list, scope);
  if (!isList(parts)) throw wrong('Fn::Join', 'joins a list');
  return parts.map((part) => textOf(part, 'Fn::Join')).join(textOf(delimiter, 'Fn::Join'));
}

function select(argument: Json, scope: Scope): Json {
  const [index, from] = pairOf(argument, 'Fn::Select');
  const list = resolve(from, scope);
  if (!isList(list)) throw wrong('Fn::Select', 'selects from a list');
  const at = Number(textIn(index, scope, 'Fn::Select'));
  const found = list[at];
  if (found === undefined) throw wrong('Fn::Select', `cannot select nonexistent value at index ${at}`);
  return found;
}

/** What is between `${` and `}`; a `!` first makes it literal. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-sub.html */
const placeholder = /\$\{(!?)([^}]*)\}/g;

function sub(argument: Json, scope: Scope): Json {
  const { text, own } = substitutionIn(argument);
  return text.replaceAll(placeholder, (_whole, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    const given = own[name.trim()];
    if (given !== undefined) return textIn(given, scope, 'Fn::Sub');
    return textOf(named(name.trim(), scope), 'Fn::Sub');
  });
}

function named(name: string, scope: Scope): Json {
  const dot = name.indexOf('.');
  return dot < 0 ? scope.ref(name) : scope.attribute(name.slice(0, dot), name.slice(dot + 1));
}

/** Both forms: a text, and a text with values of its own. */
export function substitutionIn(argument: Json): { readonly text: string; readonly own: JsonObject } {
  if (typeof argument === 'string') return { text: argument, own: {} };
  const [text, own] = pairOf(argument, 'Fn::Sub');
  if (!isObject(own)) throw wrong('Fn::Sub', 'takes a text, or a text and an object');
  return { text: textOf(text, 'Fn::Sub'), own };
}

/** Names in a text of `Fn::Sub` that are not literal. */
export const placeholdersIn = (text: string): readonly string[] =>
  [...text.matchAll(placeholder)].filter(([, literal]) => !literal).map(([, , name = '']) => name.trim());

const wrong = (name: string, why: string): InvalidTemplate => new InvalidTemplate(`Template error: ${name} ${why}.`);

function textIn(value: Json, scope: Scope, name: string): string {
  return textOf(resolve(value, scope) ?? null, name);
}

function textOf(value: Json | undefined, name: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw wrong(name, `takes a text where it has ${JSON.stringify(value)}`);
}

function listOf(argument: Json, name: string, length: number): readonly Json[] {
  if (isList(argument) && argument.length === length) return argument;
  throw wrong(name, `takes ${length} values`);
}

function pairOf(argument: Json, name: string): readonly [Json, Json] {
  const [one = null, other = null] = listOf(argument, name, 2);
  return [one, other];
}
