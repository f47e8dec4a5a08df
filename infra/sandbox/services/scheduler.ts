/**
 * Amazon EventBridge Scheduler: schedules in UTC, per account and region.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html
 */
import type * as scheduler from '@aws-sdk/client-scheduler';
import { AwsError, type CallContext, type Handler } from '../service.ts';
import {
  createScheduleGroup,
  getScheduleGroup,
  groupArn,
  listScheduleGroups,
  listTagsForResource,
  tagResource,
  theGroup,
} from './scheduler/groups.ts';
import {
  createSchedule,
  deleteSchedule,
  dropSchedules,
  getSchedule,
  listSchedules,
  updateSchedule,
} from './scheduler/schedules.ts';

export { nextRun, parseTiming, type Timing } from './scheduler/expression.ts';
export { newSchedulerState, type SchedulerState } from './scheduler/state.ts';

export const schedulerHandlers: Readonly<Record<string, Handler>> = {
  CreateSchedule: createSchedule,
  GetSchedule: getSchedule,
  UpdateSchedule: updateSchedule,
  DeleteSchedule: deleteSchedule,
  ListSchedules: listSchedules,
  CreateScheduleGroup: createScheduleGroup,
  GetScheduleGroup: getScheduleGroup,
  ListScheduleGroups: listScheduleGroups,
  DeleteScheduleGroup: deleteScheduleGroup,
  ListTagsForResource: listTagsForResource,
  TagResource: tagResource,
};

function deleteScheduleGroup({ Name = '' }: scheduler.DeleteScheduleGroupCommandInput, call: CallContext): void {
  if (Name === 'default') throw new AwsError('ValidationException', 'The default schedule group cannot be deleted.');
  theGroup(Name, call);
  dropSchedules(Name, call);
  call.world.scheduler.groups.delete(groupArn(call, Name));
}
