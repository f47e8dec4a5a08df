import { randomUUID } from 'node:crypto';
import { AwsError, type CallContext, type Caller, type Handler } from '../service.ts';
import type { World } from '../world.ts';
import { anyRegion, guessService, type SigningScope, signingScope } from './credential.ts';
import { unwrapBody, type WireRequest, type WireResponse } from './http.ts';
import { NoAnswer } from './no-answer.ts';
import type { Protocol, Refusal } from './protocol.ts';

/** One service behind the wire. */
export interface LocalService {
  /** Signing name, e.g. `kms`. */
  readonly name: string;
  /** The protocol a request is written in; a service may speak several. */
  protocolFor(request: WireRequest): Protocol;
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
  /** Why it was refused, where the local AWS knows more than AWS tells. */
  readonly reason?: string;
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
  /** By signing name. A service is loaded when it is first called. */
  readonly services: ReadonlyMap<string, () => Promise<LocalService>>;
  readonly interceptors: readonly Interceptor[];
  /** Who signed; or why the credentials are refused, and a sentence about it. */
  resolveCaller(scope: SigningScope): Caller | { readonly refusal: Refusal; readonly message: string };
  record(call: CallRecord): void;
}

/** Answers one request: every failure is a response in the service's own spelling. @throws NoAnswer when none is to come */
export async function dispatch(on: Dispatch, incoming: WireRequest): Promise<WireResponse> {
  const requestId = randomUUID();
  const scope = signingScope(incoming);
  const name = scope?.service ?? guessService(incoming);
  const service = await on.services.get(name)?.();
  if (!service) return unknownService(on, incoming, name, requestId);
  const protocol = service.protocolFor(incoming);
  try {
    const { operation, output } = await answer(on, service, protocol, unwrapBody(incoming, name), scope, requestId);
    return withoutBodyOfHead(incoming, protocol.writeOutput(operation, output, requestId));
  } catch (error) {
    if (error instanceof NoAnswer) throw error;
    return withoutBodyOfHead(incoming, protocol.writeError(asAwsError(error, protocol), requestId));
  }
}

/** From the request to the handler's output. */
async function answer(
  on: Dispatch,
  { name, handlers }: LocalService,
  protocol: Protocol,
  request: WireRequest,
  scope: SigningScope | undefined,
  requestId: string,
) {
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
    const handler = handlers[operation.name];
    if (!handler) throw new AwsError('NotImplemented', `The local AWS does not implement ${name}:${operation.name}.`, 501);
    const input = await readInput(protocol, operation, request);
    const region = record.region === anyRegion ? homeOf(on.world, input) : record.region;
    known.record = { ...known.record, input, region };
    const call: CallContext = {
      world: on.world,
      caller,
      region,
      requestId,
      service: name,
      operation: operation.name,
      shape: operation,
      ...(request.headers['user-agent'] !== undefined && { userAgent: request.headers['user-agent'] }),
      sourceIp: request.sourceIp ?? '127.0.0.1',
    };
    const output = await runHandler(on.interceptors, handler, call, input);
    on.record(known.record);
    return { operation, output };
  } catch (error) {
    on.record({ ...known.record, ...failureOf(error, protocol) });
    throw error;
  }
}

const homeOf = ({ s3 }: World, { Bucket }: { readonly Bucket?: string }): string =>
  s3.buckets.get(Bucket ?? '')?.region ?? 'us-east-1';

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

/** What the record tells of it. */
function failureOf(error: unknown, protocol: Protocol): Pick<CallRecord, 'error' | 'reason'> {
  if (error instanceof NoAnswer) return { error: error.name, reason: error.message };
  const { code, reason } = asAwsError(error, protocol);
  return { error: code, ...(reason !== undefined && { reason }) };
}

function asAwsError(error: unknown, protocol: Protocol): AwsError {
  if (error instanceof AwsError) return error;
  const [code, status] = protocol.refusals.internal;
  return new AwsError(code, `The local AWS failed: ${messageOf(error)}`, status);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Answered in the protocol the request seems to be written in. */
async function unknownService(on: Dispatch, request: WireRequest, name: string, requestId: string): Promise<WireResponse> {
  const form = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  const spoken = await (on.services.get(form ? 'iam' : guessService(request)) ?? on.services.values().next().value)?.();
  const error = new AwsError(
    'NotImplemented',
    `The local AWS has no service ${name}; it has ${[...on.services.keys()].join(', ')}.`,
    501,
  );
  if (!spoken) throw error;
  return withoutBodyOfHead(request, spoken.protocolFor(request).writeError(error, requestId));
}

const withoutBodyOfHead = ({ method }: WireRequest, response: WireResponse): WireResponse =>
  method === 'HEAD' ? { ...response, body: '' } : response;
