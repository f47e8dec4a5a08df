/** The functions as they are built, each in a role of its own. */
import { join } from 'node:path';
import { CreateEventSourceMappingCommand, CreateFunctionCommand } from '@aws-sdk/client-lambda';
import type { Administrator, Place } from './clients.ts';
import { createRole, roleArn, type Statement, trustService } from './roles.ts';
import type { Store } from './store.ts';

export const functionNames = ['route', 'admit', 'sweep', 'reconcile'] as const;
export type FunctionName = (typeof functionNames)[number];

/** ARNs by function. */
export type Functions = Readonly<Record<FunctionName, string>>;

interface Size {
  readonly memoryMb: number;
  readonly seconds: number;
}

const sizes: Readonly<Record<FunctionName, Size>> = {
  route: { memoryMb: 256, seconds: 30 },
  admit: { memoryMb: 1024, seconds: 300 },
  sweep: { memoryMb: 1024, seconds: 300 },
  reconcile: { memoryMb: 512, seconds: 120 },
};

/** How long a batch of the queue may take. */
export const reconcileSeconds = sizes.reconcile.seconds;

export interface Deployment {
  readonly place: Place;
  readonly store: Store;
  /** Variables of every function. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folder of the built functions: `dist/functions`. */
  readonly code: string;
  /** Accounts with spoke roles, and the names of these. */
  readonly spokes: readonly string[];
  readonly observerRole: string;
  readonly healerRole: string;
  readonly documentsPath: string;
  readonly freezeParameter: string;
}

/** The ARN of the role that a function runs in. */
export const executionRoleOf = ({ account }: Place, name: FunctionName): string => roleArn(account, `lockstep-${name}`);

export async function createExecutionRoles({ iam }: Administrator, deployment: Deployment): Promise<void> {
  const { account } = deployment.place;
  const trust = trustService('lambda.amazonaws.com');
  const permissions = permissionsOf(deployment);
  await Promise.all(
    functionNames.map((name) => createRole(iam, { account, name: `lockstep-${name}`, trust, permissions: permissions[name] })),
  );
}

export async function createFunctions({ lambda }: Administrator, deployment: Deployment): Promise<Functions> {
  const arns = functionNames.map(async (name) => {
    const { FunctionArn = '' } = await lambda.send(
      new CreateFunctionCommand({
        ...{ FunctionName: `lockstep-${name}`, Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler' },
        ...{ MemorySize: sizes[name].memoryMb, Timeout: sizes[name].seconds },
        Role: executionRoleOf(deployment.place, name),
        // A folder of this machine, which only the local AWS takes.
        Code: { S3Bucket: '_local_', S3Key: join(deployment.code, name) },
        Environment: { Variables: { ...deployment.environment } },
      }),
    );
    return [name, FunctionArn] as const;
  });
  return Object.fromEntries(await Promise.all(arns)) as Functions;
}

/** Has `reconcile` answer the queue. @returns the id of the mapping */
export async function answerQueue({ lambda }: Administrator, functions: Functions, { queueArn }: Store): Promise<string> {
  const { UUID = '' } = await lambda.send(
    new CreateEventSourceMappingCommand({
      ...{ FunctionName: functions.reconcile, EventSourceArn: queueArn, BatchSize: 10 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 10 },
    }),
  );
  return UUID;
}

function permissionsOf(deployment: Deployment): Readonly<Record<FunctionName, readonly Statement[]>> {
  const { store, spokes, observerRole, healerRole } = deployment;
  const send: Statement = { Action: 'sqs:SendMessage', Resource: store.queueArn };
  const assume = (role: string): Statement => ({
    Action: 'sts:AssumeRole',
    Resource: spokes.map((account) => roleArn(account, role)),
  });
  const admitting = [ledger(store), send, tell(store), ...documents(deployment), assume(observerRole)];
  return {
    route: [{ Action: routing, Resource: store.tableArn }, send],
    admit: admitting,
    sweep: admitting,
    reconcile: [...admitting, assume(healerRole), receive(store)],
  };
}

const routing = ['dynamodb:BatchGetItem', 'dynamodb:PutItem'];

const ledger = ({ tableArn }: Store): Statement => ({
  Action: [...routing, ...['dynamodb:Query', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem']],
  Resource: tableArn,
});

const tell = ({ topicArn }: Store): Statement => ({ Action: 'sns:Publish', Resource: topicArn });

/** Who edited a document is in the event history, which has no resources. */
const documents = ({ place, documentsPath, freezeParameter }: Deployment): readonly Statement[] => {
  const parameter = (name: string): string =>
    `arn:aws:ssm:${place.region}:${place.account}:parameter/${name.replace(/^\//, '').replace(/\/$/, '')}`;
  return [
    { Action: 'ssm:GetParametersByPath', Resource: [parameter(documentsPath), `${parameter(documentsPath)}/*`] },
    { Action: 'ssm:GetParameter', Resource: parameter(freezeParameter) },
    { Action: 'cloudtrail:LookupEvents', Resource: '*' },
  ];
};

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions */
const receive = ({ queueArn }: Store): Statement => ({
  Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
  Resource: queueArn,
});
