/** @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
import type * as lambda from '@aws-sdk/client-lambda';
import { checkWhole, reserveConcurrency } from '../../hosting/functions.ts';
import type { CallContext } from '../../service.ts';
import { theFunction } from './lookup.ts';

export function putFunctionConcurrency(input: lambda.PutFunctionConcurrencyCommandInput, call: CallContext) {
  const concurrency = input.ReservedConcurrentExecutions ?? -1;
  checkWhole('reservedConcurrentExecutions', concurrency, 0, Number.MAX_SAFE_INTEGER);
  reserveConcurrency(call.world, theFunction(input.FunctionName, call), concurrency);
  return { ReservedConcurrentExecutions: concurrency };
}

export const getFunctionConcurrency = ({ FunctionName }: lambda.GetFunctionConcurrencyCommandInput, call: CallContext) => ({
  ReservedConcurrentExecutions: theFunction(FunctionName, call).reservedConcurrency,
});

export function deleteFunctionConcurrency(input: lambda.DeleteFunctionConcurrencyCommandInput, call: CallContext): void {
  reserveConcurrency(call.world, theFunction(input.FunctionName, call), undefined);
}
