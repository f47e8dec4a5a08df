/** Tells people through SNS: each protocol gets the form it can use. */
import { type MessageAttributeValue, PublishCommand, SNSClient, type SNSClientConfig } from '@aws-sdk/client-sns';
import type { Notifier } from '../controller/ports.ts';
import type { Story } from '../controller/story.ts';
import { fitting, fittingText } from '../controller/story-text/size.ts';
import { toNotification } from '../controller/story-text.ts';

export interface NotifierOptions {
  readonly client: SNSClient;
  readonly topicArn: string;
}

/** Here, so that the client is loaded with what uses it. */
export const newSnsClient = (config: SNSClientConfig): SNSClient => new SNSClient(config);

export function snsNotifier({ client, topicArn }: NotifierOptions): Notifier {
  return {
    async tell(story) {
      const { subject, ...forms } = toNotification(story);
      await client.send(
        new PublishCommand({
          TopicArn: topicArn,
          Subject: subject,
          MessageStructure: 'json',
          Message: messageOf(forms),
          MessageAttributes: attributesOf(story),
        }),
      );
    },
  };
}

type Forms = Pick<ReturnType<typeof toNotification>, 'text' | 'json' | 'chatbot'>;

// A message may have 256 KiB, all its forms and attributes together: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
const messageBytes = 240 * 1024;
const attributeBytes = 8 * 1024;
/** For the JSON, which goes out four times, and for the text. */
const rooms = [48, 32, 16, 8, 4].map((kibibytes) => kibibytes * 1024);

/** One form a protocol, each as long as all of them together allow. */
export function messageOf(forms: Forms): string {
  const tries = rooms.map((room) => messageIn(forms, room));
  return tries.find((message) => Buffer.byteLength(message) <= messageBytes) ?? (tries.at(-1) as string);
}

function messageIn({ text, json, chatbot }: Forms, room: number): string {
  const mail = fittingText(text, room);
  const machine = JSON.stringify(fitting(json, room).value);
  return JSON.stringify({
    default: mail,
    email: mail,
    'email-json': machine,
    sqs: machine,
    lambda: machine,
    http: machine,
    // Chat clients subscribe by HTTPS: https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
    https: JSON.stringify(chatbot),
  });
}

/** For filter policies: https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html */
function attributesOf({ kind, replications }: Story): Record<string, MessageAttributeValue> {
  const names = JSON.stringify(namesWithin(attributeBytes, replications));
  return {
    kind: { DataType: 'String', StringValue: kind },
    ...(replications.length > 0 && { replications: { DataType: 'String.Array', StringValue: names } }),
  };
}

function namesWithin(bytes: number, names: readonly string[]): readonly string[] {
  let room = bytes;
  return names.filter((name) => {
    room -= JSON.stringify(name).length + 1;
    return room >= 0;
  });
}
