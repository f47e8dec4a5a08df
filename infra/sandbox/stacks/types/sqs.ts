/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SQS.html */
import { attributesIn, type Here, jsonOf, type ResourceType, refuseExisting, tagMap, textAt, textsOf } from '../resource-type.ts';
import { retag } from './tags.ts';

const attributes = [
  ...['ContentBasedDeduplication', 'DeduplicationScope', 'DelaySeconds', 'FifoThroughputLimit', 'KmsDataKeyReusePeriodSeconds'],
  ...['KmsMasterKeyId', 'MaximumMessageSize', 'MessageRetentionPeriod', 'ReceiveMessageWaitTimeSeconds', 'RedriveAllowPolicy'],
  ...['RedrivePolicy', 'SqsManagedSseEnabled', 'VisibilityTimeout'],
];

/** What an attribute is that nobody sets any more. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const usual: Readonly<Record<string, string>> = {
  ContentBasedDeduplication: 'false',
  DeduplicationScope: 'queue',
  DelaySeconds: '0',
  FifoThroughputLimit: 'perQueue',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  SqsManagedSseEnabled: 'true',
  VisibilityTimeout: '30',
};

const queue: ResourceType = {
  takes: ['QueueName', 'FifoQueue', 'Tags', ...attributes],
  replacing: ['QueueName', 'FifoQueue'],
  name: 'QueueName',
  async create(wanted, here) {
    const isFifo = String(wanted.FifoQueue) === 'true';
    await refuseExisting(wanted.QueueName, () => here.call('sqs:GetQueueUrl', { QueueName: wanted.QueueName }));
    const QueueName = wanted.QueueName ?? (isFifo ? `${here.named(75)}.fifo` : here.named(80));
    const answer = await here.call('sqs:CreateQueue', {
      QueueName,
      Attributes: { ...attributesIn(wanted, attributes), ...(isFifo && { FifoQueue: 'true' }) },
      tags: tagMap(wanted.Tags),
    });
    const QueueUrl = textAt(answer, 'QueueUrl');
    const Arn = `arn:aws:sqs:${here.region}:${here.account}:${QueueName}`;
    return { id: QueueUrl, attributes: { Arn, QueueName: String(QueueName), QueueUrl } };
  },
  async update(change, here) {
    const { made, before, wanted } = change;
    const given = attributesIn(wanted, attributes);
    const lost = Object.keys(attributesIn(before, attributes)).filter((name) => !(name in given));
    const Attributes = { ...Object.fromEntries(lost.map((name) => [name, usual[name] ?? ''])), ...given };
    if (Object.keys(Attributes).length > 0) await here.call('sqs:SetQueueAttributes', { QueueUrl: made.id, Attributes });
    await retag(change, here, {
      ...{ tag: 'sqs:TagQueue', untag: 'sqs:UntagQueue', on: { QueueUrl: made.id } },
      form: (tags) => tags,
    });
    return undefined;
  },
  remove: async ({ id }, _properties, { call }) => void (await call('sqs:DeleteQueue', { QueueUrl: id })),
};

const queuePolicy: ResourceType = {
  takes: ['Queues', 'PolicyDocument'],
  create: async (_wanted, here) => ({ id: here.named(), attributes: { Id: here.logicalId } }),
  update: async () => undefined,
  async complete({ before, wanted }, here) {
    const queues = textsOf(wanted, 'Queues');
    await setPolicy(queues, jsonOf(wanted.PolicyDocument), here);
    const lost = textsOf(before, 'Queues').filter((url) => !queues.includes(url));
    await setPolicy(lost, '', here);
  },
  remove: (_made, properties, here) => setPolicy(textsOf(properties, 'Queues'), '', here),
};

async function setPolicy(queues: readonly string[], Policy: string, { call }: Here): Promise<void> {
  for (const QueueUrl of queues) await call('sqs:SetQueueAttributes', { QueueUrl, Attributes: { Policy } });
}

export const sqsTypes = { 'AWS::SQS::Queue': queue, 'AWS::SQS::QueuePolicy': queuePolicy };
