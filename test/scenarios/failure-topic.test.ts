/** What becomes of the failure notification where its topic, or something of others, does not play along. */
import { PutBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3';
import { DeleteTopicCommand, SetTopicAttributesCommand } from '@aws-sdk/client-sns';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ReplicationReport } from '../../shared/model/finding.ts';
import { retire } from '../../shared/retire.ts';
import { denying, recording } from '../support/gateways.ts';
import { createTopicForS3, noWait, pass } from '../support/world.ts';
import { suspend } from './drifts/buckets.ts';
import { type Healthy, makeHealthy } from './trials.ts';

let healthy: Healthy;
const name = 'lockstep-replication-failures';
const TopicArn = `arn:aws:sns:eu-west-1:111111111111:${name}`;

beforeEach(async () => {
  healthy = await makeHealthy('announcing');
});

const sns = () => healthy.world.someone.sns(healthy.subject.source);
const bucket = () => healthy.world.aws.world.s3.buckets.get('orders');

const tell = (NotificationConfiguration: object, SkipDestinationValidation = false) =>
  healthy.world.someone
    .s3(healthy.subject.source)
    .send(
      new PutBucketNotificationConfigurationCommand({ Bucket: 'orders', NotificationConfiguration, SkipDestinationValidation }),
    );

const repair = () => pass(healthy.groups, { gateway: healthy.world.gateway, pauses: [0] });
const outcomesOf = (reports: readonly ReplicationReport[]) =>
  reports.flatMap(({ outcomes }) => outcomes.map((one) => [one.aspect, one.outcome, 'detail' in one ? one.detail : '']));

describe('a failure notification', () => {
  it('is one call to see and one to mend, beside everything else', async () => {
    const watched = recording(healthy.world.gateway);

    const [report] = await pass(healthy.groups, { gateway: watched });

    expect(report?.verdict).toBe('proven');
    expect(watched.sent.filter(({ call }) => call.operation === 's3:GetBucketNotificationConfiguration')).toHaveLength(1);
    expect(watched.writes()).toEqual([]);
  });

  it.each([
    {
      name: 'the topic is not there',
      done: () => sns().send(new DeleteTopicCommand({ TopicArn })),
      why: 'The destination topic does not exist',
    },
    {
      name: 'the topic does not let S3 in',
      done: () =>
        sns().send(new SetTopicAttributesCommand({ TopicArn, AttributeName: 'Policy', AttributeValue: '{"Statement":[]}' })),
      why: 'Permissions on the destination topic do not allow S3',
    },
  ])('cannot be mended while $name: it says which stack to deploy, and the rest is mended', async ({ done, why }) => {
    await tell({});
    await suspend({ ...healthy.subject, someone: healthy.world.someone }, healthy.subject.destination);
    await done();

    const reports = await repair();

    const [versioning, notification] = outcomesOf(reports);
    expect(versioning?.slice(0, 2)).toEqual(['bucket-versioning', 'repaired']);
    expect(notification?.slice(0, 2)).toEqual(['bucket-notification', 'failed']);
    expect(notification?.[2]).toContain(`${TopicArn}: ${why}`);
    expect(notification?.[2]).toContain("Deploy Lockstep's stack for account 111111111111 in eu-west-1");
    expect(reports[0]?.proof.map(({ answer }) => answer)).not.toContain('denied');
  });

  it('cannot be mended beside a dead destination of others, which is named', async () => {
    const dead = 'arn:aws:sqs:eu-west-1:111111111111:dead';
    await tell({ QueueConfigurations: [{ Id: 'dead', QueueArn: dead, Events: ['s3:ObjectCreated:*'] }] }, true);

    const [notification] = outcomesOf(await repair());

    expect(notification?.[1]).toBe('failed');
    expect(notification?.[2]).toContain(`${dead}: The destination queue does not exist`);
    expect(bucket()?.notifications.QueueConfigurations).toHaveLength(1);
  });

  it('leaves to others what they take, and asks for the rest', async () => {
    const team = await createTopicForS3(healthy.subject.source, 'team', healthy.world.someone);
    await tell({ TopicConfigurations: [{ Id: 'team', TopicArn: team, Events: ['s3:Replication:OperationMissedThreshold'] }] });

    const [report] = await repair();

    expect(report?.outcomes.map(({ outcome }) => outcome)).toEqual(['repaired']);
    expect(bucket()?.notifications.TopicConfigurations).toMatchObject([
      { Id: 'team', Events: ['s3:Replication:OperationMissedThreshold'] },
      {
        Id: name,
        Events: [
          's3:Replication:OperationFailedReplication',
          's3:Replication:OperationReplicatedAfterThreshold',
          's3:Replication:OperationNotTracked',
        ],
      },
    ]);
    expect((await repair())[0]).toMatchObject({ verdict: 'proven', steps: [] });
  });

  it('that may not be read stops nothing else, and is not written over', async () => {
    await tell({});
    await suspend({ ...healthy.subject, someone: healthy.world.someone }, healthy.subject.destination);
    const gateway = recording(
      denying(healthy.world.gateway, ({ operation }) => operation === 's3:GetBucketNotificationConfiguration'),
    );

    const [report] = await pass(healthy.groups, { gateway, pauses: [0] });

    expect(report?.findings.filter(({ verdict }) => verdict === 'unreadable').map(({ aspect }) => aspect)).toEqual([
      'bucket-notification',
    ]);
    expect(gateway.writes().map(({ operation }) => operation)).toEqual(['s3:PutBucketVersioning']);
    expect(report?.proof.every(({ answer }) => answer === 'allowed')).toBe(true);
  });

  it('ends with the replication, and those of others stay', async () => {
    const team = await createTopicForS3(healthy.subject.source, 'team', healthy.world.someone);
    const theirs = { Id: 'team', TopicArn: team, Events: ['s3:ObjectCreated:*'] };
    const ours = bucket()?.notifications.TopicConfigurations ?? [];
    await tell({ TopicConfigurations: [...ours, theirs], EventBridgeConfiguration: {} });
    const replications = healthy.groups.flatMap((group) => group.replications);
    const { gateway } = healthy.world;
    const ending = () => retire(replications, [], { observer: gateway, healer: gateway, write: true, wait: noWait });

    const first = await ending();
    const second = await ending();

    expect(first.isDone).toBe(true);
    expect(bucket()?.notifications).toEqual({ TopicConfigurations: [theirs], EventBridgeConfiguration: {} });
    expect(second.steps).toEqual([]);
  });

  it('ends with an empty configuration where it was all there was', async () => {
    const { gateway } = healthy.world;
    const replications = healthy.groups.flatMap((group) => group.replications);

    const { isDone } = await retire(replications, [], { observer: gateway, healer: gateway, write: true, wait: noWait });

    expect(isDone).toBe(true);
    expect(bucket()?.notifications).toEqual({});
  });
});
