/** The controller's ledger and queue, reached with a person's own credentials. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { maxAttempts } from '../../shared/aws/connection.ts';
import { hubGateway } from '../../shared/aws/hub-gateway.ts';
import { dynamoLedger } from '../../shared/aws/ledger.ts';
import { sqsQueue } from '../../shared/aws/queue.ts';
import type { Ledger } from '../../shared/controller/ledger.ts';
import type { Queue } from '../../shared/controller/ports.ts';
import type { AwsGateway } from '../../shared/model/aws-call.ts';
import type { HubPlace } from './core.ts';

// Without a region the SDK looks for one itself.
const configOf = ({ region, userAgent }: HubPlace) => ({
  maxAttempts,
  customUserAgent: userAgent,
  ...(region !== undefined && { region }),
});

export const openLedger = ({ table, ...place }: HubPlace & { readonly table: string }): Ledger =>
  dynamoLedger({ client: new DynamoDBClient(configOf(place)), table });

// The endpoint is the region's or the environment's own, whatever host the URL names.
export const openQueue = ({ url, ...place }: HubPlace & { readonly url: string }): Queue =>
  sqsQueue({ client: new SQSClient({ ...configOf(place), useQueueUrlAsEndpoint: false }), url });

/** Reads alarms, and nothing else of CloudWatch. */
export const openAlarms = (place: HubPlace): AwsGateway =>
  hubGateway({ ...place, services: { cloudwatch: () => import('../../shared/aws/clients/alarms.ts') } });
