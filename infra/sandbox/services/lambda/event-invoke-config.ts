/** @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html */
import type * as lambda from '@aws-sdk/client-lambda';
import { configureAsynchronous, usualAsynchronous } from '../../hosting/functions.ts';
import { AwsError, type CallContext } from '../../service.ts';
import { theFunction } from './lookup.ts';
import type { Asynchronous, HostedFunction } from './state.ts';

type Input = lambda.PutFunctionEventInvokeConfigCommandInput;

/** What is given, only that. */
function given({ MaximumRetryAttempts, MaximumEventAgeInSeconds, DestinationConfig }: Input): Partial<Asynchronous> {
  const { OnSuccess, OnFailure } = DestinationConfig ?? {};
  return {
    ...(MaximumRetryAttempts !== undefined && { maximumRetryAttempts: MaximumRetryAttempts }),
    ...(MaximumEventAgeInSeconds !== undefined && { maximumEventAgeSeconds: MaximumEventAgeInSeconds }),
    ...(OnSuccess && { onSuccess: OnSuccess.Destination || undefined }),
    ...(OnFailure && { onFailure: OnFailure.Destination || undefined }),
  };
}

/** Takes the place of what was there. */
export function putFunctionEventInvokeConfig(input: Input, call: CallContext) {
  const fn = theFunction(input.FunctionName, call, input.Qualifier);
  configureAsynchronous(fn, { ...usualAsynchronous, ...given(input) });
  return described(fn, call);
}

/** Changes what is given and keeps the rest. */
export function updateFunctionEventInvokeConfig(input: lambda.UpdateFunctionEventInvokeConfigCommandInput, call: CallContext) {
  const fn = configured(input, call);
  configureAsynchronous(fn, given(input));
  return described(fn, call);
}

export const getFunctionEventInvokeConfig = (input: lambda.GetFunctionEventInvokeConfigCommandInput, call: CallContext) =>
  described(configured(input, call), call);

export function deleteFunctionEventInvokeConfig(
  input: lambda.DeleteFunctionEventInvokeConfigCommandInput,
  call: CallContext,
): void {
  configured(input, call).asynchronous = usualAsynchronous;
}

/** A function that has such a configuration. @throws AwsError `ResourceNotFoundException` */
function configured({ FunctionName, Qualifier }: Pick<Input, 'FunctionName' | 'Qualifier'>, call: CallContext): HostedFunction {
  const fn = theFunction(FunctionName, call, Qualifier);
  if (fn.asynchronous !== usualAsynchronous) return fn;
  throw new AwsError('ResourceNotFoundException', `The function ${fn.arn}:$LATEST doesn't have an EventInvokeConfig`, 404);
}

function described({ arn, asynchronous }: HostedFunction, { world }: CallContext) {
  const { maximumRetryAttempts, maximumEventAgeSeconds, onSuccess, onFailure } = asynchronous;
  return {
    LastModified: world.clock.now(),
    FunctionArn: `${arn}:$LATEST`,
    MaximumRetryAttempts: maximumRetryAttempts,
    MaximumEventAgeInSeconds: maximumEventAgeSeconds,
    DestinationConfig: {
      OnSuccess: onSuccess === undefined ? {} : { Destination: onSuccess },
      OnFailure: onFailure === undefined ? {} : { Destination: onFailure },
    },
  };
}
