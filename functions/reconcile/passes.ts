/** Messages of one group are answered together. */
import type { SQSRecord } from 'aws-lambda';
import pLimit from 'p-limit';
import { MalformedMessage, parseMessage } from '../../shared/controller/message.ts';
import { type Asked, pass } from '../../shared/controller/pass.ts';
import type { Controller } from '../../shared/controller/ports.ts';
import { withKeys } from '../telemetry.ts';

/** Passes of one invocation that run at a time: they share its time and AWS's patience. */
const passesAtOnce = 4;

type Answer = (record: SQSRecord) => Promise<void>;

/**
 * @param remaining milliseconds that the invocation still has
 * @returns what answers one record: the pass of its group, which begins when the first record asks for it and is the same for all
 * @throws (the function returned) MalformedMessage for this record alone; what the pass throws, for all records of its group
 */
export function passesOver(records: readonly SQSRecord[], controller: Controller, remaining: () => number): Answer {
  const limit = pLimit(passesAtOnce);
  const asked = askedByGroup(records, controller);
  const passes = new Map<string, Promise<void>>();
  return (record) => {
    const { group } = parseMessage(record.body);
    const begun = passes.get(group) ?? limit(() => passOver(group, asked.get(group) ?? [], controller, remaining));
    passes.set(group, begun);
    return begun;
  };
}

function askedByGroup(records: readonly SQSRecord[], { now, log }: Controller): ReadonlyMap<string, readonly Asked[]> {
  const asked = new Map<string, Asked[]>();
  for (const record of records) {
    try {
      const { group, trigger } = parseMessage(record.body);
      const sofar = asked.get(group) ?? [];
      asked.set(group, [...sofar, { trigger, sentAt: sentAt(record, now()) }]);
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      log.error('message not understood', { messageId: record.messageId, reason: error.message });
    }
  }
  return asked;
}

/** SQS tells milliseconds: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
function sentAt({ attributes }: SQSRecord, otherwise: Date): Date {
  const milliseconds = Number(attributes?.SentTimestamp);
  return Number.isFinite(milliseconds) ? new Date(milliseconds) : otherwise;
}

async function passOver(group: string, asked: readonly Asked[], controller: Controller, remaining: () => number): Promise<void> {
  const events = asked.flatMap(({ trigger }) => (trigger.kind === 'change' ? [trigger.change.eventId] : []));
  const log = withKeys(controller.log, { group, ...(events.length > 0 && { events: [...new Set(events)].slice(0, 10) }) });
  try {
    await pass(group, asked, { ...controller, log }, remaining);
  } catch (error) {
    log.error('pass not finished', { messages: asked.length, error });
    throw error;
  }
}
