/** What every function has, and all that route has: it is loaded for every event, so nothing else is in reach of it. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { connection, maxAttempts } from '../shared/aws/connection.ts';
import { dynamoLedger } from '../shared/aws/ledger.ts';
import { sqsQueue } from '../shared/aws/queue.ts';
import type { Routing } from '../shared/controller/route.ts';
import { type FunctionSettings, settingsFrom } from './settings.ts';
import { embeddedMetrics, jsonLog } from './telemetry.ts';

export const userAgent = 'lockstep/controller';

/** Of every client in the hub's own account. */
export const clientConfig = { maxAttempts, customUserAgent: userAgent, requestHandler: connection } as const;

/** Made once for each execution environment. @throws BadEnvironment */
export const routingFromEnvironment = once(() => routingOf(settingsFrom(process.env, { tells: false })));

/** The value that the first call makes; a call that throws makes none. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

export function routingOf({ ledgerTable, queueUrl, observerRole, healerRole }: FunctionSettings) {
  return {
    ledger: dynamoLedger({ client: new DynamoDBClient(clientConfig), table: ledgerTable }),
    // The endpoint is the region's or the environment's own, whatever host the URL names.
    queue: sqsQueue({ client: new SQSClient({ ...clientConfig, useQueueUrlAsEndpoint: false }), url: queueUrl }),
    metrics: embeddedMetrics(),
    log: jsonLog(),
    ours: { observerRole, healerRole },
    now: () => new Date(),
  } satisfies Routing;
}
