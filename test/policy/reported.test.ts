/** Broken replications that people have reported, or AWS warns of, and what mends them: states as `lockstep explain --state` takes them. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type HopName, type Proof, prove } from '../../shared/policy/proof.ts';
import { readStates } from '../../shared/policy/state-file.ts';

type Json = Record<string, unknown>;

interface Reported {
  readonly because: string;
  /** Where it was reported. */
  readonly source: string;
  /** The first hop that is not allowed, or the one people suspected. */
  readonly hop: HopName;
  readonly answer: Proof['answer'];
  readonly failureReason?: string;
  /** Of the statement that decides. */
  readonly sid?: string;
  readonly state: Json;
  /** Values to put at paths, */
  readonly repair: Readonly<Record<string, unknown>>;
  /** and paths to take out. */
  readonly remove?: readonly string[];
}

const folder = new URL('reported/', import.meta.url);
const files = readdirSync(folder).map((file) => ({
  name: file.replace('.json', ''),
  ...(JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Reported),
}));

function holder(state: unknown, path: string): [Json, string] {
  const names = path.split('.');
  const last = names.pop() ?? '';
  return [names.reduce((at, name) => (at as Record<string, Json>)[name] ?? {}, state as Json), last];
}

function repaired({ state, repair, remove = [] }: Reported): Json {
  const mended = structuredClone(state);
  for (const [path, value] of Object.entries(repair)) {
    const [at, name] = holder(mended, path);
    at[name] = value;
  }
  for (const path of remove) {
    const [at, name] = holder(mended, path);
    delete at[name];
  }
  return mended;
}

function proofOf(given: Json): Proof {
  const { states, notes } = readStates(given, { name: 'reported' });
  expect(notes).toEqual([]);
  return prove(states[0] as (typeof states)[number], { unreadOrganizationPolicies: 'note' });
}

describe('a replication as people have reported it', () => {
  it('is one of many', () => {
    expect(files.length).toBeGreaterThanOrEqual(40);
    expect(files.filter(({ source }) => !/^https:\/\/\S+\.\S+\//.test(source))).toEqual([]);
  });

  it.each(files)('$name: $hop $answer', (reported) => {
    const { hops, answer } = proofOf(reported.state);
    const hop = hops.find((one) => one.hop === reported.hop);

    expect(answer, reported.because).toBe(reported.answer);
    expect(hop?.answer, hop?.because).toBe(reported.answer);
    if (reported.answer !== 'allowed') expect(hops.find((one) => one.answer !== 'allowed')?.hop).toBe(reported.hop);
    if (reported.answer === 'denied') expect(hop?.failureReason).toBe(reported.failureReason);
    if (reported.sid !== undefined) expect(hop?.deciding?.sid).toBe(reported.sid);
  });

  it.each(files)('$name: may replicate once it is repaired', (reported) => {
    const { hops } = proofOf(repaired(reported));

    expect(hops.filter((hop) => hop.answer !== 'allowed').map(({ because }) => because)).toEqual([]);
  });
});
