import type * as scheduler from '@aws-sdk/client-scheduler';
import { AwsError, type CallContext } from '../../service.ts';
import { serviceOf } from '../../targets.ts';
import { pageOf } from '../pages.ts';
import { parseTiming } from './expression.ts';
import { groupArn, theGroup } from './groups.ts';
import { start } from './run.ts';
import type { Schedule } from './state.ts';

export const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

const arnOf = ({ caller, region }: CallContext, group: string, name: string): string =>
  `arn:aws:scheduler:${region}:${caller.account}:schedule/${group}/${name}`;

/** @see https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html */
export function createSchedule(input: scheduler.CreateScheduleCommandInput, call: CallContext) {
  const schedule = checked(input, call);
  const { schedules } = call.world.scheduler;
  if (schedules.has(schedule.arn)) throw new AwsError('ConflictException', `Schedule ${schedule.name} already exists.`, 409);
  schedules.set(schedule.arn, schedule);
  start(call.world, schedule);
  return { ScheduleArn: schedule.arn };
}

/** Everything that is not given goes back to its default. https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UpdateSchedule.html */
export function updateSchedule(input: scheduler.UpdateScheduleCommandInput, call: CallContext) {
  const known = theSchedule(input, call);
  const schedule = { ...checked(input, call), createdAt: known.createdAt };
  known.stop();
  call.world.scheduler.schedules.set(schedule.arn, schedule);
  start(call.world, schedule);
  return { ScheduleArn: schedule.arn };
}

function checked(input: scheduler.CreateScheduleInput | scheduler.UpdateScheduleInput, call: CallContext): Schedule {
  const {
    Name = '',
    GroupName = 'default',
    ScheduleExpression = '',
    Target,
    FlexibleTimeWindow,
    ScheduleExpressionTimezone,
  } = input;
  if (!/^[\w.-]{1,64}$/.test(Name)) {
    throw invalid(
      "1 validation error detected: Value at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[0-9a-zA-Z-_.]+$",
    );
  }
  if (!parseTiming(ScheduleExpression)) throw invalid(`Invalid Schedule Expression ${ScheduleExpression}.`);
  if (!['UTC', 'Etc/UTC'].includes(ScheduleExpressionTimezone ?? 'UTC')) {
    throw new AwsError('NotImplemented', `The local AWS runs schedules in UTC only, not in ${ScheduleExpressionTimezone}.`, 501);
  }
  theGroup(GroupName, call);
  const target = checkTarget(Target);
  const now = call.world.clock.now();
  return {
    account: call.caller.account,
    region: call.region,
    group: GroupName,
    name: Name,
    arn: arnOf(call, GroupName, Name),
    createdAt: now,
    modifiedAt: now,
    expression: ScheduleExpression,
    timezone: ScheduleExpressionTimezone ?? 'UTC',
    start: input.StartDate,
    end: input.EndDate,
    description: input.Description,
    state: input.State ?? 'ENABLED',
    target,
    flexibleWindow: checkWindow(FlexibleTimeWindow),
    afterCompletion: input.ActionAfterCompletion ?? 'NONE',
    kmsKeyArn: input.KmsKeyArn,
    stop: () => undefined,
  };
}

function checkWindow(window: scheduler.FlexibleTimeWindow | undefined): Schedule['flexibleWindow'] {
  const { Mode, MaximumWindowInMinutes } = window ?? {};
  if (Mode === undefined) throw invalid('FlexibleTimeWindow must be specified.');
  if ((Mode === 'FLEXIBLE') !== (MaximumWindowInMinutes !== undefined)) {
    throw invalid('A maximum time window must be specified for FLEXIBLE time windows, and for no others.');
  }
  return { Mode, ...(MaximumWindowInMinutes === undefined ? {} : { MaximumWindowInMinutes }) };
}

function checkTarget(target: scheduler.Target | undefined): scheduler.Target {
  if (!target?.Arn || !target.RoleArn) throw invalid('Target must have an Arn and a RoleArn.');
  if (!/^arn:aws:iam::\d{12}:role\/.+$/.test(target.RoleArn)) throw invalid(`Provided role ARN ${target.RoleArn} is not valid.`);
  const service = serviceOf(target.Arn);
  if (service === 'lambda' && target.Input !== undefined && !isJson(target.Input))
    throw invalid('Provided input is not valid JSON.');
  const isFifo = service === 'sqs' && target.Arn.endsWith('.fifo');
  if (isFifo && !target.SqsParameters?.MessageGroupId) throw invalid('MessageGroupId is required for a FIFO queue.');
  if (service === 'events' && !target.EventBridgeParameters)
    throw invalid('EventBridgeParameters are required for an event bus.');
  const queue = target.DeadLetterConfig?.Arn;
  // https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
  if (queue?.endsWith('.fifo')) throw invalid('A dead-letter queue must be a standard queue.');
  const { MaximumRetryAttempts = 185, MaximumEventAgeInSeconds = 86_400 } = target.RetryPolicy ?? {};
  return { ...target, RetryPolicy: { MaximumRetryAttempts, MaximumEventAgeInSeconds } };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

interface Named {
  readonly Name?: string | undefined;
  readonly GroupName?: string | undefined;
}

function theSchedule({ Name = '', GroupName = 'default' }: Named, call: CallContext): Schedule {
  const found = call.world.scheduler.schedules.get(arnOf(call, GroupName, Name));
  if (!found) throw new AwsError('ResourceNotFoundException', `Schedule ${Name} does not exist.`, 404);
  return found;
}

export function getSchedule(input: scheduler.GetScheduleCommandInput, call: CallContext) {
  const schedule = theSchedule(input, call);
  return {
    ...summaryOf(schedule),
    ScheduleExpression: schedule.expression,
    ScheduleExpressionTimezone: schedule.timezone,
    StartDate: schedule.start,
    EndDate: schedule.end,
    Description: schedule.description,
    FlexibleTimeWindow: schedule.flexibleWindow,
    ActionAfterCompletion: schedule.afterCompletion,
    KmsKeyArn: schedule.kmsKeyArn,
    Target: schedule.target,
  };
}

const summaryOf = (schedule: Schedule) => ({
  Arn: schedule.arn,
  Name: schedule.name,
  GroupName: schedule.group,
  State: schedule.state,
  CreationDate: schedule.createdAt,
  LastModificationDate: schedule.modifiedAt,
});

export function deleteSchedule(input: scheduler.DeleteScheduleCommandInput, call: CallContext): void {
  const schedule = theSchedule(input, call);
  schedule.stop();
  call.world.scheduler.schedules.delete(schedule.arn);
}

export function listSchedules(input: scheduler.ListSchedulesCommandInput, call: CallContext) {
  const { GroupName, NamePrefix = '', State, MaxResults = 100, NextToken: token } = input;
  if (GroupName !== undefined) theGroup(GroupName, call);
  const all = [...call.world.scheduler.schedules.values()].filter(
    ({ account, region, group, name, state }) =>
      account === call.caller.account &&
      region === call.region &&
      (GroupName === undefined || group === GroupName) &&
      name.startsWith(NamePrefix) &&
      (State === undefined || state === State),
  );
  const { items, NextToken } = pageOf(all, token, MaxResults, () => invalid('The next token is not valid.'));
  return { Schedules: items.map((schedule) => ({ ...summaryOf(schedule), Target: { Arn: schedule.target.Arn } })), NextToken };
}

/** Deletes a group's schedules with it. */
export function dropSchedules(group: string, call: CallContext): void {
  const prefix = `${groupArn(call, group).replace(':schedule-group/', ':schedule/')}/`;
  for (const schedule of call.world.scheduler.schedules.values()) {
    if (!schedule.arn.startsWith(prefix)) continue;
    schedule.stop();
    call.world.scheduler.schedules.delete(schedule.arn);
  }
}
