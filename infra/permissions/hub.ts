/** What each function of the hub may do: its own table, queue and topic, and the spoke roles. */
import type { Config } from '../config.ts';
import { type FunctionName, failureTopicArns, listedAccounts, spokeRoleArn } from './names.ts';
import { type At, type PolicyDocument, policyOf, type Statement } from './statement.ts';

/** ARNs of what the hub is made of. */
export interface HubParts extends At {
  readonly region: string;
  readonly table: string;
  readonly queue: string;
  readonly failureQueue: string;
  readonly topic: string;
  readonly topicKey: string;
  readonly deadLetters: string;
  readonly logGroup: string;
}

const allow = (Sid: string, Action: readonly string[], Resource: readonly string[] | string): Statement => ({
  ...{ Sid, Effect: 'Allow', Action, Resource },
});

const routing = ['dynamodb:BatchGetItem', 'dynamodb:PutItem'];
const keeping = [...routing, 'dynamodb:Query', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'];

const counting = ['dynamodb:BatchGetItem', 'dynamodb:UpdateItem', 'dynamodb:BatchWriteItem'];

export function functionPolicy(name: FunctionName, config: Config, parts: HubParts): PolicyDocument {
  if (name === 'failures') return countingPolicy(config, parts);
  const { observer, healer } = config.spokeRoles;
  const reads = name !== 'route';
  return policyOf(
    // The wildcard stands for the log streams, which Lambda names.
    allow('WriteLogs', ['logs:CreateLogStream', 'logs:PutLogEvents'], `${parts.logGroup}:*`),
    allow('KeepLedger', reads ? keeping : routing, parts.table),
    allow('SendMessages', ['sqs:SendMessage'], parts.queue),
    ...(reads ? [...reading(config, parts), assume('ReadSpokes', observer, config, parts)] : []),
    ...(name === 'reconcile' ? [receive('AnswerMessages', parts.queue), assume('RepairSpokes', healer, config, parts)] : []),
    ...(name === 'reconcile' && config.organization?.readPolicies ? [organizationPolicies] : []),
    // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    name === 'reconcile' ? undefined : allow('KeepWhatFailed', ['sqs:SendMessage'], parts.deadLetters),
  );
}

/** It looks at nothing in the spokes, and tells nobody: the pass that it asks for does. */
const countingPolicy = (config: Config, parts: HubParts): PolicyDocument =>
  policyOf(
    allow('WriteLogs', ['logs:CreateLogStream', 'logs:PutLogEvents'], `${parts.logGroup}:*`),
    allow('KeepLedger', counting, parts.table),
    allow('SendMessages', ['sqs:SendMessage'], parts.queue),
    receive('CountFailures', parts.failureQueue),
    allow('TakeFailures', ['sns:ConfirmSubscription'], failureTopicArns(accountsOf(config), parts.partition)),
  );

const reading = (config: Config, parts: HubParts): readonly Statement[] => [
  ...documents(config, parts),
  // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
  allow('Tell', ['sns:Publish'], parts.topic),
  allow('TellEncrypted', ['kms:Decrypt', 'kms:GenerateDataKey'], parts.topicKey),
];

/** Who edited a document is in the event history and in the parameters' descriptions, which know no single resources. */
function documents({ documentsPath, freezeParameter }: Config, { partition, region, account }: HubParts): readonly Statement[] {
  const parameter = (name: string): string =>
    `arn:${partition}:ssm:${region}:${account}:parameter/${name.replace(/^\//, '').replace(/\/$/, '')}`;
  return [
    allow('ReadDocuments', ['ssm:GetParametersByPath'], [parameter(documentsPath), `${parameter(documentsPath)}/*`]),
    allow('ReadFreeze', ['ssm:GetParameter'], parameter(freezeParameter)),
    allow('SeeWhoEdited', ['ssm:DescribeParameters'], `arn:${partition}:ssm:${region}:${account}:*`),
    allow('SeeWhoChanged', ['cloudtrail:LookupEvents'], '*'),
  ];
}

/** Those that are named, or, of an organization, any. */
const accountsOf = (config: Config): readonly string[] => (config.organization === undefined ? listedAccounts(config) : ['*']);

function assume(Sid: string, role: string, config: Config, { partition }: HubParts): Statement {
  const resources = accountsOf(config).map((account) => spokeRoleArn(role, { partition, account }));
  return allow(Sid, ['sts:AssumeRole'], resources);
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions */
const receive = (Sid: string, queue: string): Statement =>
  allow(Sid, ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], queue);

/** Of the management account or a delegated administrator. https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html */
const organizationPolicies = allow(
  'ReadOrganizationPolicies',
  [
    ...['organizations:DescribeOrganization', 'organizations:DescribePolicy', 'organizations:ListParents'],
    ...['organizations:ListPoliciesForTarget', 'organizations:ListRoots'],
  ],
  '*',
);
