/**
 * Policy variables: `${aws:username}`, with a default `${aws:username, 'nobody'}`, and the literals `${*}`, `${?}`, `${$}`.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
import type { Lookup } from './context.ts';
import { compileGlob, type Glob } from './patterns.ts';
import { type Unknown, unknown } from './truth.ts';

/** A pattern, or the pieces of one that has to be filled in per request. */
export type Template = Glob | readonly (Glob | Variable)[];

interface Variable {
  readonly key: string;
  readonly default?: string;
}

const variable = /\$\{([*?$]|[A-Za-z0-9-]+:[^},]+?)(?:\s*,\s*'([^']*)')?\s*\}/g;

/** Policies of the version 2008-10-17, which is also what a policy without Version is, have no variables. */
export const hasVariables = (version: unknown): boolean => version === '2012-10-17';

/** `wildcards` false: `*` and `?` are ordinary characters (StringEquals). */
export function compileTemplate(text: string, variables: boolean, wildcards = true): Template {
  const plain = (part: string): Glob => (wildcards ? compileGlob(part) : part);
  if (!variables || !text.includes('${')) return plain(text);
  const pieces: (Glob | Variable)[] = [];
  let from = 0;
  for (const match of text.matchAll(variable)) {
    pieces.push(plain(text.slice(from, match.index)), piece(match[1] ?? '', match[2]));
    from = match.index + match[0].length;
  }
  pieces.push(plain(text.slice(from)));
  return pieces.every((p) => typeof p === 'string') ? pieces.join('') : pieces;
}

const piece = (name: string, fallback: string | undefined): Glob | Variable =>
  name.length === 1 ? name : { key: name, ...(fallback !== undefined && { default: fallback }) };

/** The pattern for this request; `null` when a variable has no value: nothing equals it. */
export function fill(template: Template, lookup: Lookup): Glob | null | Unknown {
  if (typeof template === 'string') return template;
  let text = '';
  for (const part of template) {
    const value = typeof part === 'string' ? part : resolve(part, lookup);
    if (typeof value !== 'string') return value;
    text += value;
  }
  return text;
}

function resolve(of: Variable, lookup: Lookup): string | null | Unknown {
  const seen = lookup(of.key);
  if (seen.is === 'absent') return of.default ?? null;
  if (seen.is === 'unknown') return unknown(`policy variable \${${of.key}}: ${seen.reason}`);
  // A key with several values cannot be a variable.
  return seen.values.length === 1 ? (seen.values[0] ?? null) : unknown(`policy variable \${${of.key}} has several values`);
}
