import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { readJson } from '../../shared/model/desired-state/json-text.ts';
import { type Document, InvalidDocument, parseDocument, parseDocumentValue } from '../../shared/model/desired-state.ts';
import { documentOf, now, written } from './documents.ts';

const everything: object = parseYaml(readFileSync(new URL('../fixtures/documents/everything.yaml', import.meta.url), 'utf8'));
const text = JSON.stringify(everything, null, 2);

/** The document, or the error when it is the only one allowed. */
function outcome(reading: () => Document): Document | InvalidDocument {
  try {
    return reading();
  } catch (error) {
    if (error instanceof InvalidDocument) return error;
    throw error;
  }
}

const fromText = (json: string): Document | InvalidDocument => outcome(() => parseDocument(json, { name: 'any', now }));
const fromValue = (value: unknown): Document | InvalidDocument => outcome(() => parseDocumentValue(value, { name: 'any', now }));

function expectTellingFaults(result: Document | InvalidDocument): void {
  if (!(result instanceof InvalidDocument)) return;
  expect(result.faults.length).toBeGreaterThan(0);
  for (const fault of result.faults) expect(fault.message).not.toBe('');
}

/** Paths of everything inside a value. */
function pathsIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, inner]) => pathsIn(inner, [...path, name]))];
}

function replaced(value: unknown, path: readonly string[], by: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return by;
  const copy: unknown = Array.isArray(value) ? [...value] : { ...(value as object) };
  (copy as Record<string, unknown>)[first] = replaced((value as Record<string, unknown>)[first], rest, by);
  return copy;
}

describe('any text', () => {
  it('is a document or an InvalidDocument', () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (json) => expectTellingFaults(fromText(json))));
  });

  it('is JSON exactly when JSON.parse says so, but for a byte-order mark', () => {
    const edits = fc.array(
      fc.tuple(
        fc.nat({ max: text.length }),
        fc.constantFrom(
          '',
          ',',
          '"',
          '{',
          '}',
          '[',
          ']',
          ':',
          '\\',
          '\n',
          '\t',
          '0',
          '-',
          '.',
          'e',
          '/',
          '*',
          '\u00a0',
          '\u2028',
        ),
      ),
      { minLength: 1, maxLength: 3 },
    );
    const short = '{"a": [1, -2.5e3, "x\\n", true, null], "b": {"c": ""}}';
    const mutated = edits.map((all) =>
      all.reduce((json, [at, by]) => json.slice(0, at % json.length) + by + json.slice((at % json.length) + 1), short),
    );

    fc.assert(
      fc.property(mutated, (json) => {
        const accepts = ((): boolean => {
          try {
            return JSON.parse(json) !== undefined;
          } catch {
            return false;
          }
        })();
        expect(readJson(json).ok).toBe(accepts);
      }),
      { numRuns: 2_000 },
    );
  });

  it('has the value JSON.parse gives it', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const read = readJson(json);

        expect(read.ok && JSON.stringify(read.value)).toBe(JSON.stringify(JSON.parse(json)));
      }),
    );
  });
});

describe('a good document', () => {
  const whole = fromText(text);

  it('is invalid when it is cut anywhere, unless nothing was lost', () => {
    expect(whole).not.toBeInstanceOf(InvalidDocument);
    for (let end = 0; end < text.length; end += 1) {
      const cut = fromText(text.slice(0, end));
      expect(cut, `cut at ${end}`).toBeInstanceOf(InvalidDocument);
      expect((cut as InvalidDocument).faults[0]?.line).toBeGreaterThan(0);
    }
    expect(fromText(`${text}\n`)).toEqual(whole);
  });

  it('stays a document or becomes an InvalidDocument when any part of it is replaced by anything', () => {
    const mutation = fc.tuple(
      fc.constantFrom(...pathsIn(everything)),
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSparseArray: true }),
    );

    fc.assert(
      fc.property(mutation, ([path, by]) => expectTellingFaults(fromValue(replaced(everything, path, by)))),
      { numRuns: 1_000 },
    );
  });

  it('becomes invalid when any of its parts is replaced by a number that is too large for it', () => {
    const fields = pathsIn(everything).filter((path) => path.length > 0 && path.at(-1) !== '$schema');
    for (const path of fields)
      expect(fromValue(replaced(everything, path, 1e300)), path.join('.')).toBeInstanceOf(InvalidDocument);
  });

  it('means the same whatever the order of its fields', () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([name, inner]) => [name, reversed(inner)]),
      );
    };

    expect(fromText(JSON.stringify(reversed(everything)))).toEqual(whole);
  });

  it('means the same with its common fields moved to defaults', () => {
    const plain = documentOf({ one: written('a-a-a', 'a-dr'), two: written('b-b-b', 'b-dr') });
    const fields = ['account', 'region', 'key'] as const;

    fc.assert(
      fc.property(fc.subarray([...fields]), fc.subarray([...fields]), (fromSource, fromDestination) => {
        const split = (replication: ReturnType<typeof written>) => ({
          source: Object.fromEntries(
            Object.entries(replication.source).filter(([name]) => !fromSource.some((moved) => moved === name)),
          ),
          destination: Object.fromEntries(
            Object.entries(replication.destination).filter(([name]) => !fromDestination.some((moved) => moved === name)),
          ),
        });
        const common = {
          source: Object.fromEntries(fromSource.map((name) => [name, written().source[name]])),
          destination: Object.fromEntries(fromDestination.map((name) => [name, written().destination[name]])),
        };
        const moved = documentOf(
          { one: split(written('a-a-a', 'a-dr')), two: split(written('b-b-b', 'b-dr')) },
          { defaults: common },
        );

        expect(fromValue(moved)).toEqual(fromValue(plain));
      }),
    );
  });
});
