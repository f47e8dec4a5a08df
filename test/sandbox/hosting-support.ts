/** Functions, queues and roles in a local AWS whose time passes only when told to. */
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { virtualClock } from '../../infra/sandbox/clock.ts';
import {
  type FunctionDefinition,
  functionHost,
  type HostOptions,
  type InProcessHandler,
  inThisProcess,
} from '../../infra/sandbox/hosting/function-host.ts';
import { createLocalAws, type LocalAws, type LocalAwsOptions } from '../../infra/sandbox/local-aws.ts';
import { samplesOf } from '../../infra/sandbox/metrics.ts';

export const source = '111111111111';
export const region = 'eu-west-1';
export const roleArn = `arn:aws:iam::${source}:role/worker`;

export const configOf = (aws: LocalAws) => ({
  region,
  credentials: { accessKeyId: source, secretAccessKey: 'any' },
  requestHandler: aws.requestHandler(),
  maxAttempts: 1,
});

export const policy = (...Statement: readonly object[]): string => JSON.stringify({ Version: '2012-10-17', Statement });

export const trustOf = (Service: string): string => policy({ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' });

export const consuming = { Effect: 'Allow', Action: 'sqs:*', Resource: '*' };

/** A role that Lambda may assume. @param statements what it may do; by default everything with queues */
export async function aRole(aws: LocalAws, name = 'worker', statements: readonly object[] = [consuming]): Promise<string> {
  const iam = new IAMClient(configOf(aws));
  const made = { RoleName: name, AssumeRolePolicyDocument: trustOf('lambda.amazonaws.com') };
  await iam.send(new CreateRoleCommand(made));
  if (statements.length > 0) {
    await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'work', PolicyDocument: policy(...statements) }));
  }
  return `arn:aws:iam::${source}:role/${name}`;
}

/** A local AWS on a virtual clock, with a host and the role `worker`. */
export async function aHost(options: HostOptions & LocalAwsOptions = {}) {
  const clock = virtualClock();
  const aws = createLocalAws({ clock, ...options });
  await aRole(aws);
  return { aws, clock, host: functionHost(aws, options) };
}

type Scene = Awaited<ReturnType<typeof aHost>>;

/** A function in this process. */
export function aFunction({ host }: Scene, run: InProcessHandler, more: Partial<FunctionDefinition> = {}): string {
  const base = { account: source, region, name: 'work', role: roleArn, code: inThisProcess(run) };
  return host.create({ ...base, ...more }).arn;
}

export async function aQueue({ aws }: Pick<Scene, 'aws'>, name = 'jobs', Attributes: Record<string, string> = {}) {
  const isFifo = name.endsWith('.fifo');
  const sqs = new SQSClient(configOf(aws));
  const all = { ...(isFifo && { FifoQueue: 'true', ContentBasedDeduplication: 'true' }), ...Attributes };
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: all }));
  const arn = `arn:aws:sqs:${region}:${source}:${name}`;
  return {
    arn,
    /** @param texts bodies; of a FIFO queue `GROUP:…`, and the group is what comes before the colon */
    async send(...texts: readonly string[]): Promise<void> {
      for (const MessageBody of texts) {
        const group = isFifo ? { MessageGroupId: MessageBody.split(':')[0] } : {};
        await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...group }));
      }
    },
    /** Bodies of all that is in it, received or not. */
    left: () => aws.world.sqs.queues.get(arn)?.messages.map(({ body }) => body) ?? [],
  };
}

export interface SqsEvent {
  readonly Records: readonly {
    readonly messageId: string;
    readonly body: string;
    readonly attributes: Readonly<Record<string, string>>;
  }[];
}

export const bodiesOf = (event: unknown): string[] => (event as SqsEvent).Records.map(({ body }) => body);

/** Sum of a metric of the function `work` so far. */
export function total(
  { aws }: Pick<Scene, 'aws'>,
  name: string,
  dimensions: Record<string, string> = { FunctionName: 'work' },
): number {
  const span = { from: new Date(0), to: new Date('2100-01-01') };
  const samples = samplesOf(aws.world, { account: source, region, namespace: 'AWS/Lambda', name, dimensions, ...span });
  return samples.reduce((sum, { value }) => sum + value, 0);
}

/** Waits on the virtual clock. */
export const pause = ({ clock }: Pick<Scene, 'clock'>, seconds: number): Promise<void> =>
  new Promise((resolve) => void clock.after(seconds, resolve));
