/**
 * Has functions work off queues.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
import { randomUUID } from 'node:crypto';
import { authorise } from '../authorisation/authorise.ts';
import { AwsError, type CallContext } from '../service.ts';
import type { HostedFunction, Mapping } from '../services/lambda/state.ts';
import { urlOf } from '../services/sqs/lookup.ts';
import { isReceivable, type Received, receive, remove } from '../services/sqs/receive.ts';
import { numberOf, type Queue } from '../services/sqs/state.ts';
import { apart, asWork } from '../work.ts';
import type { World } from '../world.ts';
import { eventsOf, passes, recordOf, reportedFailures, type SqsRecord } from './batch.ts';
import { roleCaller } from './execution-role.ts';
import type { Outcome } from './instance.ts';
import { invoke } from './invoke.ts';

/** Batches at one time of a standard queue. Lambda starts with so many and then adds more, which this one does not. */
const standardConcurrency = 5;

/** The longest pause after a refusal, in seconds. */
const longestPause = 300;

interface Poller {
  readonly world: World;
  readonly mapping: Mapping;
  /** Batches under way. */
  running: number;
  /** Received, and waiting for the end of the batching window. */
  gathered: Received[];
  /** Milliseconds since 1970, like all times here. */
  windowEnds: number | undefined;
  /** Not to be asked before, after refusals in a row. */
  blocked: { readonly until: number; readonly times: number };
  /** The next look at the queue, and how to call it off. */
  next: { readonly at: number; readonly callOff: () => void } | undefined;
  /** The queue that wakes it. */
  heard: Queue | undefined;
  isStopped: boolean;
  readonly wake: () => void;
}

/** Polls from now on, as long as the mapping is enabled and not stopped. Only what a queue holds keeps the clock busy: an empty one costs nothing. */
export function startPolling(world: World, mapping: Mapping): void {
  mapping.stop();
  if (!mapping.settings.enabled) return;
  const poller: Poller = {
    world,
    mapping,
    running: 0,
    gathered: [],
    windowEnds: undefined,
    blocked: { until: 0, times: 0 },
    next: undefined,
    heard: undefined,
    isStopped: false,
    wake: () => lookAt(poller, timeOf(world)),
  };
  mapping.stop = () => {
    poller.isStopped = true;
    poller.next?.callOff();
    poller.heard?.waiting.delete(poller.wake);
  };
  poller.wake();
}

const timeOf = ({ clock }: World): number => clock.now().getTime();

/** Sees to a look at the queue at this time, unless there is one before. */
function lookAt(poller: Poller, at: number): void {
  if (poller.isStopped || (poller.next && poller.next.at <= at)) return;
  poller.next?.callOff();
  const { clock } = poller.world;
  const seconds = Math.max(0, (at - clock.now().getTime()) / 1000);
  const callOff = apart(() =>
    clock.after(seconds, () => {
      poller.next = undefined;
      look(poller);
    }),
  );
  poller.next = { at, callOff };
}

/** Starts as many batches as there are messages and concurrency for. */
function look(poller: Poller): void {
  const { world, mapping } = poller;
  const now = timeOf(world);
  const queue = queueOf(poller);
  const fn = world.lambda.functions.get(mapping.functionArn);
  if (!queue || !fn) {
    mapping.lastResult = queue ? 'PROBLEM: Function not found.' : 'PROBLEM: The specified queue does not exist.';
    return;
  }
  while (poller.running < limitOf(mapping, queue)) {
    const batch = nextBatch(poller, fn, queue);
    if (!batch) break;
    poller.running += 1;
    void asWork(world.clock, () => workOff(poller, fn, queue, batch).finally(() => finished(poller)));
  }
  const next = nextLook(poller, queue, now);
  if (next !== undefined) lookAt(poller, next);
}

/** The queue, which from then on wakes the poller. */
function queueOf(poller: Poller): Queue | undefined {
  const queue = poller.world.sqs.queues.get(poller.mapping.queueArn);
  if (queue !== poller.heard) {
    poller.heard?.waiting.delete(poller.wake);
    poller.heard = queue;
  }
  queue?.waiting.add(poller.wake);
  return queue;
}

/** Of a FIFO queue each message group is worked off by one at a time, which its visibility sees to. */
const limitOf = ({ settings }: Mapping, { isFifo }: Queue): number =>
  settings.maximumConcurrency ?? (isFifo ? Number.POSITIVE_INFINITY : standardConcurrency);

function finished(poller: Poller): void {
  poller.running -= 1;
  poller.wake();
}

/**
 * When there may be more to do; undefined: only when the queue changes, or a batch is done.
 *
 * @param now when this look began: what has become visible since, it may have missed
 */
function nextLook({ mapping, running, windowEnds, blocked }: Poller, queue: Queue, now: number): number | undefined {
  if (running >= limitOf(mapping, queue)) return undefined;
  const times = queue.messages.map(({ visibleAt }) => visibleAt).filter((at) => at > now);
  if (blocked.until > now && queue.messages.length > 0) return blocked.until;
  const next = Math.min(...times, windowEnds ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(next) ? next : undefined;
}

/** Received messages that are to be worked off now; undefined: there are none, or the window is still open. */
function nextBatch(poller: Poller, fn: HostedFunction, queue: Queue): readonly Received[] | undefined {
  const { batchSize, windowSeconds } = poller.mapping.settings;
  const now = timeOf(poller.world);
  const room = batchSize - poller.gathered.length;
  if (isReceivable(queue, now) && isPermitted(poller, fn, queue)) {
    poller.gathered.push(...receive(poller.world, queue, room));
  }
  if (poller.gathered.length === 0) return undefined;
  poller.windowEnds ??= now + windowSeconds * 1000;
  if (poller.gathered.length < batchSize && now < poller.windowEnds) return undefined;
  const batch = poller.gathered;
  poller.gathered = [];
  poller.windowEnds = undefined;
  return batch;
}

/** Whether the function's role may receive. After a refusal it is not asked again for a while. */
function isPermitted(poller: Poller, fn: HostedFunction, queue: Queue): boolean {
  const now = timeOf(poller.world);
  if (poller.blocked.until > now) return false;
  const refusal = refusalOf(poller.world, fn, queue, 'ReceiveMessage');
  if (!refusal) {
    poller.blocked = { until: 0, times: 0 };
    return true;
  }
  const pause = Math.min(30 * 2 ** poller.blocked.times, longestPause);
  poller.blocked = { until: now + pause * 1000, times: poller.blocked.times + 1 };
  poller.mapping.lastResult = `PROBLEM: ${refusal.message}`;
  return false;
}

/** Why the role of a function may not do something with a queue; undefined: it may. */
export function refusalOf(world: World, fn: HostedFunction, queue: Queue, operation: string): AwsError | undefined {
  if (!world.lambda.authorise) return undefined;
  try {
    const caller = roleCaller(world, fn);
    const call: CallContext = { world, caller, region: queue.region, requestId: randomUUID(), service: 'sqs', operation };
    authorise(call, { QueueUrl: urlOf({ world }, queue) });
    return undefined;
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
}

/** A message, and what the function is shown of it. */
interface Item {
  readonly received: Received;
  readonly record: SqsRecord;
}

async function workOff(poller: Poller, fn: HostedFunction, queue: Queue, batch: readonly Received[]): Promise<void> {
  const { settings } = poller.mapping;
  const items = batch.map((received): Item => ({ received, record: recordOf(queue, received) }));
  const [wanted = [], unwanted = []] = [true, false].map((is) =>
    items.filter(({ record }) => passes(settings.filters, record) === is),
  );
  // Filtered out is dealt with: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
  removeAll(poller, fn, queue, unwanted);
  for (const event of eventsOf(wanted)) await handle(poller, fn, queue, event);
}

async function handle(poller: Poller, fn: HostedFunction, queue: Queue, items: readonly Item[]): Promise<void> {
  const { mapping } = poller;
  const payload = JSON.stringify({ Records: items.map(({ record }) => record) });
  const outcome = await invokePatiently(poller, fn, queue, payload);
  const failed = failedOf(mapping, outcome, items);
  mapping.lastResult = outcome.status === 'returned' ? 'OK' : 'PROBLEM: Function call failed';
  // What failed is left alone: it can be received again when its visibility time-out has passed.
  removeAll(
    poller,
    fn,
    queue,
    items.filter(({ record }) => !failed.has(record.messageId)),
  );
}

function failedOf({ settings }: Mapping, outcome: Outcome, items: readonly Item[]): ReadonlySet<string> {
  const ids = items.map(({ record }) => record.messageId);
  if (outcome.status !== 'returned') return new Set(ids);
  return settings.reportsItemFailures ? reportedFailures(outcome.payload, ids) : new Set();
}

/**
 * Invokes; while the function is throttled again and again, until the messages can be received anew.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-backoff-strategy
 */
async function invokePatiently({ world }: Poller, fn: HostedFunction, queue: Queue, payload: string): Promise<Outcome> {
  const deadline = timeOf(world) + numberOf(queue, 'VisibilityTimeout') * 1000;
  for (let pause = 1; ; pause *= 2) {
    const outcome = await invoke(world, fn, payload, { trigger: 'queue' });
    if (outcome.status !== 'throttled' || timeOf(world) + pause * 1000 >= deadline) return outcome;
    await new Promise<void>((resolve) => void world.clock.after(pause, resolve));
  }
}

function removeAll({ world, mapping }: Poller, fn: HostedFunction, queue: Queue, items: readonly Item[]): void {
  if (items.length === 0) return;
  const refusal = refusalOf(world, fn, queue, 'DeleteMessage');
  if (refusal) {
    mapping.lastResult = `PROBLEM: ${refusal.message}`;
    return;
  }
  for (const { received } of items) {
    try {
      remove(world, queue, received.receipt);
    } catch (error) {
      // It took too long, and the message can be received again: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
      if (!(error instanceof AwsError)) throw error;
    }
  }
}
