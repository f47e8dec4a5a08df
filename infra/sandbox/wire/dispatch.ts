import { randomUUID } from 'node:crypto';
import { AwsError, type CallContext, type Caller, type Handler } from '../service.ts';
import type { World } from '../world.ts';
import { guessService, type SigningScope, signingScope } from './credential.ts';
import { unwrapBody, type WireRequest, type WireResponse } from './http.ts';
import type { Protocol, Refusal } from './protocol.ts';

/** One service behind the wire. */
export interface LocalService {
  /** Signing name, e.g. `kms`. */
  readonly name: string;
  readonly protocol: Protocol;
  readonly handlers: Readonly<Record<string, Handler>>;
}

/** One call as it was answered. */
export interface CallRecord {
  readonly time: Date;
  /** ARN of the caller; undefined when the credentials were refused. */
  readonly caller: string | undefined;
  readonly account: string | undefined;
  readonly region: string;
  readonly service: string;
  readonly operation: string;
  readonly input: object;
  /** AWS's error code, when the call was refused. */
  readonly error: string | undefined;
}

/** How a call went. */
export type CallResult = { readonly output: object } | { readonly error: AwsError };

/** What stands around every handler: authorisation, faults, events. Interceptors run in the order of their list, before and after alike. */
export interface Interceptor {
  /** Throws an `AwsError` to refuse the call; answers in the handler's place by returning an output. */
  before?(call: CallContext, input: object): Answer | Promise<Answer>;
  /** Sees every call that got as far as its handler, refused or not. What it throws becomes the answer. */
  after?(call: CallContext, input: object, result: CallResult): void | Promise<void>;
}

type Answer = { readonly output: object } | undefined;

export interface Dispatch {
  readonly world: World;
  readonly services: ReadonlyMap<string, LocalService>;
  readonly interceptors: readonly Interceptor[];
  /** Who signed; or why the credentials are refused, and a sentence about it. */
  resolveCaller(scope: SigningScope): Caller | { readonly refusal: Refusal; readonly message: string };
  record(call: CallRecord): void;
}

/** Answers one request. Never throws: every failure is a response in the service's own spelling. */
export async function dispatch(on: Dispatch, incoming: WireRequest): Promise<WireResponse> {
  const requestId = randomUUID();
  const scope = signingScope(incoming);
  const name = scope?.service ?? guessService(incoming);
  const service = on.services.get(name);
  if (!service) return unknownService(on, incoming, name, requestId);
  const { protocol } = service;
  try {
    const { operation, output } = await answer(on, service, unwrapBody(incoming, name), scope, requestId);
    return withoutBodyOfHead(incoming, protocol.writeOutput(operation, output, requestId));
  } catch (error) {
    return withoutBodyOfHead(incoming, protocol.writeError(asAwsError(error, protocol), requestId));
  }
}

/** From the request to the handler's output. */
async function answer(
  on: Dispatch,
  service: LocalService,
  request: WireRequest,
  scope: SigningScope | undefined,
  requestId: string,
) {
  const { protocol, name } = service;
  const operation = protocol.operationOf(request);
  const record: CallRecord = {
    time: on.world.clock.now(),
    caller: undefined,
    account: undefined,
    region: scope?.region ?? '',
    service: name,
    operation: operation.name,
    input: {},
    error: undefined,
  };
  const known: { record: CallRecord } = { record };
  try {
    const caller = callerOf(on, protocol, scope);
    known.record = { ...record, caller: caller.arn, account: caller.account };
    const handler = service.handlers[operation.name];
    if (!handler) throw new AwsError('NotImplemented', `The local AWS does not implement ${name}:${operation.name}.`, 501);
    const input = await readInput(protocol, operation, request);
    known.record = { ...known.record, input };
    const call: CallContext = {
      world: on.world,
      caller,
      region: record.region,
      requestId,
      service: name,
      operation: operation.name,
    };
    const output = await runHandler(on.interceptors, handler, call, input);
    on.record(known.record);
    return { operation, output };
  } catch (error) {
    on.record({ ...known.record, error: asAwsError(error, protocol).code });
    throw error;
  }
}

async function runHandler(
  interceptors: readonly Interceptor[],
  handler: Handler,
  call: CallContext,
  input: object,
): Promise<object> {
  const result = await attempt(async () => {
    for (const { before } of interceptors) {
      const instead = await before?.(call, input);
      if (instead) return instead.output;
    }
    return ((await (handler as Handler<object>)(input, call)) ?? {}) as object;
  });
  for (const { after } of interceptors) await after?.(call, input, result);
  if ('error' in result) throw result.error;
  return result.output;
}

/** A refusal is a result; anything else that is thrown is a fault of the local AWS itself and goes on up. */
async function attempt(run: () => Promise<object>): Promise<CallResult> {
  try {
    return { output: await run() };
  } catch (error) {
    if (error instanceof AwsError) return { error };
    throw error;
  }
}

function callerOf(on: Dispatch, protocol: Protocol, scope: SigningScope | undefined): Caller {
  const found = scope ? on.resolveCaller(scope) : { refusal: 'unsigned' as const, message: 'The request is not signed.' };
  if (!('refusal' in found)) return found;
  const [code, status] = protocol.refusals[found.refusal];
  throw new AwsError(code, found.message, status);
}

async function readInput(protocol: Protocol, ...[operation, request]: Parameters<Protocol['readInput']>): Promise<object> {
  try {
    return await protocol.readInput(operation, request);
  } catch (error) {
    if (error instanceof AwsError) throw error;
    const [code, status] = protocol.refusals.malformed;
    throw new AwsError(code, `The request could not be read: ${messageOf(error)}`, status);
  }
}

function asAwsError(error: unknown, protocol: Protocol): AwsError {
  if (error instanceof AwsError) return error;
  const [code, status] = protocol.refusals.internal;
  return new AwsError(code, `The local AWS failed: ${messageOf(error)}`, status);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Answered in the protocol the request seems to be written in. */
function unknownService(on: Dispatch, request: WireRequest, name: string, requestId: string): WireResponse {
  const form = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  const spoken = on.services.get(form ? 'iam' : guessService(request)) ?? on.services.values().next().value;
  const error = new AwsError(
    'NotImplemented',
    `The local AWS has no service ${name}; it has ${[...on.services.keys()].join(', ')}.`,
    501,
  );
  if (!spoken) throw error;
  return withoutBodyOfHead(request, spoken.protocol.writeError(error, requestId));
}

const withoutBodyOfHead = ({ method }: WireRequest, response: WireResponse): WireResponse =>
  method === 'HEAD' ? { ...response, body: '' } : response;
