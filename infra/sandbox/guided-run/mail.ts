/** What the controller tells people: the e-mails of its topic. */
import { ConfirmSubscriptionCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import type { Hub } from '../hub/hub.ts';
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
  const Token = await until('a mail to confirm the subscription', () => aws.world.sns.outbox.find(({ token }) => token)?.token);
  await sns.send(new ConfirmSubscriptionCommand({ TopicArn: topicArn, Token }));
  const told = (): readonly Mail[] =>
    aws.world.sns.outbox
      .filter(({ kind, to }) => kind === 'notification' && to === address)
      .map(({ subject = '', body }) => ({ subject, body }));
  return { count: () => told().length, after: (count) => told().slice(count) };
}

const most = 16;

/** Subject and facts; why it matters and what to do are left to the whole text. */
export function shortened({ subject, body }: Mail): string {
  const lines = body.split('\n');
  const facts = lines.slice(lines.indexOf('') + 1);
  const steps = facts.findIndex((line) => /^what (to do|you can do)|^next/i.test(line));
  const kept = withoutReasons(steps < 0 ? facts : facts.slice(0, steps)).join('\n').trim().split('\n');
  const shown = kept.length > most ? [...kept.slice(0, most), `… and ${kept.length - most} more lines`] : kept;
  return [`Subject: ${subject}`, '', ...shown].map((line) => `  │ ${line}`.trimEnd()).join('\n');
}

/** A reason may be several lines long, all but the first indented further. */
function withoutReasons(lines: readonly string[]): readonly string[] {
  let isReason = false;
  return lines.filter((line) => {
    if (/^\s*matters\b/.test(line)) isReason = true;
    else if (!/^\s{8,}/.test(line)) isReason = false;
    return !isReason;
  });
}
