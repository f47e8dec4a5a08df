/** Policies that AWS would not take are found out before anything is deployed. */
import { partitionOf } from '../../shared/model/arn.ts';
import { type Config, InvalidConfiguration } from '../config.ts';
import { healerPolicy, type Needs } from '../permissions.ts';
import { boundaryPolicy } from './boundary.ts';
import { whoReports, whoSends } from './callers.ts';
import { functionPolicy, type HubParts } from './hub.ts';
import type { FunctionName } from './names.ts';
import type { PolicyDocument } from './statement.ts';
import { observers, spokeTrust } from './trust.ts';

/** Characters. */
const longest = {
  // All inline policies of a role together; a trust policy; a managed policy. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  role: 10_240,
  trust: 2048,
  managed: 6144,
  // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html
  bus: 10_240,
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
  queue: 8192,
} as const;

interface Measured {
  readonly kind: keyof typeof longest;
  /** The field that makes it long. */
  readonly field: string;
  /** e.g. `the healer's policy` */
  readonly what: string;
  readonly policy: PolicyDocument;
  /** What to write instead. */
  readonly instead: string;
}

function insistOnSize({ kind, field, what, policy, instead }: Measured): void {
  const { length } = JSON.stringify(policy);
  if (length <= longest[kind]) return;
  const fault = `${field}: ${what} would have ${length} characters, AWS takes ${longest[kind]}; ${instead}`;
  throw new InvalidConfiguration('given', [fault]);
}

/** @throws InvalidConfiguration naming the first policy that is too long, the field that makes it so, and what to write instead */
export function insistOnSizes(aspects: readonly Needs[], config: Config): void {
  insistOnSpokeSizes(aspects, config);
  insistOnHubSizes(config);
}

/** The longest ARNs that are. */
const longestArns = { partition: 'aws-us-gov', account: '111111111111' };

function insistOnSpokeSizes(aspects: readonly Needs[], config: Config): void {
  const names = { field: 'names', instead: 'write patterns instead of single names' };
  insistOnSize({ ...names, kind: 'role', what: "the healer's policy", policy: healerPolicy(aspects, config, longestArns) });
  if (config.newRoles.boundary === undefined)
    insistOnSize({ ...names, kind: 'managed', what: 'lockstep-boundary', policy: boundaryPolicy(config, longestArns) });
  const operators = { field: 'operators', instead: 'name fewer roles' };
  insistOnSize({ ...operators, kind: 'trust', what: "the observer's trust policy", policy: spokeTrust(observers, config) });
}

/** Every account that is named makes these longer; those of an organization need no names. */
function insistOnHubSizes(config: Config): void {
  const common = { field: 'spokes', instead: 'name fewer accounts, or an organization, whose accounts need no names' };
  const parts = longestParts(config);
  for (const name of ['reconcile', 'failures'] satisfies FunctionName[]) {
    const policy = functionPolicy(name, config, parts);
    insistOnSize({ ...common, kind: 'role', what: `the policy of lockstep-${name}`, policy });
  }
  insistOnSize({ ...common, kind: 'bus', what: "the bus's policy", policy: whole(whoSends(config)) });
  insistOnSize({ ...common, kind: 'queue', what: 'the policy of the queue of failures', policy: queuePolicy(config, parts) });
}

const whole = (Statement: PolicyDocument['Statement']): PolicyDocument => ({ Version: '2012-10-17', Statement });

/** Beside who reports, CDK refuses what is not encrypted. */
function queuePolicy(config: Config, { failureQueue }: HubParts): PolicyDocument {
  const encrypted = { Effect: 'Deny', Principal: { AWS: '*' }, Action: 'sqs:*', Resource: failureQueue } as const;
  const Condition = { Bool: { 'aws:SecureTransport': 'false' } };
  return whole([{ ...encrypted, Sid: 'Encrypted', Condition }, ...whoReports(failureQueue, config)]);
}

/** The names that the hub really has, or longer ones. */
function longestParts({ hub: { account, region } }: Config): HubParts {
  const partition = partitionOf(region);
  const arn = (service: string, resource: string): string => `arn:${partition}:${service}:${region}:${account}:${resource}`;
  return {
    ...{ partition, account, region },
    table: arn('dynamodb', 'table/lockstep-ledger'),
    queue: arn('sqs', 'lockstep.fifo'),
    failureQueue: arn('sqs', 'lockstep-failures'),
    topic: arn('sns', 'lockstep'),
    topicKey: arn('kms', `key/${'0'.repeat(36)}`),
    deadLetters: arn('sqs', 'lockstep-undelivered'),
    logGroup: arn('logs', 'log-group:/aws/lambda/lockstep-reconcile'),
  };
}
