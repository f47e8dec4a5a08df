import { describe, expect, it } from 'vitest';
import type { AwsGateway } from '../../shared/model/aws-call.ts';
import type { StepOutcome } from '../../shared/model/finding.ts';
import { confirm } from '../../shared/stages/confirm.ts';
import { aGroup, aReplication } from '../support/builders.ts';
import { absent, planWith } from '../support/observations.ts';

const { steps } = planWith(aGroup([aReplication()]), { 'bucket-versioning orders': absent });
const written = steps.map((step): StepOutcome => ({ ...step, outcome: 'written' }));

/** Answers these, one a read; the last one for good. */
function answering(...answers: readonly (object | string)[]): AwsGateway & { reads(): number } {
  let reads = 0;
  return {
    reads: () => reads,
    send: async () => {
      const answer = answers[Math.min(reads++, answers.length - 1)];
      if (typeof answer !== 'string') return { ok: true, output: answer as never };
      return { ok: false, error: { code: answer, message: answer, caller: 'lockstep-healer' } };
    },
  };
}

async function confirmed(aws: AwsGateway, outcomes: readonly StepOutcome[] = written, pauses = [0, 1, 2]) {
  const waits: number[] = [];
  const [outcome] = await confirm(steps, outcomes, aws, { wait: async (seconds) => void waits.push(seconds), pauses });
  return { outcome, waits };
}

const on = { Status: 'Enabled' };
const off = { Status: 'Suspended' };

describe('confirming', () => {
  it('calls repaired what a read shows in sync', async () => {
    const { outcome, waits } = await confirmed(answering(on));

    expect(outcome?.outcome).toBe('repaired');
    expect(waits).toEqual([]);
  });

  it('reads again while AWS answers the old value', async () => {
    const { outcome, waits } = await confirmed(answering(off, off, on));

    expect(outcome?.outcome).toBe('repaired');
    expect(waits).toEqual([1, 2]);
  });

  it.each([
    { name: 'the old value', answer: off },
    { name: 'that nothing is set', answer: {} },
    { name: 'AccessDenied', answer: 'AccessDenied' },
    { name: 'that the bucket is gone', answer: 'NoSuchBucket' },
  ])('leaves as written what AWS keeps answering $name to', async ({ answer }) => {
    const aws = answering(answer);

    const { outcome } = await confirmed(aws);

    expect(outcome?.outcome).toBe('written');
    expect(aws.reads()).toBe(3);
  });

  it('reads nothing back for what failed or was skipped', async () => {
    const aws = answering(on);
    const failed = steps.map(
      (step): StepOutcome => ({ ...step, outcome: 'failed', error: { code: 'x', message: 'x', caller: 'x' }, detail: 'x' }),
    );

    const { outcome } = await confirmed(aws, failed);

    expect(outcome?.outcome).toBe('failed');
    expect(aws.reads()).toBe(0);
  });

  it('begins no wait when the time is nearly over', async () => {
    const aws = answering(off);
    const waits: number[] = [];
    const wait = async (seconds: number) => void waits.push(seconds);

    const [outcome] = await confirm(steps, written, aws, { wait, pauses: [0, 1, 2], isLate: () => true });

    expect(outcome?.outcome).toBe('written');
    expect(aws.reads()).toBe(1);
    expect(waits).toEqual([]);
  });

  it('does not throw when an answer makes no sense', async () => {
    const plan = planWith(aGroup([aReplication()]), { 'bucket-policy orders-dr': absent });
    const [outcome] = await confirm(
      plan.steps,
      plan.steps.map((step): StepOutcome => ({ ...step, outcome: 'written' })),
      answering({ Policy: 'no JSON' }),
      { wait: async () => {}, pauses: [0] },
    );

    expect(outcome?.outcome).toBe('written');
  });
});
