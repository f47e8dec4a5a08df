import type { Get } from '../aspects/aspect.ts';
import type { AwsCall, AwsGateway, Reply } from '../model/aws-call.ts';
import { explainFailure, isGone } from '../model/failure.ts';
import type { Observed } from '../model/finding.ts';
import { type Operation, type Output, operations } from '../model/operations.ts';
import type { Target } from './targets.ts';

/** What was read, by target key. */
export type Observations = ReadonlyMap<string, Observed<unknown>>;

/**
 * Reads every target; equal calls are sent once. Never throws: what cannot be read is `unreadable` with the reason.
 *
 * @param onRead is told after each target how many are done
 */
export async function observe(
  targets: readonly Target[],
  aws: AwsGateway,
  onRead: (done: number) => void = () => {},
): Promise<Observations> {
  const get = readOnce(aws);
  let done = 0;
  const entries = await Promise.all(
    targets.map(async ({ key, aspect, on }) => {
      const observed = await aspect.read(on)(get).catch(unreadable);
      onRead(++done);
      return [key, observed] as const;
    }),
  );
  return new Map(entries);
}

/** For a read that threw: what AWS answered made no sense to us. */
export const unreadable = (error: unknown): Observed<never> => ({
  status: 'unreadable',
  reason: `the answer could not be understood: ${error instanceof Error ? error.message : String(error)}`,
});

/**
 * The same gateway, except that equal reads are sent once. For one pass: what is read back after a write must not go through it.
 */
export function readingOnce(aws: AwsGateway): AwsGateway {
  const sent = new Map<string, Promise<Reply<Operation>>>();
  return {
    send<O extends Operation>(call: AwsCall<O>): Promise<Reply<O>> {
      if (operations[call.operation].kind === 'write') return aws.send(call);
      const key = `${call.operation} ${call.account} ${call.region} ${JSON.stringify(call.input)}`;
      const reply = sent.get(key) ?? aws.send(call as AwsCall);
      sent.set(key, reply);
      return reply as Promise<Reply<O>>;
    },
  };
}

/** Sorts what AWS answers to reads, see `Get`; equal ones are sent once. */
export function readOnce(gateway: AwsGateway): Get {
  const aws = readingOnce(gateway);
  return async <O extends Operation>(call: AwsCall<O>, absentWhen: readonly string[] = []): Promise<Observed<Output<O>>> => {
    const answer = await aws.send(call);
    if (answer.ok) return { status: 'present', value: answer.output };
    if (absentWhen.includes(answer.error.code)) return { status: 'absent' };
    const reason = explainFailure(call as AwsCall, answer.error);
    return isGone(call as AwsCall, answer.error)
      ? { status: 'gone', reason }
      : { status: 'unreadable', reason, error: answer.error };
  };
}
