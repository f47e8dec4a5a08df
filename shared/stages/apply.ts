import type { AwsCall, AwsFailure, AwsGateway } from '../model/aws-call.ts';
import { explainFailure } from '../model/failure.ts';
import type { StepOutcome } from '../model/finding.ts';
import type { PlannedStep } from './plan.ts';

export interface Pace {
  /** Resolves after so many seconds. */
  readonly wait: (seconds: number) => Promise<void>;
  /** A number from 0 up to 1, for jitter. */
  readonly random: () => number;
  /** Whether there is no time left for another step; default: there always is. */
  readonly isLate?: () => boolean;
}

/**
 * Sends the steps one after the other, so that no resource is written twice at once (S3 answers OperationAborted otherwise).
 * A step whose prerequisite failed is skipped, and so is every step when the time is over. Never throws for what AWS answers.
 */
export async function apply(
  steps: readonly PlannedStep[],
  aws: AwsGateway,
  pace: Pace,
  onStep: (step: PlannedStep, done: number) => void = () => {},
): Promise<readonly StepOutcome[]> {
  const outcomes = new Map<string, StepOutcome>();
  for (const step of steps) {
    onStep(step, outcomes.size);
    const broken = step.after.find((key) => outcomes.get(key)?.outcome !== 'written');
    if (broken !== undefined) outcomes.set(step.key, skipped(step, broken, outcomes.get(broken)));
    else outcomes.set(step.key, pace.isLate?.() ? postponed(step) : await send(step, aws, pace));
  }
  return [...outcomes.values()];
}

const subject = ({ aspect, resource, replications, differences }: PlannedStep) => ({
  aspect,
  resource,
  replications,
  differences,
});

const skipped = (step: PlannedStep, broken: string, outcome: StepOutcome | undefined): StepOutcome =>
  outcome?.outcome === 'skipped' && outcome.outOfTime
    ? postponed(step)
    : { ...subject(step), outcome: 'skipped', because: `It waits for ${broken}, which failed.` };

const postponed = (step: PlannedStep): StepOutcome => ({
  ...subject(step),
  outcome: 'skipped',
  because: 'The time of this pass was over; the next one goes on from here.',
  outOfTime: true,
});

async function send(step: PlannedStep, aws: AwsGateway, pace: Pace): Promise<StepOutcome> {
  for (const call of step.calls) {
    const error = await sendPatiently(call, aws, pace, step);
    if (error !== undefined) return { ...subject(step), outcome: 'failed', error, detail: explainRefusal(call, error) };
  }
  return { ...subject(step), outcome: 'written' };
}

/** Seconds between the tries of a write that AWS may accept a little later; about a minute in all. */
const patience = [0.5, 1, 2, 4, 8, 15, 30];

async function sendPatiently(
  call: AwsCall,
  aws: AwsGateway,
  pace: Pace,
  { after }: PlannedStep,
): Promise<AwsFailure | undefined> {
  // What was there before this pass and is gone does not come back by waiting.
  const mayBeGone = call.operation === 'iam:PutRolePolicy' && after.length === 0;
  for (const seconds of [...patience.slice(0, mayBeGone ? 2 : patience.length), undefined]) {
    const reply = await aws.send(call);
    if (reply.ok) return undefined;
    if (seconds === undefined || pace.isLate?.() || !mayPass(call, reply.error)) return reply.error;
    await pace.wait(seconds * (0.5 + pace.random() / 2));
  }
  return undefined;
}

const contention = new Set([
  'OperationAborted',
  'ConcurrentModification',
  'ConcurrentModificationException',
  'DependencyTimeoutException',
]);

/**
 * Whether a refusal can be a matter of seconds: another write under way, a role that S3 or KMS cannot see yet,
 * versioning that replication cannot see yet.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html#troubleshoot_general_eventual-consistency
 */
function mayPass(call: AwsCall, { code, message }: AwsFailure): boolean {
  if (contention.has(code)) return true;
  if (code === 'MalformedPolicy' || code === 'MalformedPolicyDocument' || code === 'MalformedPolicyDocumentException')
    return /principal/i.test(message) && deadPrincipals(call).length === 0;
  if (call.operation === 's3:PutBucketReplication') return code === 'InvalidRequest' && /versioning/i.test(message);
  // PutRolePolicy right after CreateRole may reach a server that has not heard of the role.
  return call.operation === 'iam:PutRolePolicy' && code.startsWith('NoSuchEntity');
}

/** Unique ids of deleted roles or users in the policy that was sent; AWS refuses any policy that holds one. */
function deadPrincipals(call: AwsCall): readonly string[] {
  const { Policy = '' } = call.input as { Policy?: string };
  return [...new Set(Policy.match(/\b(?:AROA|AIDA)[A-Z0-9]{12,}/g) ?? [])];
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html
const notReached = 'Unable to validate the following destination configurations';

function explainRefusal(call: AwsCall, error: AwsFailure): string {
  const dead = deadPrincipals(call);
  const plain = explainFailure(call, error);
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
  if (call.operation === 's3:PutBucketPolicy' && error.message.includes('BlockPublicPolicy'))
    return `${plain} A statement of others in it is public, and BlockPublicPolicy lets S3 take no policy with one. Remove that statement, or block public policies no longer, then run again.`;
  if (call.operation === 's3:PutBucketNotificationConfiguration' && error.message.startsWith(notReached))
    return `${plain} S3 tries every destination out before it takes any. Deploy Lockstep's stack for account ${call.account} in ${call.region}, which makes our topic and lets S3 publish to it; where a destination of others is not reached, its owner has to mend or remove it. Then run again.`;
  if (dead.length === 0 || !error.code.startsWith('MalformedPolicy')) return plain;
  return `${plain} Statements of others name ${dead.join(', ')}: a role or user that was deleted. AWS accepts no policy with it. Remove it from those statements, then run again.`;
}
