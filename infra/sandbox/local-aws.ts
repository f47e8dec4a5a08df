/**
 * The local AWS: as many accounts as are named, in this process, behind the wire protocols of the real one.
 * In-process it is an SDK `requestHandler`; over HTTP it is an `AWS_ENDPOINT_URL`.
 */
import { authorising } from './authorisation/authorise.ts';
import { newCallLog } from './call-log.ts';
import { resolveCaller } from './callers.ts';
import { type Controlled, control, isControl } from './controls.ts';
import type { Handler } from './service.ts';
import { type CloudTrailOptions, cloudtrailHandlers } from './services/cloudtrail.ts';
import { cloudwatchHandlers } from './services/cloudwatch.ts';
import { dynamodbHandlers } from './services/dynamodb.ts';
import { type EventDelivery, eventbridgeHandlers } from './services/eventbridge.ts';
import { iamHandlers } from './services/iam.ts';
import { kmsHandlers } from './services/kms.ts';
import { lambdaHandlers } from './services/lambda.ts';
import { organizationsHandlers } from './services/organizations.ts';
import { s3Handlers } from './services/s3.ts';
import { schedulerHandlers } from './services/scheduler.ts';
import { snsHandlers } from './services/sns.ts';
import { sqsHandlers } from './services/sqs.ts';
import { ssmHandlers } from './services/ssm.ts';
import { stsHandlers } from './services/sts.ts';
import { trailInterceptor } from './trail/interceptor.ts';
import { newTrouble, type Trouble, type TroubleOptions } from './trouble/trouble.ts';
import { type CallRecord, type Dispatch, dispatch, type Interceptor, type LocalService } from './wire/dispatch.ts';
import type { WireRequest, WireResponse } from './wire/http.ts';
import { NoAnswer } from './wire/no-answer.ts';
import { type SdkRequestHandler, sdkHandler } from './wire/sdk-handler.ts';
import { type Listening, listen } from './wire/server.ts';
import { type ClientClass, describeService } from './wire/service-model.ts';
import { duringCall } from './work.ts';
import { type Clock, newWorld, type World } from './world.ts';

export type { CallRecord, CallResult, Interceptor } from './wire/dispatch.ts';

export interface LocalAwsOptions {
  readonly clock?: Clock;
  /** Names of roles that can be assumed in every account from every account while nobody created them; their sessions are administrators. */
  readonly impliedRoles?: readonly string[];
  /** Whether callers may do only what their policies let them, as in AWS; true by default. */
  readonly authorise?: boolean;
  /** What goes wrong from the start; more can be asked for later. */
  readonly trouble?: TroubleOptions;
  /** Run around every handler, in this order. */
  readonly interceptors?: readonly Interceptor[];
  /** How reliably events of AWS itself reach EventBridge. */
  readonly eventDelivery?: EventDelivery;
  readonly cloudtrail?: CloudTrailOptions;
  /** Characters an event pattern may have; 2,048 by default. */
  readonly eventPatternSize?: number;
}

export interface LocalAws {
  readonly world: World;
  /** What goes wrong: faults by rule, and eventual consistency. */
  readonly trouble: Trouble;
  /** The calls so far, oldest first: the newest 100,000 of them. */
  readonly calls: readonly CallRecord[];
  /** For any SDK v3 client: no sockets. Access keys of 12 digits are that account's administrator. */
  requestHandler(): SdkRequestHandler;
  /** Serves on 127.0.0.1. @param port 0 (the default): a free one */
  listen(port?: number): Promise<Listening>;
  /** Tells the listener every call once it is answered. @returns a function that stops it */
  onCall(listener: (call: CallRecord) => void): () => void;
}

export function createLocalAws(options: LocalAwsOptions = {}): LocalAws {
  const world = newWorld(options.clock, {
    impliedRoles: options.impliedRoles ?? [],
    ...(options.cloudtrail && { cloudtrail: options.cloudtrail }),
    events: {
      ...(options.eventDelivery && { delivery: options.eventDelivery }),
      ...(options.eventPatternSize !== undefined && { patternSize: options.eventPatternSize }),
    },
  });
  world.lambda.authorise = options.authorise !== false;
  const log = newCallLog();
  const { first, last, ...trouble } = newTrouble(options.trouble ?? {});
  const listeners = new Set<(call: CallRecord) => void>();
  const on: Dispatch = {
    world,
    services,
    // First, so that it hears of a call whatever the others make of the answer.
    interceptors: [
      trailInterceptor(),
      ...first,
      ...(options.authorise === false ? [] : [authorising()]),
      ...(options.interceptors ?? []),
      ...last,
    ],
    resolveCaller: (scope) => resolveCaller(world, scope),
    record: (call) => {
      log.record(call);
      for (const listener of listeners) listener(call);
    },
  };
  const controlled: Controlled = { clock: world.clock, log, trouble, services: [...services.keys()] };
  return {
    world,
    trouble,
    calls: log.calls,
    requestHandler: () => sdkHandler((request) => duringCall(() => dispatch(on, request))),
    listen: async (port = 0) => {
      const listening = await listen(
        (request) => (isControl(request) ? control(controlled, request) : overHttp(on, request)),
        port,
      );
      world.sqs.origin = listening.url;
      world.lambda.endpoint = listening.url;
      return listening;
    },
    onCall: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** What gets no answer leaves the connection hanging before it is reset, by the clock of the local AWS. */
async function overHttp(on: Dispatch, request: WireRequest): Promise<WireResponse> {
  try {
    return await dispatch(on, request);
  } catch (error) {
    const seconds = error instanceof NoAnswer ? error.hangs : 0;
    if (seconds > 0) await new Promise<void>((resolve) => void on.world.clock.after(seconds, resolve));
    throw error;
  }
}

interface ServiceSource {
  /** The service's SDK client: all of its module, and the class. Loading one costs more than most tests, so it waits for the first call. */
  client(): Promise<readonly [module: object, client: ClientClass]>;
  readonly handlers: Readonly<Record<string, Handler>>;
}

const sources: Readonly<Record<string, ServiceSource>> = {
  s3: { client: () => import('@aws-sdk/client-s3').then((sdk) => [sdk, sdk.S3Client]), handlers: s3Handlers },
  kms: { client: () => import('@aws-sdk/client-kms').then((sdk) => [sdk, sdk.KMSClient]), handlers: kmsHandlers },
  iam: { client: () => import('@aws-sdk/client-iam').then((sdk) => [sdk, sdk.IAMClient]), handlers: iamHandlers },
  sts: { client: () => import('@aws-sdk/client-sts').then((sdk) => [sdk, sdk.STSClient]), handlers: stsHandlers },
  ssm: { client: () => import('@aws-sdk/client-ssm').then((sdk) => [sdk, sdk.SSMClient]), handlers: ssmHandlers },
  sqs: { client: () => import('@aws-sdk/client-sqs').then((sdk) => [sdk, sdk.SQSClient]), handlers: sqsHandlers },
  sns: { client: () => import('@aws-sdk/client-sns').then((sdk) => [sdk, sdk.SNSClient]), handlers: snsHandlers },
  monitoring: {
    client: () => import('@aws-sdk/client-cloudwatch').then((sdk) => [sdk, sdk.CloudWatchClient]),
    handlers: cloudwatchHandlers,
  },
  dynamodb: {
    client: () => import('@aws-sdk/client-dynamodb').then((sdk) => [sdk, sdk.DynamoDBClient]),
    handlers: dynamodbHandlers,
  },
  scheduler: {
    client: () => import('@aws-sdk/client-scheduler').then((sdk) => [sdk, sdk.SchedulerClient]),
    handlers: schedulerHandlers,
  },
  cloudtrail: {
    client: () => import('@aws-sdk/client-cloudtrail').then((sdk) => [sdk, sdk.CloudTrailClient]),
    handlers: cloudtrailHandlers,
  },
  events: {
    client: () => import('@aws-sdk/client-eventbridge').then((sdk) => [sdk, sdk.EventBridgeClient]),
    handlers: eventbridgeHandlers,
  },
  lambda: {
    client: () => import('@aws-sdk/client-lambda').then((sdk) => [sdk, sdk.LambdaClient]),
    handlers: lambdaHandlers,
  },
  organizations: {
    client: () => import('@aws-sdk/client-organizations').then((sdk) => [sdk, sdk.OrganizationsClient]),
    handlers: organizationsHandlers,
  },
};

/** Services hold no state, so all worlds of a process share them. */
const services: ReadonlyMap<string, () => Promise<LocalService>> = new Map(
  Object.entries(sources).map(([name, source]) => {
    let loaded: Promise<LocalService> | undefined;
    return [name, () => (loaded ??= load(name, source))];
  }),
);

async function load(name: string, { client, handlers }: ServiceSource): Promise<LocalService> {
  const [{ protocolsOf }, sdk] = await Promise.all([import('./wire/protocols.ts'), client()]);
  return { name, protocolFor: protocolsOf(describeService(...sdk)), handlers };
}
