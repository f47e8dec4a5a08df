import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkTogether, type Document, InvalidDocument, parseDocument } from '../../shared/model/desired-state.ts';
import { groupsOf } from '../../shared/model/group.ts';
import type { Group } from '../../shared/model/replication.ts';
import { now, written } from '../support/builders.ts';

const textOf = (replications: object): string => JSON.stringify({ version: 1, replications });
const parse = (name: string, text: string): Document => parseDocument(text, { name, now });
const good = (name: string): string =>
  textOf({ [name]: written({ source: { bucket: name }, destination: { bucket: `${name}-dr` } }) });

/** Cuts, doubles and exchanges pieces of a text. */
const damage = fc.array(
  fc.record({ at: fc.nat(), length: fc.nat(30), put: fc.constantFrom('', '"', '{', '}', 'null', '1e9', '__proto__', ',') }),
  {
    minLength: 1,
    maxLength: 3,
  },
);
const damaged = (text: string, cuts: readonly { readonly at: number; readonly length: number; readonly put: string }[]): string =>
  cuts.reduce((left, { at, length, put }) => {
    const start = at % (left.length + 1);
    return left.slice(0, start) + put + left.slice(start + length);
  }, text);

/** Read as the controller reads them: what is invalid is left out, with its faults. */
function read(texts: Readonly<Record<string, string>>) {
  const documents: Document[] = [];
  const invalid: string[] = [];
  for (const [name, text] of Object.entries(texts))
    try {
      documents.push(parse(name, text));
    } catch (error) {
      if (!(error instanceof InvalidDocument)) throw error;
      invalid.push(name);
    }
  const { accepted, rejected } = checkTogether(documents);
  return { groups: groupsOf(accepted.flatMap(({ replications }) => replications)), invalid, rejected };
}

const members = (groups: readonly Group[]) => groups.flatMap(({ replications }) => replications);

describe('law 10: a bad document harms only itself', () => {
  it('leaves the groups of other documents as they are, whatever it says', () => {
    const others = { bills: good('bills'), stock: good('stock') };
    const alone = read(others).groups;

    fc.assert(
      fc.property(damage, (cuts) => {
        const { groups, invalid, rejected } = read({ ...others, orders: damaged(good('orders'), cuts) });
        if (invalid.length + rejected.length > 0) expect(groups).toEqual(alone);
        else expect(members(groups)).toEqual(expect.arrayContaining(members(alone)));
      }),
      { numRuns: 300 },
    );
  });

  it('keeps in force what was accepted before, when a later document contradicts it', () => {
    const later = textOf({ 'orders-two': written({ source: { bucketKey: false }, destination: { bucket: 'two-dr' } }) });

    const { groups, rejected } = read({ first: textOf({ orders: written() }), later });

    expect(groups.map(({ id }) => id)).toEqual(['orders']);
    expect(rejected.map(({ document }) => document.name)).toEqual(['later']);
  });
});
