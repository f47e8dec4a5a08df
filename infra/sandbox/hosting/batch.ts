/**
 * Messages of a queue as a function gets them, and what it says of them.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import { matches, parsePattern } from '../services/eventbridge/pattern.ts';
import { md5Of, md5OfAttributes } from '../services/sqs/checksums.ts';
import { systemAttributes } from '../services/sqs/messages.ts';
import type { Received } from '../services/sqs/receive.ts';
import type { Queue } from '../services/sqs/state.ts';

/** One of the `Records` of an event. */
export interface SqsRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, object>>;
  readonly md5OfBody: string;
  readonly md5OfMessageAttributes?: string;
  readonly eventSource: 'aws:sqs';
  readonly eventSourceARN: string;
  readonly awsRegion: string;
}

export function recordOf(queue: Pick<Queue, 'arn' | 'region' | 'isFifo'>, { message, receipt }: Received): SqsRecord {
  const system = Object.entries(systemAttributes(queue, message)).filter(([, value]) => value !== undefined);
  const md5OfMessageAttributes = md5OfAttributes(message.attributes);
  return {
    messageId: message.id,
    receiptHandle: receipt,
    body: message.body,
    attributes: Object.fromEntries(system) as Record<string, string>,
    messageAttributes: Object.fromEntries(Object.entries(message.attributes).map(([name, value]) => [name, attributeOf(value)])),
    md5OfBody: md5Of(message.body),
    ...(md5OfMessageAttributes !== undefined && { md5OfMessageAttributes }),
    eventSource: 'aws:sqs',
    eventSourceARN: queue.arn,
    awsRegion: queue.region,
  };
}

const attributeOf = ({ DataType, StringValue, BinaryValue }: MessageAttributeValue): object => ({
  ...(StringValue !== undefined && { stringValue: StringValue }),
  ...(BinaryValue !== undefined && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
  stringListValues: [],
  binaryListValues: [],
  dataType: DataType,
});

/**
 * Whether a message passes the filters: one of them is enough. A body that is JSON is matched as such, another one as text.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
 */
export function passes(filters: readonly string[], record: SqsRecord): boolean {
  if (filters.length === 0) return true;
  const seen = { ...record, body: jsonOr(record.body) };
  return filters.some((pattern) => matches(parsePattern(pattern), seen));
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * The messages that an answer reports as failed. No answer and no list mean success; what is no such report means that all have failed.
 *
 * @param payload the answer, JSON
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
export function reportedFailures(payload: string, ids: readonly string[]): ReadonlySet<string> {
  const answer: unknown = JSON.parse(payload);
  if (answer === null) return new Set();
  if (typeof answer !== 'object' || Array.isArray(answer)) return new Set(ids);
  const { batchItemFailures: failures = null } = answer as { batchItemFailures?: unknown };
  if (failures === null) return new Set();
  if (!Array.isArray(failures)) return new Set(ids);
  const reported = failures.map((failure: unknown) => (failure as { itemIdentifier?: unknown } | null)?.itemIdentifier);
  const areKnown = reported.every((id) => typeof id === 'string' && ids.includes(id));
  return new Set(areKnown ? (reported as string[]) : ids);
}

/** Bytes of an event. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const maxEventBytes = 6_291_456;

/** Cuts records into events: as many of them together as an event can hold. */
export function eventsOf<T extends { readonly record: SqsRecord }>(batch: readonly T[]): readonly (readonly T[])[] {
  const events: T[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const one of batch) {
    const bytes = Buffer.byteLength(JSON.stringify(one.record)) + 1;
    size += bytes;
    if (size > maxEventBytes) {
      events.push([]);
      size = bytes + '{"Records":[]}'.length;
    }
    events.at(-1)?.push(one);
  }
  return events;
}
