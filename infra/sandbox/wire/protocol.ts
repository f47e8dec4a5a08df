import type { AwsError } from '../service.ts';
import type { WireRequest, WireResponse } from './http.ts';
import type { OperationModel } from './service-model.ts';

/** One of AWS's wire protocols, seen from the service's side. */
export interface Protocol {
  /** Which operation a request asks for. @throws AwsError when there is none such */
  operationOf(request: WireRequest): OperationModel;
  /** The operation's input as the SDK shapes it. @throws AwsError when the request cannot be read */
  readInput(operation: OperationModel, request: WireRequest): object | Promise<object>;
  writeOutput(operation: OperationModel, output: object, requestId: string): WireResponse;
  writeError(error: AwsError, requestId: string): WireResponse;
  /** How this protocol's services spell the refusals that come before any operation. */
  readonly refusals: Refusals;
}

export type Refusal = 'unsigned' | 'unknownKey' | 'invalidToken' | 'expiredToken' | 'malformed' | 'internal';

/** Code and HTTP status of each. */
export type Refusals = Readonly<Record<Refusal, readonly [code: string, status: number]>>;
