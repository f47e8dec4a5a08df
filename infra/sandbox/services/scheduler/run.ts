import { randomUUID } from 'node:crypto';
import type { EventBridgeParameters } from '@aws-sdk/client-scheduler';
import { record } from '../../metrics.ts';
import { requirePermission } from '../../targets/permission.ts';
import { deliverTo, serviceOf, TargetError, type TargetParams } from '../../targets.ts';
import type { World } from '../../world.ts';
import type { BusEvent } from '../eventbridge/event.ts';
import { nextRun, parseTiming } from './expression.ts';
import type { Schedule } from './state.ts';

/** Has the schedule run from now on, for as long as it is enabled. */
export function start(world: World, schedule: Schedule): void {
  schedule.stop();
  const timing = parseTiming(schedule.expression);
  if (schedule.state === 'DISABLED' || !timing) return;
  const span = { since: schedule.modifiedAt, start: schedule.start, end: schedule.end };
  const plan = (last?: Date): void => {
    const now = world.clock.now();
    const at = nextRun(timing, span, now, last);
    if (!at) {
      completed(world, schedule, last);
      return;
    }
    schedule.stop = world.clock.after(Math.max(0, (at.getTime() - now.getTime()) / 1000), async () => {
      plan(at);
      await invoke(world, schedule, at, 0, randomUUID());
    });
  };
  plan();
}

/** @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-delete.html */
function completed({ scheduler }: World, { arn, afterCompletion }: Schedule, last: Date | undefined): void {
  if (last && afterCompletion === 'DELETE') scheduler.schedules.delete(arn);
}

const paramsOf = ({ arn, account, target }: Schedule): TargetParams => ({
  service: 'scheduler.amazonaws.com',
  // The group, not the schedule: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
  sourceArn: arn.replace(':schedule/', ':schedule-group/').replace(/\/[^/]+$/, ''),
  sourceAccount: account,
  roleArn: target.RoleArn,
  groupId: target.SqsParameters?.MessageGroupId,
});

async function invoke(world: World, schedule: Schedule, scheduled: Date, failures: number, id: string): Promise<void> {
  const body = bodyOf(schedule, scheduled, failures + 1, id);
  count(world, schedule, 'InvocationAttemptCount');
  try {
    await send(world, schedule, body);
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    count(world, schedule, 'TargetErrorCount');
    const pause = pauseAfter(world, schedule, scheduled, failures, error);
    if (pause === undefined) await giveUp(world, schedule, body, failures, error);
    else world.clock.after(pause, () => invoke(world, schedule, scheduled, failures + 1, id));
  }
}

async function send(world: World, schedule: Schedule, body: string): Promise<void> {
  const { target } = schedule;
  const { Arn = '', EventBridgeParameters } = target;
  const params = paramsOf(schedule);
  if (serviceOf(Arn) === 'lambda') {
    requirePermission(world, { action: 'lambda:InvokeFunction', targetArn: Arn, policy: undefined }, params);
  }
  await deliverTo(world, Arn, EventBridgeParameters ? eventOf(world, schedule, EventBridgeParameters, body) : body, params);
}

/**
 * The input is the detail; account, region and time are those of the schedule's own call of PutEvents.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html
 */
function eventOf(
  world: World,
  { account, region, arn }: Schedule,
  { Source, DetailType }: EventBridgeParameters,
  body: string,
): string {
  const event: BusEvent = {
    ...{ version: '0', id: randomUUID(), 'detail-type': DetailType ?? '', source: Source ?? '' },
    ...{ account, time: `${world.clock.now().toISOString().slice(0, 19)}Z`, region, resources: [arn] },
    detail: JSON.parse(body),
  };
  return JSON.stringify(event);
}

/** Seconds until the next attempt; undefined: there is none. https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html */
function pauseAfter(
  world: World,
  { target }: Schedule,
  scheduled: Date,
  failures: number,
  error: TargetError,
): number | undefined {
  const { MaximumRetryAttempts = 185, MaximumEventAgeInSeconds = 86_400 } = target.RetryPolicy ?? {};
  const pause = Math.min(60 * 2 ** failures, 900);
  const age = (world.clock.now().getTime() - scheduled.getTime()) / 1000 + pause;
  return error.retriable && failures < MaximumRetryAttempts && age <= MaximumEventAgeInSeconds ? pause : undefined;
}

/** @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html */
async function giveUp(world: World, schedule: Schedule, body: string, failures: number, error: TargetError): Promise<void> {
  const { target } = schedule;
  const queue = target.DeadLetterConfig?.Arn;
  const lost = { time: world.clock.now(), targetArn: target.Arn ?? '', body, code: error.code, reason: error.message };
  count(world, schedule, 'InvocationDroppedCount');
  if (queue === undefined) {
    world.undelivered.push(lost);
    return;
  }
  const messageAttributes = {
    ERROR_CODE: error.code,
    ERROR_MESSAGE: error.message,
    EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
    IS_PAYLOAD_TRUNCATED: 'false',
    RETRY_ATTEMPTS: String(failures),
    SCHEDULE_ARN: schedule.arn,
    TARGET_ARN: target.Arn ?? '',
  };
  try {
    await deliverTo(world, queue, body, { ...paramsOf(schedule), groupId: undefined, messageAttributes });
    count(world, schedule, 'InvocationsSentToDeadLetterCount');
  } catch (second) {
    if (!(second instanceof TargetError)) throw second;
    world.undelivered.push(lost);
    count(world, schedule, 'InvocationsFailedToBeSentToDeadLetterCount');
  }
}

/** @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html */
function count(world: World, { account, region, group }: Schedule, name: string): void {
  const series = { account, region, namespace: 'AWS/Scheduler', name, dimensions: { ScheduleGroup: group }, unit: 'Count' };
  record(world, { ...series, value: 1, time: world.clock.now() });
}

/** The input with its context attributes filled in. https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
function bodyOf(schedule: Schedule, scheduled: Date, attempt: number, id: string): string {
  const time = `${scheduled.toISOString().slice(0, 19)}Z`;
  const { Input } = schedule.target;
  if (Input !== undefined) {
    return Input.replaceAll('<aws.scheduler.scheduled-time>', time)
      .replaceAll('<aws.scheduler.schedule-arn>', schedule.arn)
      .replaceAll('<aws.scheduler.execution-id>', id)
      .replaceAll('<aws.scheduler.attempt-number>', String(attempt));
  }
  return JSON.stringify({
    version: '0',
    id,
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: schedule.account,
    time,
    region: schedule.region,
    resources: [schedule.arn],
    detail: '{}',
  });
}
