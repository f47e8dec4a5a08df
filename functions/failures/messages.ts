/** What the function is handed, as messages: a batch of the queue, or what a topic or a bucket sends it directly. */
import type { FailureMessage } from '../../shared/controller/failures.ts';
import { fieldsOf, listOf } from '../../shared/controller/read-change/fields.ts';

/**
 * One message for each record. Never throws, whatever it is given.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-s3.html
 */
export function messagesIn(event: unknown): readonly FailureMessage[] {
  const { Records } = fieldsOf(event);
  return listOf(Records).map((given, index): FailureMessage => {
    const { messageId, body, Sns } = fieldsOf(given);
    const { MessageId, Message } = fieldsOf(Sns);
    if (typeof body === 'string') return { id: textOr(messageId, index), body };
    if (typeof Message === 'string') return { id: textOr(MessageId, index), body: Message };
    return { id: textOr(messageId, index), body: JSON.stringify({ Records: [given] }) };
  });
}

const textOr = (id: unknown, otherwise: number): string => (typeof id === 'string' ? id : String(otherwise));
