import * as s3 from '@aws-sdk/client-s3';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../../shared/aws/failure-of.ts';
import { someoneAt } from '../support/world.ts';
import { lettingIn, moreClientsOf, stillAws } from './more-clients.ts';
import { refusalOf } from './s3-support.ts';

const Bucket = 'orders';
const source = { account: '111111111111', region: 'eu-west-1' } as const;
const arn = (service: string, name: string): string => `arn:aws:${service}:eu-west-1:111111111111:${name}`;

let aws: ReturnType<typeof stillAws>['aws'];
let client: s3.S3Client;

beforeEach(async () => {
  ({ aws } = stillAws());
  client = someoneAt({ requestHandler: aws.requestHandler() }).s3(source);
  const CreateBucketConfiguration = { LocationConstraint: source.region };
  await client.send(new s3.CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
  const { sns, sqs } = moreClientsOf(aws);
  const Policy = lettingIn('s3.amazonaws.com', 'sns:Publish');
  await sns.send(new CreateTopicCommand({ Name: 'failures', Attributes: { Policy } }));
  await sns.send(new CreateTopicCommand({ Name: 'closed' }));
  await sqs.send(
    new CreateQueueCommand({ QueueName: 'open', Attributes: { Policy: lettingIn('s3.amazonaws.com', 'sqs:SendMessage') } }),
  );
  await sqs.send(new CreateQueueCommand({ QueueName: 'closed' }));
  aws.world.functions.set(arn('lambda', 'function:f'), async () => undefined);
});

const aTopic = (changes: Partial<s3.TopicConfiguration> = {}): s3.TopicConfiguration => ({
  Id: 'failures',
  TopicArn: arn('sns', 'failures'),
  Events: ['s3:Replication:OperationFailedReplication'],
  ...changes,
});
const topics = (...TopicConfigurations: s3.TopicConfiguration[]): s3.NotificationConfiguration => ({ TopicConfigurations });
const under = (prefix: string) => ({ Key: { FilterRules: [{ Name: 'prefix' as const, Value: prefix }] } });

const put = (
  NotificationConfiguration: s3.NotificationConfiguration,
  more: Partial<s3.PutBucketNotificationConfigurationRequest> = {},
) => client.send(new s3.PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration, ...more }));

async function read(): Promise<s3.NotificationConfiguration> {
  const { $metadata: _, ...configuration } = await client.send(new s3.GetBucketNotificationConfigurationCommand({ Bucket }));
  return configuration;
}

const tests = () => aws.world.notifications.sent.map(({ target, message }) => [target.arn, 'Event' in message && message.Event]);

describe('event notifications', () => {
  it('are replaced whole', async () => {
    await put(topics(aTopic()));
    await put({ EventBridgeConfiguration: {} });

    expect(await read()).toEqual({ EventBridgeConfiguration: {} });
  });

  it('read back as they were put, but for the spelling of filters, and an Id where there was none', async () => {
    await put(
      topics(aTopic({ Filter: under('a/') }), aTopic({ Id: undefined, Filter: under('b/'), Events: ['s3:Replication:*'] })),
    );

    expect((await read()).TopicConfigurations).toEqual([
      aTopic({ Filter: { Key: { FilterRules: [{ Name: 'Prefix' as 'prefix', Value: 'a/' }] } } }),
      {
        Id: expect.stringMatching(/./),
        TopicArn: arn('sns', 'failures'),
        Events: ['s3:Replication:*'],
        Filter: { Key: { FilterRules: [{ Name: 'Prefix', Value: 'b/' }] } },
      },
    ]);
  });

  it('are tried out at queues and topics by a message, at functions by their policy', async () => {
    await put({
      ...topics(aTopic()),
      QueueConfigurations: [{ QueueArn: arn('sqs', 'open'), Events: ['s3:ObjectCreated:*'] }],
      LambdaFunctionConfigurations: [{ LambdaFunctionArn: arn('lambda', 'function:f'), Events: ['s3:ObjectRemoved:*'] }],
    });

    expect(tests().sort()).toEqual([
      [arn('sns', 'failures'), 's3:TestEvent'],
      [arn('sqs', 'open'), 's3:TestEvent'],
    ]);
  });

  it.each<[because: string, configuration: s3.NotificationConfiguration]>([
    ['the topic must be in the region', topics(aTopic({ TopicArn: 'arn:aws:sns:eu-central-1:111111111111:failures' }))],
    ['the topic must be a topic', topics(aTopic({ TopicArn: arn('sqs', 'open') }))],
    ['the event must exist', topics(aTopic({ Events: ['s3:Nothing' as s3.Event] }))],
    ['one object must not raise an event twice', topics(aTopic(), aTopic({ Id: 'b', Events: ['s3:Replication:*'] }))],
    ['an event without a filter overlaps with every filter', topics(aTopic(), aTopic({ Id: 'b', Filter: under('a/') }))],
    [
      'kinds of targets make no difference to that',
      { ...topics(aTopic()), QueueConfigurations: [{ QueueArn: arn('sqs', 'open'), Events: ['s3:Replication:*'] }] },
    ],
    [
      'there may be a hundred',
      topics(...Array.from({ length: 101 }, (_, at) => aTopic({ Id: `n-${at}`, Filter: under(`${at}/`) }))),
    ],
  ])('are refused: %s', async (_, configuration) => {
    expect(await refusalOf(put(configuration))).toMatchObject({ code: 'InvalidArgument', status: 400 });
    expect(await read()).toEqual({});
  });

  it('may share an event type under separate prefixes', async () => {
    await put(topics(aTopic({ Filter: under('a/') }), aTopic({ Id: 'b', Filter: under('b/') })));

    expect((await read()).TopicConfigurations).toHaveLength(2);
  });

  it.each<[name: string, configuration: s3.NotificationConfiguration, why: string]>([
    ['a topic that is not there', topics(aTopic({ TopicArn: arn('sns', 'none') })), 'The destination topic does not exist'],
    [
      'a topic that does not let S3 in',
      topics(aTopic({ TopicArn: arn('sns', 'closed') })),
      'Permissions on the destination topic do not allow S3 to publish notifications from this bucket',
    ],
    [
      'a queue that is not there',
      { QueueConfigurations: [{ QueueArn: arn('sqs', 'none'), Events: ['s3:ObjectCreated:*'] }] },
      'The destination queue does not exist',
    ],
    [
      'a queue that does not let S3 in',
      { QueueConfigurations: [{ QueueArn: arn('sqs', 'closed'), Events: ['s3:ObjectCreated:*'] }] },
      'Permissions on the destination queue do not allow S3 to publish notifications from this bucket',
    ],
    ['a FIFO topic', topics(aTopic({ TopicArn: arn('sns', 'failures.fifo') })), 'FIFO'],
    [
      'a function that is not there',
      { LambdaFunctionConfigurations: [{ LambdaFunctionArn: arn('lambda', 'function:none'), Events: ['s3:ObjectCreated:*'] }] },
      'Not authorized to invoke function',
    ],
  ])('are refused whole for %s, which is named', async (_, configuration, why) => {
    const before = topics(aTopic({ Id: 'before', Filter: under('x/') }));
    await put(before);
    const kept = await read();

    const failure = await put(configuration).catch((error: unknown) => failureOf(error, 'someone'));

    const [{ TopicArn, QueueArn, LambdaFunctionArn } = {}] = Object.values(configuration)[0] as { [name: string]: string }[];
    expect(failure).toMatchObject({
      code: 'InvalidArgument',
      status: 400,
      message: expect.stringMatching(/^Unable to validate the following destination configurations; /),
    });
    expect(failure).toMatchObject({ message: expect.stringContaining(`${TopicArn ?? QueueArn ?? LambdaFunctionArn}: `) });
    expect(failure).toMatchObject({ message: expect.stringContaining(why) });
    expect(await read()).toEqual(kept);
  });

  it('are taken unseen where the caller asks for that', async () => {
    await put(topics(aTopic({ TopicArn: arn('sns', 'none') })), { SkipDestinationValidation: true });

    expect((await read()).TopicConfigurations).toHaveLength(1);
  });
});
