/** The functions, each in a role of its own. */
import { join } from 'node:path';
import { CfnDeletionPolicy, Duration, type Stack } from 'aws-cdk-lib';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Architecture, CfnEventSourceMapping, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import { acknowledge } from '../acknowledge.ts';
import type { Config } from '../config.ts';
import { heartbeatMinutes } from '../heartbeat.ts';
import { functionPolicy, type HubParts } from '../permissions/hub.ts';
import { deployedName, type FunctionName, failureTopicName, functionNames, listedAccounts } from '../permissions/names.ts';
import { serviceTrust } from '../permissions/trust.ts';
import { roleOf } from '../role.ts';
import { type Queues, tableName } from './store.ts';
import type { Topic } from './topic.ts';

interface Size {
  readonly memoryMb: number;
  readonly seconds: number;
  readonly does: string;
}

const sizes: Readonly<Record<FunctionName, Size>> = {
  route: { memoryMb: 512, seconds: 30, does: 'Takes an event to the groups it can concern' },
  admit: { memoryMb: 1024, seconds: 300, does: 'Reads all documents after one was edited' },
  sweep: { memoryMb: 1024, seconds: 300, does: 'Asks for a pass over every group' },
  reconcile: { memoryMb: 1024, seconds: 120, does: 'Looks at a group, repairs and proves it' },
  failures: { memoryMb: 512, seconds: 60, does: 'Counts what S3 reports as not replicated' },
};

export type Functions = Readonly<Record<FunctionName, LambdaFunction>>;

export interface Parts extends Omit<HubParts, 'queue' | 'failureQueue' | 'deadLetters' | 'logGroup' | 'topic' | 'topicKey'> {
  readonly config: Config;
  readonly queues: Queues;
  readonly topic: Topic;
  /** Folder of the built functions: `dist/functions`. */
  readonly code: string;
}

export function functionsOf(stack: Stack, parts: Parts): Functions {
  const made = functionNames.map((name) => [name, functionOf(stack, name, parts)] as const);
  return Object.fromEntries(made) as Functions;
}

/** What `functions/settings.ts` reads. */
export function environmentOf({
  config,
  queues,
  topic,
}: Pick<Parts, 'config' | 'queues' | 'topic'>): Readonly<Record<string, string>> {
  const { budget, contestedRepairs, reserveSeconds, newRoles, organization, replicationMetrics } = config;
  return {
    LOCKSTEP_LEDGER_TABLE: tableName,
    LOCKSTEP_QUEUE_URL: queues.queue.queueUrl,
    LOCKSTEP_TOPIC_ARN: topic.arn,
    LOCKSTEP_DOCUMENTS_PATH: config.documentsPath,
    LOCKSTEP_FREEZE_PARAMETER: config.freezeParameter,
    LOCKSTEP_OBSERVER_ROLE: config.spokeRoles.observer,
    LOCKSTEP_HEALER_ROLE: config.spokeRoles.healer,
    LOCKSTEP_EXTERNAL_ID: config.externalId,
    LOCKSTEP_ROLE_BOUNDARY: newRoles.boundary ?? 'lockstep-boundary',
    LOCKSTEP_ORGANIZATION: organization?.readPolicies ? 'read' : 'leave-out',
    LOCKSTEP_FAILURE_TOPIC: failureTopicName,
    ...namedAccounts(config),
    LOCKSTEP_MODE: config.mode,
    LOCKSTEP_BUDGET_PERCENT: String(budget.percent),
    LOCKSTEP_BUDGET_MINIMUM: String(budget.minimum),
    LOCKSTEP_CONTESTED_REPAIRS: String(contestedRepairs),
    LOCKSTEP_RESERVE_SECONDS: String(reserveSeconds),
    LOCKSTEP_HEARTBEAT_MINUTES: String(heartbeatMinutes(config)),
    LOCKSTEP_METRICS_ACCOUNT: replicationMetrics.account,
    LOCKSTEP_METRICS_HOURS: String(replicationMetrics.everyHours),
    LOCKSTEP_STALLED_MINUTES: String(replicationMetrics.stalledMinutes),
    POWERTOOLS_LOG_LEVEL: config.logs.level,
  };
}

/** The variables of a function have 4 KB: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html. The queue lets in no others anyway. */
function namedAccounts(config: Config): Readonly<Record<string, string>> {
  const accounts = listedAccounts(config);
  return config.organization === undefined && accounts.length <= 100 ? { LOCKSTEP_FAILURE_ACCOUNTS: accounts.join() } : {};
}

function functionOf(stack: Stack, name: FunctionName, parts: Parts): LambdaFunction {
  const { config, queues } = parts;
  const { memoryMb, seconds, does } = sizes[name];
  const title = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
  const logs = new CfnLogGroup(stack, `${title}Log`, {
    logGroupName: `/aws/lambda/${deployedName(name)}`,
    retentionInDays: config.logs.retentionDays,
  });
  logs.cfnOptions.deletionPolicy = CfnDeletionPolicy.DELETE;
  const role = executionRole(stack, name, `${title}Role`, parts);
  const made = new LambdaFunction(stack, title, {
    functionName: deployedName(name),
    description: does,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    handler: 'index.handler',
    code: Code.fromAsset(join(parts.code, name), { exclude: ['**/*.map'] }),
    memorySize: memoryMb,
    timeout: Duration.seconds(seconds),
    environment: { ...environmentOf(parts) },
    reservedConcurrentExecutions: config.concurrency[name],
    role,
    // Queues have dead letters of their own.
    ...(name !== 'reconcile' && name !== 'failures' && { deadLetterQueue: queues.undelivered }),
  });
  // Otherwise Lambda would make the log group itself, to be kept for ever.
  made.node.addDependency(logs);
  return made;
}

function executionRole(stack: Stack, name: FunctionName, id: string, parts: Parts) {
  const { config, queues, topic, partition, region, account } = parts;
  const logGroup = `arn:${partition}:logs:${region}:${account}:log-group:/aws/lambda/${deployedName(name)}`;
  const policy = functionPolicy(name, config, {
    ...{ ...parts, queue: queues.queue.queueArn, failureQueue: queues.failureQueue.queueArn },
    deadLetters: queues.undelivered.queueArn,
    ...{ topic: topic.arn, topicKey: topic.keyArn, logGroup },
  });
  const role = roleOf(stack, id, {
    name: deployedName(name),
    description: `Lockstep's ${name} runs in it.`,
    trust: serviceTrust('lambda.amazonaws.com'),
    policy,
  });
  const wildcards = policy.Statement.flatMap(({ Resource = [] }) => Resource).filter((resource) => resource.includes('*'));
  const why =
    'Log streams, parameters under the path and accounts of the organization have no names yet; event history and organization know no resources.';
  if (wildcards.length > 0) acknowledge(role, 'IAM5', why, ...new Set(wildcards.map((resource) => `Resource::${resource}`)));
  return Role.fromRoleArn(stack, `${id}Ref`, role.attrArn, { mutable: false });
}

/** Reconcile answers the queue: one group at a time, many groups at once. */
export function answerQueue(stack: Stack, { reconcile }: Functions, { queue }: Queues, { concurrency }: Config): void {
  new CfnEventSourceMapping(stack, 'Answer', {
    functionName: reconcile.functionArn,
    eventSourceArn: queue.queueArn,
    batchSize: 10,
    functionResponseTypes: ['ReportBatchItemFailures'],
    scalingConfig: { maximumConcurrency: concurrency.reconcile },
  });
}
