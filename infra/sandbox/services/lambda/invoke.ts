/** @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
import type * as lambda from '@aws-sdk/client-lambda';
import { takeEvent } from '../../hosting/asynchronous.ts';
import * as hosting from '../../hosting/invoke.ts';
import { AwsError, type CallContext } from '../../service.ts';
import { asWork, untilTimePasses } from '../../work.ts';
import { theFunction } from './lookup.ts';
import type { HostedFunction, LogLine } from './state.ts';

// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const maxBytes = { RequestResponse: 6_291_456, Event: 1_048_576, DryRun: 6_291_456 };

export async function invoke(input: lambda.InvokeCommandInput, call: CallContext) {
  const fn = theFunction(input.FunctionName, call, input.Qualifier);
  const type = input.InvocationType ?? 'RequestResponse';
  // The wire gives bytes, whatever a client took.
  const payload = payloadOf(input.Payload as Uint8Array | undefined, maxBytes[type]);
  switch (type) {
    case 'DryRun':
      return { StatusCode: 204 };
    case 'Event':
      takeEvent(call.world, fn, payload);
      return { StatusCode: 202 };
    case 'RequestResponse':
      return await waitFor(fn, payload, input.LogType === 'Tail', call);
  }
}

function payloadOf(given: Uint8Array | undefined, most: number): string {
  const bytes = Buffer.from(given ?? '');
  if (bytes.length > most) {
    const message = `${bytes.length} byte payload is too large for the RequestResponse invocation type (limit ${most} bytes)`;
    throw new AwsError('RequestTooLargeException', message, 413);
  }
  const text = bytes.length === 0 ? '{}' : bytes.toString();
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    throw new AwsError('InvalidRequestContentException', `Could not parse request body into json: ${reason}`);
  }
}

async function waitFor(fn: HostedFunction, payload: string, withLog: boolean, { world, requestId }: CallContext) {
  const before = fn.log.length;
  const outcome = await untilTimePasses(() =>
    asWork(world.clock, () => hosting.invoke(world, fn, payload, { trigger: 'request', requestId })),
  );
  if (outcome.status === 'throttled') {
    throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429, { details: { Reason: outcome.reason, Type: 'User' } });
  }
  const answer = outcome.status === 'returned' ? outcome.payload : JSON.stringify(outcome.error);
  return {
    StatusCode: 200,
    ExecutedVersion: '$LATEST',
    Payload: Buffer.from(answer),
    ...(outcome.status === 'failed' && { FunctionError: 'Unhandled' }),
    ...(withLog && { LogResult: tailOf(fn.log.slice(before)) }),
  };
}

/** The last 4 KB, in base64. */
function tailOf(lines: readonly LogLine[]): string {
  const text = Buffer.from(lines.map((line) => `${line.text}\n`).join(''));
  return text.subarray(Math.max(0, text.length - 4096)).toString('base64');
}
