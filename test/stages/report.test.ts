import { describe, expect, it } from 'vitest';
import type { Finding, StepOutcome } from '../../shared/model/finding.ts';
import { type ProofView, report } from '../../shared/stages/report.ts';
import { aGroup, aReplication, later, replications } from '../support/builders.ts';
import { absent, comparedWith, gone, unreadable } from '../support/observations.ts';

const allowed: ProofView = { hops: [{ hop: 'replicate', answer: 'allowed', because: 'x' }], blockers: [], advisories: [] };
const hop = (answer: 'denied' | 'cannot-tell'): ProofView => ({
  hops: [...allowed.hops, { hop: 'assume-role', answer, because: 'y' }],
  blockers: [],
  advisories: [],
});

interface Case {
  readonly name: string;
  readonly sights?: Parameters<typeof comparedWith>[1];
  readonly proof?: ProofView;
  readonly more?: Parameters<typeof aReplication>[0];
  readonly outcome?: 'repaired' | 'written';
  readonly verdict: string;
}

const drift = { 'bucket-versioning orders': absent };
const cases: readonly Case[] = [
  { name: 'proven when all is in sync and permitted', verdict: 'proven' },
  { name: 'unproven when something cannot be told', proof: hop('cannot-tell'), verdict: 'unproven' },
  { name: 'unproven when there is no proof', proof: { hops: [], blockers: [], advisories: [] }, verdict: 'unproven' },
  { name: 'blocked when a hop is denied', proof: hop('denied'), verdict: 'blocked' },
  { name: 'drifted when something is out of step', sights: drift, verdict: 'drifted' },
  { name: 'drifted while a repair was not seen yet', sights: drift, outcome: 'written', verdict: 'drifted' },
  { name: 'proven once the repair was seen', sights: drift, outcome: 'repaired', verdict: 'proven' },
  { name: 'blocked when the bucket is gone', sights: { 'bucket-versioning orders': gone }, verdict: 'blocked' },
  {
    name: 'unreadable before all else',
    sights: { 'bucket-versioning orders': gone, 'bucket-policy orders-dr': unreadable, 'key-policy 111111111111': absent },
    verdict: 'unreadable',
  },
  { name: 'paused whatever was found', sights: drift, more: { mode: 'paused', until: later, reason: 'x' }, verdict: 'paused' },
];

function findingsOf(more: Case['more'], sights: Case['sights']): readonly Finding[] {
  return comparedWith(aGroup([aReplication(more)]), sights).map(({ finding }) => finding);
}

describe('the verdict on a replication', () => {
  it.each(cases)('is $name', ({ sights, proof = allowed, more, outcome, verdict }) => {
    const group = aGroup([aReplication(more)]);
    const findings = findingsOf(more, sights);
    const outcomes = findings.flatMap((finding): StepOutcome[] =>
      outcome !== undefined && finding.verdict === 'drifted' ? [{ ...finding, outcome }] : [],
    );

    const [told] = report(group, { findings, steps: [], held: [], outcomes, proofs: new Map([['orders-dr', proof]]) });

    expect(told?.verdict).toBe(verdict);
  });
});

describe('the report on a replication', () => {
  it('holds only what concerns it', () => {
    const group = aGroup(replications({ bills: { source: { bucket: 'bills' } }, orders: {} }));
    const findings = comparedWith(group, { 'bucket-versioning bills': absent }).map(({ finding }) => finding);

    const [bills, orders] = report(group, { findings, steps: [], held: [], outcomes: [], proofs: new Map() });

    expect([bills?.verdict, orders?.verdict]).toEqual(['drifted', 'unproven']);
    expect(orders?.findings.some(({ resource }) => resource.arn === 'arn:aws:s3:::bills')).toBe(false);
  });

  it('tells a missing bucket once, however many settings miss it', () => {
    const group = aGroup([aReplication()]);
    const findings = findingsOf({}, { 'bucket-versioning orders-dr': gone, 'bucket-policy orders-dr': gone });

    const [told] = report(group, { findings, steps: [], held: [], outcomes: [], proofs: new Map() });

    expect(told?.blockers).toHaveLength(1);
  });

  it('announces that a pause is over', () => {
    const group = aGroup([aReplication({ mode: 'paused', until: '2020-01-01T00:00:00Z', reason: 'migration' })]);

    const [told] = report(group, { findings: [], steps: [], held: [], outcomes: [], proofs: new Map() });

    expect(told).toMatchObject({ mode: 'repair', advisories: [expect.stringContaining('(migration) is over')] });
  });
});
