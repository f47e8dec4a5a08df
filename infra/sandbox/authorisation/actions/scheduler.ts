/**
 * Amazon EventBridge Scheduler.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridgescheduler.html
 */
import type { Tag, Target } from '@aws-sdk/client-scheduler';
import type { CallContext } from '../../service.ts';
import { groupArn } from '../../services/scheduler/groups.ts';
import type { Check, ChecksOf, Keys, ServiceActions } from '../check.ts';
import { removedTags, requestTags, resourceTags } from '../context.ts';
import { passRole } from './pass-role.ts';

/** What the operations are given, each some of it. */
interface Input {
  readonly Name?: string | undefined;
  readonly GroupName?: string | undefined;
  readonly ResourceArn?: string | undefined;
  readonly Target?: Target | undefined;
  readonly Tags?: Tag[] | undefined;
  readonly TagKeys?: string[] | undefined;
}

const tagsOf = ({ world }: CallContext, group: string): Keys => resourceTags(world.scheduler.groups.get(group)?.tags ?? []);

/** Tags are those of the schedule's group: schedules have none. */
function onSchedule({ Name = '', GroupName = 'default' }: Input, call: CallContext): Check {
  const group = groupArn(call, GroupName);
  const resource = `${group.replace(':schedule-group/', ':schedule/')}/${Name}`;
  return { action: `scheduler:${call.operation}`, resource, keys: tagsOf(call, group) };
}

const schedule: ChecksOf<Input> = (input, call) => [onSchedule(input, call)];

const withRole: ChecksOf<Input> = (input, call) => {
  const check = onSchedule(input, call);
  return [check, ...passRole(input.Target?.RoleArn, 'scheduler.amazonaws.com', check.resource)];
};

const group: ChecksOf<Input> = ({ Name = '' }, call) => {
  const resource = groupArn(call, Name);
  return [{ action: `scheduler:${call.operation}`, resource, keys: tagsOf(call, resource) }];
};

const createGroup: ChecksOf<Input> = ({ Name = '', Tags }, call) => {
  const actions = ['scheduler:CreateScheduleGroup', ...(Tags?.length ? ['scheduler:TagResource'] : [])];
  return actions.map((action) => ({ action, resource: groupArn(call, Name), keys: requestTags(Tags) }));
};

const tagged: ChecksOf<Input> = ({ ResourceArn: resource = '', Tags, TagKeys }, call) => {
  const keys = { ...tagsOf(call, resource), ...requestTags(Tags), ...removedTags(TagKeys) };
  return [{ action: `scheduler:${call.operation}`, resource, keys }];
};

/** Of all groups, or of one. */
const listing: ChecksOf<Input> = (_input, { operation }) => [{ action: `scheduler:${operation}`, resource: '*' }];

export const schedulerActions: ServiceActions = {
  operations: {
    CreateSchedule: withRole,
    UpdateSchedule: withRole,
    GetSchedule: schedule,
    DeleteSchedule: schedule,
    ListSchedules: listing,
    CreateScheduleGroup: createGroup,
    GetScheduleGroup: group,
    DeleteScheduleGroup: group,
    ListScheduleGroups: listing,
    ListTagsForResource: tagged,
    TagResource: tagged,
    UntagResource: tagged,
  },
};
