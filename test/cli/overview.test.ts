import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { overviewText } from '../../functions/cli/view/overview.ts';
import type { Difference, ReplicationReport } from '../../shared/model/finding.ts';
import {
  aReplication,
  aReport,
  aRun,
  blocked,
  drifted,
  driftedReport,
  failed,
  held,
  repaired,
  step,
  unreadable,
} from './support/fixtures.ts';

const plain = { colour: false, width: 100 };
const titles = new Map([
  ['bucket-versioning', { title: 'bucket versioning', matters: 'S3 replicates versions only.' }],
  ['bucket-policy', { title: 'bucket policy', matters: '' }],
]);
const textOf = (...reports: ReplicationReport[]): string => overviewText(plain, aRun(reports), titles);
const withDifferences = (...differences: Difference[]): string =>
  textOf(driftedReport({ findings: [{ ...drifted, differences } as typeof drifted], steps: [{ ...step, differences }] }));

describe('the text of a plan', () => {
  it('is one quiet line when everything is in sync', () => {
    expect(textOf(aReport())).toBe('In sync: orders-dr (proven).\n');
  });

  it('says what, where, from and to, and why it matters', () => {
    const text = textOf(driftedReport());

    expect(text).toContain('orders-dr  drifted\n  orders (111111111111, eu-west-1) -> orders-dr (222222222222, eu-central-1)\n');
    expect(text).toContain('~ destination bucket versioning: will be repaired');
    expect(text).toContain('bucket orders-dr (account 222222222222, eu-central-1)');
    expect(text).toContain('Status: Suspended -> Enabled');
    expect(text).toContain('S3 replicates versions only.');
    expect(text).toMatch(/1 replication drifted: 1 repair planned\. Run `lockstep apply` to repair\.\n$/);
  });

  it('shows lists as removed and added elements', () => {
    const text = withDifferences({
      path: 'Ours.Action',
      observed: ['s3:ReplicateObject', 's3:PutBucketVersioning'],
      desired: ['s3:ReplicateTags', 's3:ReplicateObject'],
    });

    expect(text).toContain(
      'Ours.Action:\n        - s3:PutBucketVersioning\n        + s3:ReplicateTags\n          1 element unchanged',
    );
  });

  it('shows what was never set as not set', () => {
    expect(withDifferences({ path: 'Status', desired: 'Enabled' })).toContain('Status: not set -> Enabled');
  });

  it('stays short for a huge difference', () => {
    const elements = (letter: string) =>
      Array.from({ length: 400 }, (_, index) => `arn:aws:iam::111111111111:role/${letter}${index}`);
    const nested = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`field${index}`, 'x'.repeat(300)]));
    const text = withDifferences(
      { path: 'Principal', observed: elements('a'), desired: elements('b') },
      { path: 'Statement', observed: nested, desired: undefined },
      { path: 'Text', observed: 'y'.repeat(100_000), desired: 'z' },
    );

    expect(text.split('\n').length).toBeLessThan(80);
    expect(text.length).toBeLessThan(12_000);
    expect(text).toContain('+ … and 388 more (--json shows all)');
    expect(text).toContain('more lines (--json shows all)');
  });

  it('quotes the statement that blocks, whose it is, and what to do', () => {
    const text = textOf(
      aReport({ verdict: 'blocked', findings: [blocked], blockers: blocked.verdict === 'blocked' ? [blocked.by] : [] }),
    );

    expect(text).toContain('✗ destination bucket policy: blocked');
    expect(text).toContain('A Deny in the bucket policy forbids replication.');
    expect(text).toContain('| { "Sid": "TlsOnly", "Effect": "Deny"');
    expect(text).toContain('Ask the owner to except the replication role.');
    expect(text.match(/A Deny in the bucket policy/g)).toHaveLength(1);
    expect(text).toMatch(/1 replication blocked\.\n$/);
  });

  it('tells settings that are unreadable for one reason once', () => {
    const text = textOf(
      aReport({
        verdict: 'unreadable',
        findings: ['bucket-versioning', 'bucket-policy', 'key-policy'].map((aspect) => ({ ...unreadable, aspect })),
      }),
    );

    expect(text.match(/could not be assumed/g)).toHaveLength(1);
    expect(text).toContain('unreadable: 3 settings');
    expect(text).toContain('destination bucket policy (222222222222)');
  });

  it('tells once that there are no credentials, though every call says it of itself', () => {
    const error = { code: 'CredentialsProviderError', message: 'Could not load credentials', caller: 'nobody' };
    const findings = ['bucket-versioning', 'bucket-policy'].map((aspect) => ({
      ...unreadable,
      aspect,
      reason: `${aspect} failed`,
      error,
    }));
    const text = textOf(aReport({ verdict: 'unreadable', findings }));

    expect(text.match(/Could not load credentials/g)).toHaveLength(1);
    expect(text.match(/set AWS_PROFILE/g)).toHaveLength(1);
  });

  it('says why drift is held', () => {
    const text = textOf(driftedReport({ steps: [], held: [held] }));

    expect(text).toContain('! destination bucket versioning: held');
    expect(text).toContain('`mode: observe`');
    expect(text).toMatch(/1 replication drifted: 1 held\.\n$/);
  });

  it('says until when and why a replication is paused', () => {
    const replication = aReplication({ mode: { kind: 'paused', until: '2030-02-01T00:00:00Z', reason: 'migration' } });
    const run = aRun([driftedReport({ verdict: 'paused', steps: [], held: [{ ...held, reason: 'paused' }] })]);

    expect(overviewText(plain, { ...run, replications: new Map([['orders-dr', replication]]) }, titles)).toContain(
      'until 2030-02-01T00:00:00Z: migration',
    );
  });

  it('shows a repair that two replications share in full only once', () => {
    const replications = ['invoices-dr', 'orders-dr'];
    const text = textOf(
      driftedReport({ name: 'invoices-dr', findings: [{ ...drifted, replications }], steps: [{ ...step, replications }] }),
      driftedReport({ findings: [{ ...drifted, replications }], steps: [{ ...step, replications }] }),
    );

    expect(text.match(/Suspended -> Enabled/g)).toHaveLength(1);
    expect(text).toContain('shared with invoices-dr, see there');
    expect(text).toContain('2 replications drifted: 1 repair planned.');
  });

  it('lists of a fleet only what is not in sync, then the totals', () => {
    const fleet = Array.from({ length: 40 }, (_, index) =>
      aReport({ name: `fine-${index}`, verdict: index < 2 ? 'unproven' : 'proven' }),
    );

    expect(textOf(...fleet)).toBe('In sync: 40 replications (2 unproven, 38 proven).\n');
    expect(textOf(...fleet, driftedReport())).not.toContain('fine-');
    expect(textOf(...fleet, driftedReport())).toContain('1 replication drifted: 1 repair planned. 40 in sync.');
  });

  it('keeps control characters of others away from the terminal', () => {
    const text = withDifferences({ path: 'Sid', observed: '\u001b[2Jgone\u0007', desired: 'ours' });

    expect(text).not.toMatch(/[\u001b\u0007]/);
    expect(text).toContain('\\u001b[2Jgone\\u0007');
  });

  it('breaks no line of prose beyond the width of the terminal', () => {
    const narrow = overviewText(
      { colour: false, width: 60 },
      aRun([driftedReport({ findings: [{ ...drifted, matters: 'word '.repeat(60) } as typeof drifted] })]),
      titles,
    );

    const prose = narrow.split('\n').filter((line) => line.includes('word'));
    expect(prose.length).toBeGreaterThan(5);
    expect(Math.max(...prose.map((line) => line.length))).toBeLessThanOrEqual(60);
  });

  it('has the same words with and without colours', () => {
    const run = aRun([driftedReport(), aReport({ name: 'b', verdict: 'blocked', findings: [blocked] })]);
    const coloured = overviewText({ colour: true, width: 100 }, run, titles);

    expect(coloured).toMatch(/\u001b\[31m/);
    expect(stripVTControlCharacters(coloured)).toBe(overviewText(plain, run, titles));
  });
});

describe('the text of what was applied', () => {
  const applied = (report: ReplicationReport): string => overviewText(plain, aRun([report], { command: 'apply' }), titles);

  it('says that everything is in sync again', () => {
    const text = applied(driftedReport({ verdict: 'proven', outcomes: [repaired] }));

    expect(text).toContain('✓ destination bucket versioning: repaired');
    expect(text).toMatch(/In sync again: orders-dr \(proven\); 1 repaired\.\n$/);
  });

  it('says what failed, as whom, and where to look', () => {
    const text = applied(driftedReport({ outcomes: [failed] }));

    expect(text).toContain('✗ destination bucket versioning: failed');
    expect(text).toContain('OperationAborted');
    expect(text).toContain('arn:aws:iam::222222222222:role/lockstep-healer');
    expect(text).toMatch(/1 replication drifted: 1 failed\. Run `lockstep plan` to see where it stands\.\n$/);
  });
});

describe('invalid documents in a run', () => {
  it('are told with every fault, beside the others', () => {
    const rejected = [
      { document: 'bad.json', faults: [{ document: 'bad.json', path: 'version', line: 1, column: 2, message: 'must be 1' }] },
    ];
    const text = overviewText(plain, aRun([aReport()], { rejected }), titles);

    expect(text).toContain('bad.json:1:2: version: must be 1');
    expect(text).toContain('1 document invalid. In sync: orders-dr (proven).');
  });
});
