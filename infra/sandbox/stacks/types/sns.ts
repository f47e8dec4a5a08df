/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SNS.html */
import {
  attributesIn,
  type Change,
  type Here,
  isSame,
  jsonOf,
  objectsOf,
  only,
  type Properties,
  type ResourceType,
  refuseExisting,
  textAt,
  textsOf,
} from '../resource-type.ts';
import { retag } from './tags.ts';

const attributes = [
  ...[
    'ArchivePolicy',
    'ContentBasedDeduplication',
    'DataProtectionPolicy',
    'DisplayName',
    'FifoThroughputScope',
    'KmsMasterKeyId',
  ],
  ...['SignatureVersion', 'TracingConfig'],
];

const topic: ResourceType = {
  takes: ['TopicName', 'FifoTopic', 'Subscription', 'Tags', ...attributes],
  idle: { DeliveryStatusLogging: 'the local AWS keeps what was not delivered, not a log' },
  replacing: ['TopicName', 'FifoTopic'],
  name: 'TopicName',
  async create(wanted, here) {
    const isFifo = String(wanted.FifoTopic) === 'true';
    const TopicArn = `arn:aws:sns:${here.region}:${here.account}:${String(wanted.TopicName)}`;
    await refuseExisting(wanted.TopicName, () => here.call('sns:GetTopicAttributes', { TopicArn }));
    const name = wanted.TopicName ?? (isFifo ? `${here.named(251)}.fifo` : here.named(256));
    const answer = await here.call('sns:CreateTopic', {
      Name: name,
      Attributes: { ...attributesIn(wanted, attributes), ...(isFifo && { FifoTopic: 'true' }) },
      ...only(wanted, ['Tags']),
    });
    const id = textAt(answer, 'TopicArn');
    return { id, attributes: { TopicArn: id, TopicName: String(name) } };
  },
  async update(change, here) {
    const { made, before, wanted } = change;
    const [old, given] = [attributesIn(before, attributes), attributesIn(wanted, attributes)];
    for (const AttributeName of new Set([...Object.keys(old), ...Object.keys(given)])) {
      const AttributeValue = given[AttributeName] ?? '';
      if (old[AttributeName] === given[AttributeName]) continue;
      await here.call('sns:SetTopicAttributes', { TopicArn: made.id, AttributeName, AttributeValue });
    }
    await retag(change, here, { tag: 'sns:TagResource', untag: 'sns:UntagResource', on: { ResourceArn: made.id } });
    return undefined;
  },
  complete: subscribeInline,
  remove: async ({ id }, _properties, { call }) => void (await call('sns:DeleteTopic', { TopicArn: id })),
};

async function subscribeInline({ made, before, wanted }: Change, { call }: Here): Promise<void> {
  const was = objectsOf(before, 'Subscription');
  for (const one of objectsOf(wanted, 'Subscription')) {
    if (was.some((known) => isSame(known, one))) continue;
    await call('sns:Subscribe', { TopicArn: made.id, ...one, ReturnSubscriptionArn: true });
  }
  const lost = was.filter((one) => !objectsOf(wanted, 'Subscription').some((other) => isSame(other, one)));
  if (lost.length === 0) return;
  const { Subscriptions } = await call('sns:ListSubscriptionsByTopic', { TopicArn: made.id });
  for (const { Endpoint, Protocol, SubscriptionArn } of Subscriptions as readonly Properties[]) {
    if (!lost.some((one) => isSame(one, { Endpoint, Protocol }))) continue;
    await call('sns:Unsubscribe', { SubscriptionArn });
  }
}

const topicPolicy: ResourceType = {
  takes: ['Topics', 'PolicyDocument'],
  create: async (_wanted, here) => ({ id: here.named(), attributes: { Id: here.logicalId } }),
  update: async () => undefined,
  async complete({ before, wanted }, here) {
    const topics = textsOf(wanted, 'Topics');
    await setPolicy(topics, jsonOf(wanted.PolicyDocument), here);
    const lost = textsOf(before, 'Topics').filter((arn) => !topics.includes(arn));
    await setPolicy(lost, '', here);
  },
  remove: (_made, properties, here) => setPolicy(textsOf(properties, 'Topics'), '', here),
};

/** @param policy empty: AWS's own again */
async function setPolicy(topics: readonly string[], policy: string, { call }: Here): Promise<void> {
  for (const TopicArn of topics) {
    await call('sns:SetTopicAttributes', { TopicArn, AttributeName: 'Policy', AttributeValue: policy });
  }
}

const ofSubscription = ['DeliveryPolicy', 'FilterPolicy', 'FilterPolicyScope', 'RawMessageDelivery', 'RedrivePolicy'];

/** One by e-mail, or of another account, waits to be confirmed, as in AWS. */
const subscription: ResourceType = {
  takes: ['TopicArn', 'Protocol', 'Endpoint', ...ofSubscription],
  idle: {
    Region: 'the region is the one of the topic',
    SubscriptionRoleArn: 'it is for Firehose, which the local AWS does not have',
  },
  replacing: ['TopicArn', 'Protocol', 'Endpoint'],
  async create(wanted, { call }) {
    const answer = await call('sns:Subscribe', {
      ...only(wanted, ['TopicArn', 'Protocol', 'Endpoint']),
      Attributes: attributesIn(wanted, ofSubscription),
      ReturnSubscriptionArn: true,
    });
    const id = textAt(answer, 'SubscriptionArn');
    return { id, attributes: { Arn: id } };
  },
  async update({ made, before, wanted }, { call }) {
    const [old, given] = [attributesIn(before, ofSubscription), attributesIn(wanted, ofSubscription)];
    for (const AttributeName of ofSubscription.filter((name) => old[name] !== given[name])) {
      const AttributeValue = given[AttributeName] ?? '';
      await call('sns:SetSubscriptionAttributes', { SubscriptionArn: made.id, AttributeName, AttributeValue });
    }
    return undefined;
  },
  remove: async ({ id }, _properties, { call }) => void (await call('sns:Unsubscribe', { SubscriptionArn: id })),
};

export const snsTypes = {
  'AWS::SNS::Topic': topic,
  'AWS::SNS::TopicPolicy': topicPolicy,
  'AWS::SNS::Subscription': subscription,
};
