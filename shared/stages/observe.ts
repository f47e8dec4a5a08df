import pLimit from 'p-limit';
import type { Get } from '../aspects/aspect.ts';
import type { AwsCall, AwsGateway } from '../model/aws-call.ts';
import { explainFailure, isGone } from '../model/failure.ts';
import type { Observed } from '../model/finding.ts';
import type { Operation, Output } from '../model/operations.ts';
import type { Target } from './targets.ts';

/** What was read, by target key. */
export type Observations = ReadonlyMap<string, Observed<unknown>>;

const readsAtOnce = 16;

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

const unreadable = (error: unknown): Observed<never> => ({
  status: 'unreadable',
  reason: `the answer could not be understood: ${error instanceof Error ? error.message : String(error)}`,
});

/** A `get` that sends equal calls once, at most sixteen at a time. */
export function readOnce(aws: AwsGateway): Get {
  const limit = pLimit(readsAtOnce);
  const sent = new Map<string, Promise<Awaited<ReturnType<AwsGateway['send']>>>>();
  return async <O extends Operation>(call: AwsCall<O>, absentWhen: readonly string[] = []): Promise<Observed<Output<O>>> => {
    const key = `${call.operation} ${call.account} ${call.region} ${JSON.stringify(call.input)}`;
    const reply = sent.get(key) ?? limit(() => aws.send(call as AwsCall));
    sent.set(key, reply);
    const answer = await reply;
    if (answer.ok) return { status: 'present', value: answer.output as Output<O> };
    if (absentWhen.includes(answer.error.code)) return { status: 'absent' };
    const reason = explainFailure(call as AwsCall, answer.error);
    return isGone(call as AwsCall, answer.error)
      ? { status: 'gone', reason }
      : { status: 'unreadable', reason, error: answer.error };
  };
}
