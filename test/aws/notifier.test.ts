import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import { createLocalAws } from '../../infra/sandbox/local-aws.ts';
import { messageOf, snsNotifier } from '../../shared/aws/notifier.ts';
import type { Story } from '../../shared/controller/story.ts';
import { toNotification } from '../../shared/controller/story-text.ts';
import { inProcess } from './local-ledger.ts';

const story: Story = {
  ...{ kind: 'orphaned', document: '/lockstep/desired-state/orders', replications: ['orders-dr', 'orders-eu'] },
  at: '2026-01-01T00:00:00.000Z',
};

async function published(told: Story) {
  const aws = createLocalAws();
  const client = new SNSClient(inProcess(aws));
  const { TopicArn = '' } = await client.send(new CreateTopicCommand({ Name: 'lockstep' }));
  await snsNotifier({ client, topicArn: TopicArn }).tell(told);
  return aws.calls.find(({ operation }) => operation === 'Publish')?.input as {
    readonly Subject: string;
    readonly Message: string;
    readonly MessageAttributes: Readonly<Record<string, { readonly DataType: string; readonly StringValue: string }>>;
  };
}

describe('telling a story', () => {
  it('gives people text, machines JSON, and chat clients what they show', async () => {
    const { Subject, Message } = await published(story);
    const { subject, text, json, chatbot } = toNotification(story);

    const forms = JSON.parse(Message);
    expect(Subject).toBe(subject);
    expect([forms.default, forms.email]).toEqual([text, text]);
    for (const protocol of ['email-json', 'sqs', 'lambda', 'http'])
      expect(JSON.parse(forms[protocol])).toEqual(JSON.parse(JSON.stringify(json)));
    expect(JSON.parse(forms.https)).toEqual(JSON.parse(JSON.stringify(chatbot)));
  });

  it('lets subscribers choose by kind and replication', async () => {
    const { MessageAttributes } = await published(story);

    expect(MessageAttributes).toEqual({
      kind: { DataType: 'String', StringValue: 'orphaned' },
      replications: { DataType: 'String.Array', StringValue: '["orders-dr","orders-eu"]' },
    });
  });

  it('leaves out what there is none of', async () => {
    const told: Story = {
      kind: 'budget-exceeded',
      sweep: 's',
      drifted: 30,
      of: 100,
      percent: 25,
      replications: [],
      at: story.at,
    };

    expect((await published(told)).MessageAttributes).toEqual({ kind: { DataType: 'String', StringValue: 'budget-exceeded' } });
  });

  it('fits a message however long the story is', async () => {
    const long = '"\\\n'.repeat(60_000);
    const told: Story = {
      ...{ kind: 'unreadable', reasons: Array.from({ length: 50 }, (_, i) => `${i} ${long}`), at: story.at },
      replications: Array.from({ length: 5000 }, (_, i) => `replication-${i}`),
    };

    const { Message, MessageAttributes } = await published(told);

    const attributes = Object.values(MessageAttributes)
      .map(({ StringValue }) => StringValue)
      .join('');
    expect(Buffer.byteLength(Message) + Buffer.byteLength(attributes)).toBeLessThanOrEqual(256 * 1024);
    expect(JSON.parse(JSON.parse(Message).sqs)).toMatchObject({ kind: 'unreadable' });
    expect(JSON.parse(MessageAttributes.replications?.StringValue ?? '').length).toBeGreaterThan(100);
  });

  it('cuts the forms where they are too long together, though each may be fine', () => {
    const { json, chatbot } = toNotification(story);
    const quotes = '"'.repeat(46 * 1024);

    const message = messageOf({ text: quotes, json: { ...json, summary: quotes }, chatbot });

    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(240 * 1024);
  });

  it('fails when SNS does not take it', async () => {
    const client = new SNSClient(inProcess(createLocalAws()));
    const topicArn = 'arn:aws:sns:eu-west-1:111111111111:nowhere';

    await expect(snsNotifier({ client, topicArn }).tell(story)).rejects.toMatchObject({ name: 'NotFoundException' });
  });
});
