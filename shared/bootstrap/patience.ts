import type { AwsCall, AwsFailure, AwsGateway, Reply } from '../model/aws-call.ts';
import type { Operation } from '../model/operations.ts';

/** Resolves after so many seconds. */
export type Wait = (seconds: number) => Promise<void>;

/** Seconds between tries; about half a minute in all. */
export const pauses: readonly number[] = [0.5, 1, 2, 4, 8, 15];

/** Sends again while the refusal is one that passes by itself. @returns the last reply */
export async function sendPatiently<O extends Operation>(
  call: AwsCall<O>,
  aws: AwsGateway,
  wait: Wait,
  mayPass: (error: AwsFailure) => boolean,
): Promise<Reply<O>> {
  for (const seconds of pauses) {
    const reply = await aws.send(call);
    if (reply.ok || !mayPass(reply.error)) return reply;
    await wait(seconds);
  }
  return aws.send(call);
}
