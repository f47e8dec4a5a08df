import { CloudTrailClient, LookupEventsCommand, type LookupEventsCommandInput } from '@aws-sdk/client-cloudtrail';
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  type PutRuleCommandInput,
  PutTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { virtualClock } from '../../infra/sandbox/clock.ts';
import { createLocalAws, type LocalAws, type LocalAwsOptions } from '../../infra/sandbox/local-aws.ts';
import type { BusEvent } from '../../infra/sandbox/services/eventbridge/event.ts';

export const source = '111111111111';
export const destination = '222222222222';

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A local AWS whose time passes only when told to. */
export function anAws(options: LocalAwsOptions = {}) {
  const clock = virtualClock();
  return { aws: createLocalAws({ clock, ...options }), clock };
}

/** In-process clients of one caller in one region. */
export function clientsOf(aws: LocalAws, who: string | Credentials = source, region = 'eu-west-1') {
  const credentials = typeof who === 'string' ? { accessKeyId: who, secretAccessKey: 'any' } : who;
  const config = { region, credentials, requestHandler: aws.requestHandler(), maxAttempts: 1 };
  return {
    s3: new S3Client(config),
    iam: new IAMClient(config),
    sts: new STSClient(config),
    ssm: new SSMClient(config),
    kms: new KMSClient(config),
    trail: new CloudTrailClient(config),
    events: new EventBridgeClient(config),
  };
}

/** Has a rule of the account and region send to a function that keeps what it is sent. */
export async function listen(
  aws: LocalAws,
  pattern: object,
  {
    account = source,
    region = 'eu-west-1',
    bus,
    ...rule
  }: Partial<PutRuleCommandInput> & { account?: string; region?: string; bus?: string } = {},
  target: Partial<Target> = {},
) {
  const heard: unknown[] = [];
  const { events } = clientsOf(aws, account, region);
  const arn = `arn:aws:lambda:${region}:${account}:function:ear-${aws.world.functions.size}`;
  aws.world.functions.set(arn, async (event) => void heard.push(event));
  const named = { ...(bus !== undefined && { EventBusName: bus }) };
  if (bus !== undefined && !bus.startsWith('arn:')) await events.send(new CreateEventBusCommand({ Name: bus }));
  await events.send(
    new PutRuleCommand({ Name: `rule-${aws.world.functions.size}`, EventPattern: JSON.stringify(pattern), ...named, ...rule }),
  );
  await events.send(
    new PutTargetsCommand({
      Rule: rule.Name ?? `rule-${aws.world.functions.size}`,
      ...named,
      Targets: [{ Id: 'ear', Arn: arn, ...target }],
    }),
  );
  return heard as BusEvent[];
}

/** The full records LookupEvents shows, newest first. */
export async function history(aws: LocalAws, input: LookupEventsCommandInput = {}, account = source, region = 'eu-west-1') {
  const { Events = [] } = await clientsOf(aws, account, region).trail.send(new LookupEventsCommand(input));
  return Events.map(({ CloudTrailEvent = '' }) => JSON.parse(CloudTrailEvent) as Record<string, unknown>);
}

/** The newest record of one name. */
export async function recordOf(aws: LocalAws, name: string, account = source, region = 'eu-west-1') {
  const lookup = { LookupAttributes: [{ AttributeKey: 'EventName' as const, AttributeValue: name }] };
  const [record] = await history(aws, lookup, account, region);
  if (!record) throw new Error(`There is no event ${name} of ${account} in ${region}.`);
  return record;
}

/** Credentials of a session of a role. */
export async function sessionOf(
  aws: LocalAws,
  roleArn: string,
  by: string | Credentials = source,
  name = 'tuesday',
): Promise<Credentials> {
  const { Credentials: given } = await clientsOf(aws, by).sts.send(
    new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: name }),
  );
  return {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken ?? '',
  };
}

/** Code and message of a refusal; fails when there is none. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error)) throw new Error('The call was not refused.');
  return `${error.name}: ${error.message}`;
}
