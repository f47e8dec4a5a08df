/** What the controller tells people: the e-mails of its topic. */
import { ConfirmSubscriptionCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import type { Hub } from '../hub.ts';
import type { LocalAws } from '../local-aws.ts';
import { administrator, until } from './stage.ts';

export interface Mail {
  readonly subject: string;
  readonly body: string;
}

/** Reads the mail of somebody who subscribed. */
export interface Mailbox {
  /** How many there are. */
  count(): number;
  /** The mails after the first so many. */
  after(count: number): readonly Mail[];
}

const address = 'on-call@example.com';

/** Subscribes by e-mail, as `aws sns subscribe --protocol email` does, and follows the link in the confirmation. */
export async function subscribe(aws: LocalAws, { topicArn, account, region }: Hub, url: string): Promise<Mailbox> {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '' } = administrator(url, account);
  const sns = new SNSClient({ endpoint: url, region, credentials: { accessKeyId, secretAccessKey: 'local' } });
  await sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: 'email', Endpoint: address }));
  const Token = await until('asked to confirm the subscription', () => aws.world.sns.outbox.find(({ token }) => token)?.token);
  await sns.send(new ConfirmSubscriptionCommand({ TopicArn: topicArn, Token }));
  const told = (): readonly Mail[] =>
    aws.world.sns.outbox
      .filter(({ kind, to }) => kind === 'notification' && to === address)
      .map(({ subject = '', body }) => ({ subject, body }));
  return { count: () => told().length, after: (count) => told().slice(count) };
}

/** Lines that are shown of the differences of one setting, and of one mail. */
const most = { differences: 4, mail: 18 };

/** Subject and facts; why it matters and what is left to do are left to the whole text. */
export function shortened({ subject, body }: Mail): string {
  const [, ...facts] = body.split('\nWhat is left to do')[0]?.split('\n\n') ?? [];
  const lines = facts.map(briefly).join('\n\n').split('\n');
  const left = lines.length - most.mail;
  const shown = left > 1 ? [...lines.slice(0, most.mail), `… ${left} more lines`] : lines;
  return [`Subject: ${subject}`, '', ...shown].map((line) => `  │ ${line}`.trimEnd()).join('\n');
}

/** A setting, its differences (by four and deeper), then who and how long (by two, what goes on below it deeper). */
function briefly(fact: string): string {
  const [heading = '', ...rest] = withoutReason(fact.trimEnd()).split('\n');
  const end = rest.findIndex((line) => /^ {2}\S/.test(line));
  const differences = end < 0 ? [] : rest.slice(0, end);
  const left = differences.length - most.differences;
  const shown = left > 1 ? [...differences.slice(0, most.differences), `    … ${left} more lines`] : differences;
  return [heading, ...shown, ...rest.slice(Math.max(end, 0))].join('\n');
}

const withoutReason = (fact: string): string => fact.replace(/\n {2}matters .*(\n {6,}.*)*/g, '');
