/** A FIFO queue as Lambda meets it: batches, messages that come back after a while, a dead-letter queue. */
import type { SQSRecord } from 'aws-lambda';
import type { VirtualClock } from '../../infra/sandbox/clock.ts';
import type { Outgoing } from '../../shared/controller/message.ts';

export interface Letter {
  readonly body: string;
  readonly group: string;
  readonly sentAt: number;
  receives: number;
  visibleAt: number;
}

export interface Fifo {
  send(messages: readonly Outgoing[]): Promise<void>;
  /** Puts a body there that nobody of ours has sent. */
  throwIn(body: string, group: string): void;
  /** Up to ten that are not hidden, none of a group that has one hidden; waits until there are some. Empty: the queue is. */
  receive(): Promise<readonly Letter[]>;
  answered(letter: Letter): void;
  returned(letter: Letter): void;
  readonly waiting: readonly Letter[];
  /** Bodies that came back too often. */
  readonly dead: string[];
}

/** So long a message that was not answered stays hidden, in seconds; and so often it is given out. */
const visibility = 300;
const mostReceives = 4;
const deduplicationLasts = 300_000;

export function newFifo(clock: VirtualClock): Fifo {
  const waiting: Letter[] = [];
  const dead: string[] = [];
  const known = new Map<string, number>();
  const now = (): number => clock.now().getTime();
  const put = (body: string, group: string): void => void waiting.push({ body, group, sentAt: now(), receives: 0, visibleAt: 0 });
  const remove = (letter: Letter): void => void waiting.splice(waiting.indexOf(letter), 1);
  const free = (): readonly Letter[] => {
    const hidden = new Set(waiting.filter(({ visibleAt }) => visibleAt > now()).map(({ group }) => group));
    return waiting.filter(({ group }) => !hidden.has(group)).slice(0, 10);
  };
  return {
    waiting,
    dead,
    throwIn: put,
    send: async (messages) => {
      for (const { message, deduplication } of messages) {
        const isNew = now() - (known.get(deduplication) ?? 0) >= deduplicationLasts;
        if (isNew) known.set(deduplication, now());
        if (isNew) put(JSON.stringify(message), message.group);
      }
    },
    receive: async () => {
      while (waiting.length > 0 && free().length === 0) await clock.advance(30);
      return free();
    },
    answered: remove,
    returned: (letter) => {
      letter.receives += 1;
      letter.visibleAt = now() + visibility * 1000;
      if (letter.receives < mostReceives) return;
      dead.push(letter.body);
      remove(letter);
    },
  };
}

/** As far as the function looks at it. */
export const recordOf = ({ body, sentAt }: Letter, index: number): SQSRecord =>
  ({ messageId: `m${index}`, body, attributes: { SentTimestamp: String(sentAt) } }) as unknown as SQSRecord;
