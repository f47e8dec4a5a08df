/**
 * The part of vitest that the tests of this folder use: `describe`, `it` and their `each`. It only collects; whoever asked for the tests
 * runs them.
 */
import { format } from 'node:util';

export interface Test {
  /** The file it stands in. */
  readonly file: string;
  /** With the names of the suites around it; each name once. */
  readonly name: string;
  readonly body: () => unknown;
}

type Body = (...row: readonly never[]) => unknown;

let file = '';
const suites: string[] = [];
const tests: Test[] = [];
const twins = new Map<string, number>();

/** As vitest names the tests of a table: `%s` and `%j` by turns stand for the values of a row, `$name` for a field. */
function titleOf(title: string, row: unknown): string {
  const values: readonly unknown[] = Array.isArray(row) ? row : [row];
  const fields = values[0] as Readonly<Record<string, unknown>> | undefined;
  const named = title.replace(/\$(\w+)/g, (text, name: string) => (fields?.[name] === undefined ? text : String(fields[name])));
  const places = named.match(/%[sdij]/g)?.length ?? 0;
  return format(named, ...values.slice(0, places));
}

function within(title: string, body: () => unknown): void {
  suites.push(title);
  body();
  suites.pop();
}

function add(title: string, body: () => unknown): void {
  const name = [...suites, title].join(' > ');
  const twin = (twins.get(name) ?? 0) + 1;
  twins.set(name, twin);
  tests.push({ file, name: twin === 1 ? name : `${name} (${twin})`, body });
}

const each = (one: (title: string, body: () => unknown) => void) => (rows: readonly unknown[]) => (title: string, body: Body) => {
  for (const row of rows) one(titleOf(title, row), () => body(...((Array.isArray(row) ? row : [row]) as never[])));
};

export const describe = Object.assign(within, { each: each(within) });
export const it = Object.assign(add, { each: each(add) });

/** What is declared from now on stands in that file. */
export function standsIn(path: string): void {
  file = path;
}

/** All tests that were declared, in order. */
export const collected = (): readonly Test[] => tests;
