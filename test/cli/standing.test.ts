import { describe, expect, it } from 'vitest';
import { countsOf, exitCodeOf, isInSync, itemsOf } from '../../functions/cli/standing.ts';
import type { ReplicationReport } from '../../shared/model/finding.ts';
import {
  aReport,
  blocked,
  drifted,
  driftedReport,
  failed,
  held,
  repaired,
  skipped,
  step,
  unreadable,
  written,
} from './support/fixtures.ts';

const cases: readonly { report: ReplicationReport; code: 0 | 1 | 2; because: string }[] = [
  { report: aReport(), code: 0, because: 'it is proven and nothing differs' },
  { report: aReport({ verdict: 'unproven' }), code: 0, because: 'what cannot be told is not drift' },
  { report: aReport({ verdict: 'paused' }), code: 0, because: 'a pause over settings that are right asks for nothing' },
  {
    report: aReport({ verdict: 'paused', findings: [drifted], held: [held] }),
    code: 2,
    because: 'a pause does not make drift right',
  },
  { report: driftedReport(), code: 2, because: 'a repair is planned' },
  { report: driftedReport({ steps: [], held: [held] }), code: 2, because: 'drift is held' },
  { report: driftedReport({ steps: [] }), code: 2, because: 'drift that nobody repairs is drift' },
  { report: aReport({ verdict: 'blocked', blockers: [] }), code: 2, because: 'the proof says denied' },
  { report: aReport({ verdict: 'blocked', findings: [blocked] }), code: 2, because: 'a foreign statement blocks' },
  { report: aReport({ verdict: 'contested' }), code: 2, because: 'repairs do not last' },
  { report: aReport({ verdict: 'orphaned' }), code: 2, because: 'its document is gone' },
  {
    report: aReport({ verdict: 'unreadable', findings: [unreadable] }),
    code: 1,
    because: 'what was not seen cannot be called in sync',
  },
  {
    report: driftedReport({ findings: [drifted, { ...unreadable, aspect: 'key-state' }] }),
    code: 1,
    because: 'errors win over drift',
  },
  { report: driftedReport({ verdict: 'proven', outcomes: [repaired] }), code: 0, because: 'the repair was read back' },
  { report: driftedReport({ outcomes: [repaired] }), code: 0, because: 'findings are those of before the repair' },
  { report: driftedReport({ outcomes: [written] }), code: 2, because: 'written is not repaired' },
  { report: driftedReport({ outcomes: [failed] }), code: 1, because: 'a step failed' },
  { report: driftedReport({ outcomes: [skipped] }), code: 2, because: 'a step is left' },
  { report: driftedReport({ outcomes: [repaired], held: [held] }), code: 2, because: 'part of it is repaired, part held' },
];

describe('the exit code', () => {
  it.each(cases)('is $code when $because', ({ report, code, because }) => {
    expect(exitCodeOf([report], 0), because).toBe(code);
    expect(isInSync(report), because).toBe(code === 0);
  });

  it('is that of the worst replication', () => {
    expect(exitCodeOf([aReport(), driftedReport()], 0)).toBe(2);
    expect(exitCodeOf([driftedReport(), aReport({ verdict: 'unreadable' }), aReport()], 0)).toBe(1);
  });

  it('is 1 when a document is invalid, however well the others stand', () => {
    expect(exitCodeOf([aReport()], 1)).toBe(1);
  });
});

describe('the items of a report', () => {
  it('tell a repair and what is held of the same setting apart', () => {
    const items = itemsOf(driftedReport({ held: [held] }));

    expect(items.map(({ standing }) => standing)).toEqual(['planned', 'held']);
  });

  it('leave out what is in sync', () => {
    expect(itemsOf(aReport())).toEqual([]);
  });
});

describe('the counts', () => {
  it('count a repair that two replications share once', () => {
    const counts = countsOf([driftedReport(), driftedReport({ name: 'invoices-dr', steps: [step] })]);

    expect(counts).toMatchObject({ replications: 2, drifted: 2, steps: 1, held: 0, proven: 0 });
  });
});
