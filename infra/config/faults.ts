/** What zod found, one line a fault: where, what must stand there, and what does. */
import type * as z from 'zod';

type Issue = z.core.$ZodIssue;

export function faultsOf(error: z.ZodError, value: unknown): readonly string[] {
  return error.issues.flatMap((issue) => linesOf(issue, value));
}

function linesOf(issue: Issue, value: unknown): readonly string[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${pathText([...issue.path, key])}: there is no such field`);
  const found = at(value, issue.path);
  const what = found === undefined ? `is missing: it ${requirement(issue)}` : `${requirement(issue)}, got ${shown(found)}`;
  return [`${pathText(issue.path) || 'the configuration'}: ${what}`];
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text in quotes',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'an object',
};

function requirement(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kinds[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(shown).join(', ')}`;
    case 'too_small':
      return issue.origin === 'array' ? 'must not be empty' : `must be at least ${issue.minimum}`;
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

const at = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inside, step) => (typeof inside === 'object' && inside !== null ? inside[step as never] : undefined),
    value,
  );

const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? String(step) : `${text}.${String(step)}`),
    '',
  );

function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 80 ? `${json.slice(0, 77)}...` : json;
}
