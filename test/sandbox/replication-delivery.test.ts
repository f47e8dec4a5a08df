import { DisableKeyCommand } from '@aws-sdk/client-kms';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { delivered } from '../../infra/sandbox/notify.ts';
import { aScene, queueArn } from './replication-support.ts';

async function aQueue(Principal: object) {
  const scene = await aScene();
  const sqs = new SQSClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: '111111111111', secretAccessKey: 'any' },
    requestHandler: scene.aws.requestHandler(),
  });
  const Condition = {
    ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::orders' },
    StringEquals: { 'aws:SourceAccount': '111111111111' },
  };
  const Statement = [{ Effect: 'Allow', Principal, Action: 'sqs:SendMessage', Resource: queueArn, Condition }];
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'failures', Attributes: { Policy } }));
  await scene.listen();
  await delivered(scene.world);
  const received = async (): Promise<readonly string[]> => {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    return Messages.map(({ Body = '' }) => Body);
  };
  return { scene, received };
}

describe('a queue that is told of failed replications', () => {
  it('gets them, after a message to try it out', async () => {
    const { scene, received } = await aQueue({ Service: 's3.amazonaws.com' });
    await scene.someone.kms(scene.destination).send(new DisableKeyCommand({ KeyId: scene.destination.key }));

    await scene.write('a.txt');

    expect((await received()).map((body) => JSON.parse(body))).toMatchObject([
      { Event: 's3:TestEvent' },
      { Records: [{ eventName: 'Replication:OperationFailedReplication' }] },
    ]);
  });

  it('gets nothing when its policy does not let S3 in', async () => {
    const { received } = await aQueue({ Service: 'events.amazonaws.com' });

    expect(await received()).toEqual([]);
  });
});

describe('an organization', () => {
  it('stops replication with a service control policy on the account of the role', async () => {
    const scene = await aScene();
    const document = { Statement: [{ Effect: 'Deny', Action: 's3:ReplicateObject', Resource: '*' }] };
    const all = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
    const account = '111111111111';
    const level = [
      { label: 'service control policy FullAWSAccess', account, document: all },
      { label: 'service control policy NoReplication', account, document },
    ];
    scene.world.organizationOf = (id) => (id === account ? { id: 'o-1', path: 'o-1/r-1/', scps: [level], rcps: [] } : undefined);
    await scene.listen();

    const { written } = await scene.write('a.txt');

    expect(written?.ReplicationStatus).toBe('FAILED');
    expect(scene.reasons()).toEqual(['DstPutObjectNotPermitted']);
  });
});
