/** Whom the controller and its alarms tell. */
import { Aws, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { CfnMicrosoftTeamsChannelConfiguration, CfnSlackChannelConfiguration } from 'aws-cdk-lib/aws-chatbot';
import { CfnManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { CfnKey } from 'aws-cdk-lib/aws-kms';
import { CfnSubscription, CfnTopic, CfnTopicPolicy } from 'aws-cdk-lib/aws-sns';
import { acknowledge } from '../acknowledge.ts';
import type { Config } from '../config.ts';
import { ownRoles } from '../permissions/names.ts';
import { policyOf } from '../permissions/statement.ts';
import { serviceTrust } from '../permissions/trust.ts';
import { roleOf } from '../role.ts';

export interface Topic {
  readonly arn: string;
  readonly keyArn: string;
}

export function topicOf(stack: Stack, { notifications }: Config): Topic {
  const key = new CfnKey(stack, 'TopicKey', {
    description: 'Lockstep: what is told',
    enableKeyRotation: true,
    pendingWindowInDays: 7,
    keyPolicy: keyPolicy(),
  });
  key.applyRemovalPolicy(RemovalPolicy.DESTROY);
  const topic = new CfnTopic(stack, 'Topic', { topicName: 'lockstep', displayName: 'Lockstep', kmsMasterKeyId: key.attrArn });
  new CfnTopicPolicy(stack, 'TopicPolicy', { topics: [topic.ref], policyDocument: topicPolicy(topic.ref) });
  subscribe(stack, topic.ref, notifications);
  chat(stack, topic.ref, notifications);
  return { arn: topic.ref, keyArn: key.attrArn };
}

const use = ['kms:Decrypt', 'kms:GenerateDataKey'];

const administer = [
  ...[
    'kms:CancelKeyDeletion',
    'kms:DescribeKey',
    'kms:DisableKey',
    'kms:DisableKeyRotation',
    'kms:EnableKey',
    'kms:EnableKeyRotation',
  ],
  ...[
    'kms:GetKeyPolicy',
    'kms:GetKeyRotationStatus',
    'kms:ListGrants',
    'kms:ListKeyPolicies',
    'kms:ListResourceTags',
    'kms:PutKeyPolicy',
  ],
  ...['kms:ScheduleKeyDeletion', 'kms:TagResource', 'kms:UntagResource', 'kms:UpdateKeyDescription'],
];

/** In a key's policy `*` is the key itself. Alarms can tell an encrypted topic only when its key lets CloudWatch: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html */
const keyPolicy = () =>
  policyOf(
    {
      ...{ Sid: 'AccountDecides', Effect: 'Allow', Action: [...administer, ...use], Resource: '*' },
      Principal: { AWS: `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:root` },
    },
    {
      ...{ Sid: 'AlarmsTell', Effect: 'Allow', Principal: { Service: 'cloudwatch.amazonaws.com' }, Action: use, Resource: '*' },
      Condition: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    },
  );

const topicPolicy = (topic: string) =>
  policyOf(
    {
      ...{ Sid: 'AlarmsTell', Effect: 'Allow', Principal: { Service: 'cloudwatch.amazonaws.com' }, Action: 'sns:Publish' },
      ...{ Resource: topic, Condition: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } } },
    },
    {
      ...{ Sid: 'OnlyEncrypted', Effect: 'Deny', Principal: '*', Action: 'sns:Publish', Resource: topic },
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  );

function subscribe(stack: Stack, topicArn: string, { emails, https }: Config['notifications']): void {
  for (const [index, endpoint] of emails.entries())
    new CfnSubscription(stack, `Email${index}`, { topicArn, protocol: 'email', endpoint });
  for (const [index, endpoint] of https.entries())
    new CfnSubscription(stack, `Https${index}`, { topicArn, protocol: 'https', endpoint });
}

/** https://docs.aws.amazon.com/chatbot/latest/adminguide/related-services.html */
function chat(stack: Stack, topicArn: string, { slack, teams }: Config['notifications']): void {
  if (slack === undefined && teams === undefined) return;
  const see = policyOf({
    ...{ Sid: 'SeeAlarms', Effect: 'Allow', Resource: '*' },
    Action: ['cloudwatch:DescribeAlarms', 'cloudwatch:GetMetricData', 'cloudwatch:GetMetricStatistics', 'cloudwatch:ListMetrics'],
  });
  const role = roleOf(stack, 'Chat', {
    name: ownRoles.chat,
    description: 'Amazon Q Developer in chat applications shows alarms of Lockstep with it.',
    trust: serviceTrust('chatbot.amazonaws.com'),
    policy: see,
  });
  // Without one the channel's members would be bounded by nothing but their role.
  const guard = new CfnManagedPolicy(stack, 'ChatGuard', { managedPolicyName: 'lockstep-chat', policyDocument: see });
  for (const one of [role, guard])
    acknowledge(one, 'IAM5', 'CloudWatch knows no narrower resource for these reads.', 'Resource::*');
  const common = { iamRoleArn: role.attrArn, guardrailPolicies: [guard.ref], snsTopicArns: [topicArn], loggingLevel: 'ERROR' };
  if (slack !== undefined)
    new CfnSlackChannelConfiguration(stack, 'Slack', {
      ...{ ...common, configurationName: 'lockstep-slack', slackWorkspaceId: slack.workspace, slackChannelId: slack.channel },
    });
  if (teams !== undefined)
    new CfnMicrosoftTeamsChannelConfiguration(stack, 'Teams', {
      ...{
        ...common,
        configurationName: 'lockstep-teams',
        teamId: teams.team,
        teamsTenantId: teams.tenant,
        teamsChannelId: teams.channel,
      },
    });
}
