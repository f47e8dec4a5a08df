/**
 * Amazon SNS. Topics have policies.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html
 */
import type { Tag } from '@aws-sdk/client-sns';
import type { CallContext } from '../../service.ts';
import type { Check, ChecksOf, Keys, ServiceActions } from '../check.ts';
import { removedTags, requestTags, resourceTags } from '../context.ts';
import { keptText } from '../documents.ts';
import { refuseSpelling } from '../refusal.ts';

/** What the operations are given, each some of it. */
interface Input {
  readonly TopicArn?: string | undefined;
  readonly TargetArn?: string | undefined;
  readonly ResourceArn?: string | undefined;
  readonly SubscriptionArn?: string | undefined;
  readonly Name?: string | undefined;
  readonly Protocol?: string | undefined;
  readonly Endpoint?: string | undefined;
  readonly AuthenticateOnUnsubscribe?: string | undefined;
  readonly Tags?: Tag[] | undefined;
  readonly TagKeys?: string[] | undefined;
}

const topicArn = /^arn:aws:sns:[a-z0-9-]+:(\d{12}):[\w.-]+$/;

/** None for what is no ARN of a topic: the handler says so. A topic that is not there is refused like one that is. */
function onTopic(arn: string | undefined, action: string, { world }: CallContext, more: Partial<Check> = {}): readonly Check[] {
  const account = topicArn.exec(arn ?? '')?.[1];
  if (arn === undefined || account === undefined) return [];
  const topic = world.sns.topics.get(arn);
  // The policy AWS gives a new topic asks for a SourceOwner, which only calls of other services have; so it lets nobody in.
  const policy = keptText(`policy of the topic ${arn}`, account, topic?.attributes.get('Policy'));
  const keys = { ...resourceTags(topic?.tags ?? []), ...more.keys };
  return [{ action, resource: arn, account, ...policy, ...more, keys }];
}

const topic =
  (action: string, keysOf: (input: Input) => Keys = () => ({})): ChecksOf<Input> =>
  (input, call) =>
    onTopic(input.TopicArn ?? input.TargetArn ?? input.ResourceArn, action, call, { keys: keysOf(input) });

/** Tags at creation need the permission to tag: https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html */
const createTopic: ChecksOf<Input> = ({ Name, Tags }, call) => {
  const arn = `arn:aws:sns:${call.region}:${call.caller.account}:${Name}`;
  const actions = ['sns:CreateTopic', ...(Tags?.length ? ['sns:TagResource'] : [])];
  return actions.flatMap((action) => onTopic(arn, action, call, { keys: requestTags(Tags) }));
};

/** On the topic. Whoever subscribed needs only their own permission, whoever owns the topic. */
const subscription =
  (action: string): ChecksOf<Input> =>
  ({ SubscriptionArn: arn = '' }, call) => {
    const isOwn = call.world.sns.subscriptions.get(arn)?.owner === call.caller.account;
    return onTopic(arn.replace(/:[^:]+$/, ''), action, call, isOwn ? { account: call.caller.account } : {});
  };

/** The token is enough, unless nobody else may undo the subscription: https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html */
const confirmSubscription: ChecksOf<Input> = ({ TopicArn, AuthenticateOnUnsubscribe }, call) =>
  AuthenticateOnUnsubscribe === 'true' ? onTopic(TopicArn, 'sns:ConfirmSubscription', call) : [];

const listing: ChecksOf<Input> = (_input, { caller, region, operation }) => [
  { action: `sns:${operation}`, resource: `arn:aws:sns:${region}:${caller.account}:*` },
];

export const snsActions: ServiceActions = {
  // SNS spells its own name in capitals: `SNS:Publish`.
  refuse: refuseSpelling((action) => action.replace(/^sns:/, 'SNS:')),
  operations: {
    CreateTopic: createTopic,
    DeleteTopic: topic('sns:DeleteTopic'),
    GetTopicAttributes: topic('sns:GetTopicAttributes'),
    SetTopicAttributes: topic('sns:SetTopicAttributes'),
    ListTopics: listing,
    Subscribe: topic('sns:Subscribe', ({ Protocol, Endpoint }) => ({
      'sns:Protocol': Protocol ?? null,
      'sns:Endpoint': Endpoint ?? null,
    })),
    ConfirmSubscription: confirmSubscription,
    Unsubscribe: subscription('sns:Unsubscribe'),
    GetSubscriptionAttributes: subscription('sns:GetSubscriptionAttributes'),
    SetSubscriptionAttributes: subscription('sns:SetSubscriptionAttributes'),
    ListSubscriptions: listing,
    ListSubscriptionsByTopic: topic('sns:ListSubscriptionsByTopic'),
    Publish: topic('sns:Publish'),
    // There is no permission for batches.
    PublishBatch: topic('sns:Publish'),
    TagResource: topic('sns:TagResource', ({ Tags }) => requestTags(Tags)),
    UntagResource: topic('sns:UntagResource', ({ TagKeys }) => removedTags(TagKeys)),
    ListTagsForResource: topic('sns:ListTagsForResource'),
  },
};
