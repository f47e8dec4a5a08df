/** A replication made from nothing by the product, with a queue that hears of its failures; and all that the checks do with it. */
import { type BucketLocationConstraint, CreateBucketCommand } from '@aws-sdk/client-s3';
import { CreateTopicCommand, DeleteTopicCommand, SetTopicAttributesCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { createFoundations, missingFoundations } from '../../shared/bootstrap.ts';
import { partitionOf } from '../../shared/model/arn.ts';
import { parseDocumentValue } from '../../shared/model/desired-state.ts';
import type { ReplicationReport } from '../../shared/model/finding.ts';
import { groupsOf } from '../../shared/model/group.ts';
import type { Replication } from '../../shared/model/replication.ts';
import { reconcile } from '../../shared/reconcile.ts';
import { resolveKeys } from '../../shared/stages/resolve-keys.ts';
import { clientsAt, type End, type Ground } from './ground.ts';
import type { Inventory } from './inventory.ts';
import { bucketRemoval, keyRemoval, roleRemoval } from './removal.ts';

export interface Stage {
  readonly ground: Ground;
  readonly inventory: Inventory;
  readonly startedAt: Date;
  readonly document: unknown;
  readonly replication: Replication;
  readonly failures: Failures;
}

/** Where S3's reports of failed objects arrive. */
export interface Failures {
  readonly topic: string;
  readonly queueUrl: string;
}

/** @throws when the credentials belong elsewhere, or something cannot be made; what was made by then is in the inventory */
export async function setUp(ground: Ground, inventory: Inventory): Promise<Stage> {
  const startedAt = ground.now();
  await insistOnAccounts(ground);
  const failures = await hearFailures(ground, inventory);
  const document = documentFor(ground, ground.name, { lifecycle: { source: { abortIncompleteUploadsAfterDays: 7 } } });
  const replication = await made(ground, inventory, document);
  return { ground, inventory, startedAt, document, replication, failures };
}

async function insistOnAccounts(ground: Ground): Promise<void> {
  for (const end of [ground.source, ground.destination]) {
    const { Account } = await clientsAt(ground, end).sts.send(new GetCallerIdentityCommand({}));
    if (Account !== end.account) throw new Error(`The credentials for account ${end.account} are those of account ${Account}.`);
  }
}

/** A document of one replication whose buckets, keys and role have names of their own. */
export function documentFor(
  ground: Ground,
  name: string,
  more: { source?: object; destination?: object; [field: string]: unknown },
) {
  const end = ({ account, region }: End, bucket: string, own: object = {}) => ({
    ...{ account, region, bucket },
    key: `arn:${partitionOf(region)}:kms:${region}:${account}:alias/${bucket}`,
    ...own,
  });
  return {
    version: 1,
    replications: {
      [name]: {
        role: `${name}-role`,
        ...more,
        source: end(ground.source, `${name}-src`, more.source),
        destination: end(ground.destination, `${name}-dst`, more.destination),
      },
    },
  };
}

/** What `lockstep bootstrap` does with the document. */
export async function made(ground: Ground, inventory: Inventory, document: unknown, locked = false): Promise<Replication> {
  const [replication] = read(ground, document);
  if (replication === undefined) throw new Error('the document names no replication');
  promiseRemoval(ground, inventory, replication, locked);
  if (locked) await makeLocked(ground, replication);
  const missing = await missingFoundations([replication], ground.gateway);
  await createFoundations(missing, { observer: ground.gateway, creator: ground.gateway, wait: ground.wait });
  await look(ground, document, true);
  return replication;
}

/** The product makes no locked buckets, and takes them as they are. */
async function makeLocked(ground: Ground, { source, destination }: Replication): Promise<void> {
  for (const end of [source, destination]) {
    const LocationConstraint = end.region as BucketLocationConstraint;
    const place = end.region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint } };
    await clientsAt(ground, end).s3.send(
      new CreateBucketCommand({ Bucket: end.bucket, ObjectLockEnabledForBucket: true, ...place }),
    );
  }
}

function promiseRemoval(ground: Ground, inventory: Inventory, { source, destination, role }: Replication, locked: boolean): void {
  for (const end of [source, destination]) {
    const at = `(account ${end.account}, ${end.region})`;
    inventory.add(`key ${end.key.named} ${at}`, keyRemoval(ground, end, end.key.named));
    inventory.add(`bucket ${end.bucket} ${at}`, bucketRemoval(ground, end, end.bucket, { locked }));
  }
  const name = role.arn.slice(role.arn.lastIndexOf('/') + 1);
  inventory.add(`role ${role.arn}`, roleRemoval(ground, source, name));
}

const read = (ground: Ground, document: unknown): readonly Replication[] =>
  parseDocumentValue(document, { name: 'live checks', now: ground.now(), failureTopic: topicName(ground) }).replications;

/** What `lockstep plan` sees, or `lockstep apply` does. */
export async function look(ground: Ground, document: unknown, write: boolean): Promise<readonly ReplicationReport[]> {
  const groups = groupsOf(await resolveKeys(read(ground, document), ground.gateway));
  const options = { observer: ground.gateway, healer: ground.gateway, write, wait: ground.wait, now: ground.now };
  return (await Promise.all(groups.map((group) => reconcile(group, options)))).flat();
}

/** One word or sentence for each thing that a plan would do, or could not tell; empty: in sync. */
export const leftIn = (reports: readonly ReplicationReport[]): readonly string[] =>
  reports.flatMap(({ findings, held }) => [
    ...findings.filter(({ verdict }) => verdict !== 'in-sync').map(({ aspect, verdict }) => `${aspect} ${verdict}`),
    ...held.map(({ aspect, detail }) => `${aspect} held: ${detail}`),
  ]);

const topicName = ({ name }: Ground): string => `${name}-failures`;

/** The topic that the product will name in the bucket's notifications, as the spoke's stack makes it, and a queue behind it. */
async function hearFailures(ground: Ground, inventory: Inventory): Promise<Failures> {
  const { source } = ground;
  const { sns, sqs } = clientsAt(ground, source);
  const name = topicName(ground);
  const topic = `arn:${partitionOf(source.region)}:sns:${source.region}:${source.account}:${name}`;
  inventory.add(`topic ${topic}`, async () => {
    await sns.send(new DeleteTopicCommand({ TopicArn: topic }));
    return undefined;
  });
  inventory.add(`queue ${name} (account ${source.account}, ${source.region})`, () => withoutQueue(ground, name));
  await sns.send(new CreateTopicCommand({ Name: name }));
  const statement = {
    ...{ Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sns:Publish', Resource: topic },
    Condition: { StringEquals: { 'aws:SourceAccount': source.account } },
  };
  await sns.send(
    new SetTopicAttributesCommand({ TopicArn: topic, AttributeName: 'Policy', AttributeValue: policyOf(statement) }),
  );
  const { QueueUrl: queueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] }));
  const queue = Attributes?.QueueArn ?? '';
  const from = {
    ...{ Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: queue },
    Condition: { ArnEquals: { 'aws:SourceArn': topic } },
  };
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes: { Policy: policyOf(from) } }));
  await sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: 'sqs', Endpoint: queue }));
  return { topic, queueUrl };
}

const policyOf = (...Statement: readonly object[]): string => JSON.stringify({ Version: '2012-10-17', Statement });

async function withoutQueue(ground: Ground, QueueName: string): Promise<undefined> {
  const { sqs } = clientsAt(ground, ground.source);
  try {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  } catch (error) {
    if (!(error instanceof Error && /QueueDoesNotExist|NonExistentQueue/.test(error.name))) throw error;
  }
}
