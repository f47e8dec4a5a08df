/** What S3 reports of objects that it did not replicate: counted, remembered, and looked into. */
import { aspects } from '../aspects/index.ts';
import type { NoFailure, Notification, ReportedFailure } from './failures/notification.ts';
import { readNotification } from './failures/notification.ts';
import { explanationOf, isHarmful, reportedBy } from './failures/reasons.ts';
import type { Seen } from './failures/seen.ts';
import { type Tally, tallyOf } from './failures/tally.ts';
import type { FailureRecord, Ledger, StandingRecord } from './ledger.ts';
import type { Outgoing } from './message.ts';
import type { Log, Metrics, Queue } from './ports.ts';

export interface FailureDesk {
  readonly ledger: Pick<Ledger, 'replicationsFrom' | 'addFailures' | 'putOutage'>;
  readonly queue: Queue;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly seen: Seen;
  /** Whether a topic, by its ARN, is one of ours. */
  readonly isOurs: (topic: string) => boolean;
  /** Tells SNS that the queue wants what the topic sends. @throws when SNS does not take it */
  readonly confirm: (topic: string, token: string) => Promise<void>;
  readonly now: () => Date;
}

export interface FailureMessage {
  readonly id: string;
  readonly body: string;
}

export interface Counted {
  /** Ids of the messages that must come back. */
  readonly failed: readonly string[];
  /** Failures of ours, copies left out. */
  readonly failures: number;
  /** Groups that a pass was asked for. */
  readonly groups: readonly string[];
}

interface Read extends FailureMessage {
  readonly notification: Notification;
}

/**
 * Counts a batch: each report once, however often it is in the batch, or was in a batch of the same execution environment lately.
 * A few calls for each thousand reports, however large the fleet.
 *
 * @throws what the ledger or the queue throws: then the whole batch comes back. Never for what stands in a message.
 */
export async function countFailures(messages: readonly FailureMessage[], desk: FailureDesk): Promise<Counted> {
  const read = messages.map((message): Read => ({ ...message, notification: readNotification(message.body) }));
  const failed = [...refused(read, desk), ...(await confirmed(read, desk))];
  const { failures, copies } = distinct(read, desk.seen);
  const standing = await standingOf(failures, desk.ledger);
  const tally = tallyOf(failures, standing, desk.now());
  await remember(tally.additions, standing, desk.ledger);
  const requests = requestsFor(tally.additions, standing);
  if (requests.length > 0) await desk.queue.send(requests);
  desk.seen.add(failures.map(({ identity }) => identity));
  report(tally, read, copies, desk);
  return {
    failed,
    failures: failures.length - tally.others.length,
    groups: [...new Set(requests.map(({ message }) => message.group))],
  };
}

/** What nobody can read goes to the dead letters, by itself. @returns their ids */
function refused(read: readonly Read[], { log, metrics }: FailureDesk): readonly string[] {
  return read.flatMap(({ id, body, notification }) => {
    if (notification.kind !== 'malformed') return [];
    log.error('failure message not understood', { messageId: id, reason: notification.because, body: body.slice(0, 200) });
    metrics.add('EventsIgnored', 1, { reason: 'malformed' });
    return [id];
  });
}

/** @returns the ids of those that SNS did not take */
async function confirmed(read: readonly Read[], { isOurs, confirm, log }: FailureDesk): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const { id, notification } of read) {
    if (notification.kind === 'unsubscribed') log.warn('topic unsubscribed', { topic: notification.topic });
    if (notification.kind !== 'confirmation') continue;
    const { topic, token } = notification;
    if (!isOurs(topic)) {
      log.warn('subscription not confirmed', { topic, reason: 'not a topic of ours' });
      continue;
    }
    try {
      await confirm(topic, token);
      log.info('subscription confirmed', { topic });
    } catch (error) {
      log.error('subscription not confirmed', { topic, error });
      failed.push(id);
    }
  }
  return failed;
}

interface Distinct {
  readonly failures: readonly ReportedFailure[];
  readonly copies: number;
}

function distinct(read: readonly Read[], seen: Seen): Distinct {
  const all = read.flatMap(({ notification }) => (notification.kind === 'records' ? notification.failures : []));
  const once = new Map(all.map((failure) => [failure.identity, failure]));
  const failures = [...once.values()].filter(({ identity }) => !seen.has(identity));
  return { failures, copies: all.length - failures.length };
}

const standingOf = async (
  failures: readonly ReportedFailure[],
  ledger: FailureDesk['ledger'],
): Promise<readonly StandingRecord[]> =>
  failures.length === 0 ? [] : ledger.replicationsFrom([...new Set(failures.map(({ bucket }) => bucket))]);

/** The outage first: a record that names none would hide it. What is open already is left as it is. */
async function remember(
  additions: readonly FailureRecord[],
  standing: readonly StandingRecord[],
  ledger: FailureDesk['ledger'],
): Promise<void> {
  const isOpen = new Set(standing.filter(({ status, failures }) => status?.outage ?? failures).map(nameOf));
  for (const { replication, outage, from, counts } of additions)
    if (!isOpen.has(replication))
      await ledger.putOutage({
        ...{ replication, startedAt: outage, window: { from } },
        reasons: Object.keys(counts).map(reportedBy),
      });
  if (additions.length > 0) await ledger.addFailures(additions);
}

const nameOf = ({ replication }: StandingRecord): string => replication.name;

/**
 * One for each group, and one for what is new about a replication. SQS takes the same id once in five minutes, so a storm asks for a pass
 * every five minutes at most, and a new reason at once.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
 */
function requestsFor(additions: readonly FailureRecord[], standing: readonly StandingRecord[]): readonly Outgoing[] {
  const requests = additions.flatMap(({ replication, counts, outage }) => {
    const record = standing.find((one) => nameOf(one) === replication);
    if (record === undefined) return [];
    const news = Object.keys(counts).filter((reason) => record.failures?.counts[reason] === undefined);
    const about = news.length === 0 ? record.group : `${record.group} ${replication} ${outage} ${news.sort().join()}`;
    return [{ group: record.group, deduplication: `failure:${about}` }];
  });
  return [...Map.groupBy(requests, ({ deduplication }) => deduplication)].map(([deduplication, some]) => ({
    message: { version: 1, group: some[0]?.group ?? '', trigger: { kind: 'request', reason: 'failure' } },
    deduplication,
  }));
}

/** Of so many objects a batch's log names the keys. */
const sample = 5;

function report({ reasons, others, additions }: Tally, read: readonly Read[], copies: number, desk: FailureDesk): void {
  const { metrics, log } = desk;
  for (const [reason, count] of reasons) countReason(reason, count, metrics);
  const all = read.flatMap(({ notification }) => (notification.kind === 'records' ? notification.failures : []));
  for (const { replication, counts } of additions) log.warn('replication failures', { replication, reasons: explained(counts) });
  if (all.length > 0) log.info('failure sample', { objects: all.slice(0, sample).map(shown), of: all.length });
  if (others.length > 0) log.info('failures of others', { objects: others.slice(0, sample).map(shown), of: others.length });
  const ignored: readonly (readonly [string, number])[] = [
    ...ignoredIn(read),
    ['not-ours', others.length],
    ['duplicate', copies],
  ];
  for (const [reason, count] of ignored) if (count > 0) metrics.add('EventsIgnored', count, { reason });
}

/** By reason for the dashboard; without one, what the alarms look at, and only what leaves objects behind. */
function countReason(reason: string, count: number, metrics: Metrics): void {
  const explanation = explanationOf(reason);
  const isUnknown = explanation.kind === 'unknown';
  metrics.add('ReplicationFailures', count, { reason: isUnknown ? 'unknown' : reason });
  if (isHarmful(explanation)) metrics.add('ReplicationFailures', count);
  if (isUnknown) metrics.add('UnknownFailureReasons', count);
}

const explained = (counts: FailureRecord['counts']): readonly object[] =>
  Object.entries(counts).map(([reason, count]) => {
    const { kind, meaning } = explanationOf(reason);
    const settings = aspects.filter(({ failureReasons = [] }) => failureReasons.includes(reason)).map(({ name }) => name);
    return { reason, count, kind, meaning, settings };
  });

const shown = ({ bucket, key, rule, reason, time }: ReportedFailure): object => ({ bucket, key, rule, reason, time });

function ignoredIn(read: readonly Read[]): readonly (readonly [string, number])[] {
  const names = read.flatMap(({ notification }): readonly (NoFailure | 'test')[] => {
    if (notification.kind === 'test') return ['test'];
    return notification.kind === 'records' ? notification.others : [];
  });
  return [...Map.groupBy(names, (name) => name)].map(([name, some]) => [name, some.length] as const);
}
