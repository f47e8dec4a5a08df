import type { MessageAttributeValue } from '@aws-sdk/client-sqs';

export interface Message {
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  /** `AWSTraceHeader` only. */
  readonly traceHeader: string | undefined;
  readonly groupId: string | undefined;
  readonly dedupId: string | undefined;
  /** 20 digits, growing; FIFO queues only. */
  readonly sequenceNumber: string | undefined;
  readonly senderId: string;
  /** Milliseconds since 1970, like all times here. */
  readonly sentAt: number;
  /** Not to be received before. */
  visibleAt: number;
  firstReceivedAt: number | undefined;
  receives: number;
  /** Of the last receive. */
  receipt: string | undefined;
  /** ARN of the queue it was moved from as undeliverable. */
  readonly deadLetterSource: string | undefined;
}

export interface Queue {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly arn: string;
  readonly isFifo: boolean;
  readonly createdAt: number;
  modifiedAt: number;
  /** As set or by default; only those that can be set. */
  readonly attributes: Map<string, string>;
  readonly tags: Map<string, string>;
  /** In the order in which they were sent. */
  messages: Message[];
  /** What was sent under each deduplication id, for five minutes. */
  readonly sent: Map<string, { readonly at: number; readonly id: string; readonly sequenceNumber: string | undefined }>;
  sequence: number;
  purgedAt: number | undefined;
  /** Those that wait for a message. */
  readonly waiting: Set<() => void>;
}

export interface MoveTask {
  readonly handle: string;
  readonly source: string;
  readonly destination: string | undefined;
  readonly moved: number;
  readonly startedAt: number;
}

export interface SqsState {
  /** By ARN. */
  readonly queues: Map<string, Queue>;
  /** When each deleted queue was deleted, by ARN. */
  readonly deleted: Map<string, number>;
  /** Newest first. */
  readonly moveTasks: MoveTask[];
  /** `http://127.0.0.1:PORT` while the local AWS is served over HTTP: clients send to the host of a queue's URL. */
  origin: string | undefined;
}

export const newSqsState = (): SqsState => ({ queues: new Map(), deleted: new Map(), moveTasks: [], origin: undefined });

export const arnOf = (account: string, region: string, name: string): string => `arn:aws:sqs:${region}:${account}:${name}`;

export const numberOf = (queue: Queue, attribute: string): number => Number(queue.attributes.get(attribute));

/** Lets those that wait look again. */
export function wake(queue: Queue): void {
  for (const look of [...queue.waiting]) look();
}
