/**
 * The local AWS: as many accounts as are named, in this process, behind the wire protocols of the real one.
 * In-process it is an SDK `requestHandler`; over HTTP it is an `AWS_ENDPOINT_URL`.
 */
import * as iam from '@aws-sdk/client-iam';
import * as kms from '@aws-sdk/client-kms';
import * as s3 from '@aws-sdk/client-s3';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';
import { resolveCaller } from './callers.ts';
import type { Handler } from './service.ts';
import { iamHandlers } from './services/iam.ts';
import { kmsHandlers } from './services/kms.ts';
import { s3Handlers } from './services/s3.ts';
import { ssmHandlers } from './services/ssm.ts';
import { stsHandlers } from './services/sts.ts';
import { type CallRecord, type Dispatch, dispatch, type Interceptor, type LocalService } from './wire/dispatch.ts';
import type { Protocol } from './wire/protocol.ts';
import { jsonProtocol } from './wire/protocol-json.ts';
import { queryProtocol } from './wire/protocol-query.ts';
import { restXmlProtocol } from './wire/protocol-rest-xml.ts';
import { type SdkRequestHandler, sdkHandler } from './wire/sdk-handler.ts';
import { type Listening, listen } from './wire/server.ts';
import { type ClientClass, describeService, type ServiceModel } from './wire/service-model.ts';
import { type Clock, newWorld, type World } from './world.ts';

export type { CallRecord, CallResult, Interceptor } from './wire/dispatch.ts';

export interface LocalAwsOptions {
  readonly clock?: Clock;
  /** Names of roles that can be assumed in every account from every account while nobody created them; their sessions are administrators. */
  readonly impliedRoles?: readonly string[];
  /** Run around every handler, in this order. */
  readonly interceptors?: readonly Interceptor[];
}

export interface LocalAws {
  readonly world: World;
  /** Every call so far, oldest first. */
  readonly calls: readonly CallRecord[];
  /** For any SDK v3 client: no sockets. Access keys of 12 digits are that account's administrator. */
  requestHandler(): SdkRequestHandler;
  /** Serves on 127.0.0.1. @param port 0 (the default): any free one */
  listen(port?: number): Promise<Listening>;
  /** Tells the listener every call once it is answered. @returns a function that stops it */
  onCall(listener: (call: CallRecord) => void): () => void;
}

export function createLocalAws(options: LocalAwsOptions = {}): LocalAws {
  const world = newWorld(options.clock, { impliedRoles: options.impliedRoles ?? [] });
  const calls: CallRecord[] = [];
  const listeners = new Set<(call: CallRecord) => void>();
  const on: Dispatch = {
    world,
    services: localServices(),
    interceptors: options.interceptors ?? [],
    resolveCaller: (scope) => resolveCaller(world, scope),
    record: (call) => {
      calls.push(call);
      for (const listener of listeners) listener(call);
    },
  };
  return {
    world,
    calls,
    requestHandler: () => sdkHandler((request) => dispatch(on, request)),
    listen: (port = 0) => listen((request) => dispatch(on, request), port),
    onCall: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

const services: readonly [name: string, module: object, client: ClientClass, handlers: Readonly<Record<string, Handler>>][] = [
  ['s3', s3, s3.S3Client, s3Handlers],
  ['kms', kms, kms.KMSClient, kmsHandlers],
  ['iam', iam, iam.IAMClient, iamHandlers],
  ['sts', sts, sts.STSClient, stsHandlers],
  ['ssm', ssm, ssm.SSMClient, ssmHandlers],
];

let shared: ReadonlyMap<string, LocalService> | undefined;

/** Services hold no state, so all worlds of a process share them: reading the schemas costs more than most tests. */
function localServices(): ReadonlyMap<string, LocalService> {
  shared ??= new Map(
    services.map(([name, module, client, handlers]) => [
      name,
      { name, protocol: protocolOf(describeService(module, client)), handlers },
    ]),
  );
  return shared;
}

function protocolOf(model: ServiceModel): Protocol {
  switch (model.protocol) {
    case 'restXml':
      return restXmlProtocol(model);
    case 'awsQuery':
      return queryProtocol(model);
    case 'awsJson1_0':
    case 'awsJson1_1':
      return jsonProtocol(model);
  }
}
