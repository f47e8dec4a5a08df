import type { AwsGateway } from '../model/aws-call.ts';
import type { StepOutcome } from '../model/finding.ts';
import { readOnce, unreadable } from './observe.ts';
import type { PlannedStep } from './plan.ts';
import { targetKey } from './targets.ts';

/** Seconds before each read back: AWS may answer the old value for a while. */
export const confirmPauses: readonly number[] = [0, 0.25, 0.5, 1, 2, 4, 8];

export interface ConfirmOptions {
  readonly wait: (seconds: number) => Promise<void>;
  readonly pauses?: readonly number[];
  readonly isLate?: () => boolean;
}

/**
 * Reads every written step back until it is in sync.
 *
 * @param options.pauses seconds to wait before each read; its length is the number of reads
 * @param options.isLate whether there is no time left for another wait
 * @returns `repaired` for what is in sync; what is not stays `written`. Never throws.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketReplication.html
 */
export async function confirm(
  steps: readonly PlannedStep[],
  outcomes: readonly StepOutcome[],
  aws: AwsGateway,
  options: ConfirmOptions,
): Promise<readonly StepOutcome[]> {
  const byKey = new Map(steps.map((step) => [step.key, step]));
  return Promise.all(
    outcomes.map(async (outcome): Promise<StepOutcome> => {
      const step = byKey.get(targetKey(outcome.aspect, outcome.resource));
      if (outcome.outcome !== 'written' || step === undefined) return outcome;
      return (await isInPlace(step, aws, options)) ? { ...outcome, outcome: 'repaired' } : outcome;
    }),
  );
}

async function isInPlace(
  { target, desired }: PlannedStep,
  aws: AwsGateway,
  { wait, pauses = confirmPauses, isLate = () => false }: ConfirmOptions,
): Promise<boolean> {
  for (const seconds of pauses) {
    if (seconds > 0 && isLate()) return false;
    if (seconds > 0) await wait(seconds);
    const observed = await target.aspect.read(target.on)(readOnce(aws)).catch(unreadable);
    if (observed.status === 'present' && target.aspect.diff(desired, observed.value, target.on).length === 0) return true;
  }
  return false;
}
