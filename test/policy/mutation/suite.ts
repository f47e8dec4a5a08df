/**
 * The part of vitest that the tests of this folder use: `describe`, `it` and their `each`. It only collects; whoever asked for the tests
 * runs them. `expect` is vitest's own.
 */
import { format } from 'node:util';

export { expect } from 'vitest';

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

function titleOf(title: string, row: unknown): string {
  const [first, ...rest] = Array.isArray(row) ? row : [row];
  const named = title.replace(/\$(\w+)/g, (text, key: string) => {
    const value = (first as Readonly<Record<string, unknown>> | undefined)?.[key];
    return value === undefined ? text : format('%j', value);
  });
  return /%[sdij]/.test(named) ? format(named, first, ...rest).slice(0, 300) : named;
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
