import type * as scheduler from '@aws-sdk/client-scheduler';
import { AwsError, type CallContext } from '../../service.ts';
import { pageOf } from '../pages.ts';
import type { Group } from './state.ts';

export const groupArn = ({ caller, region }: CallContext, name: string): string =>
  `arn:aws:scheduler:${region}:${caller.account}:schedule-group/${name}`;

/** Every account and region has the group `default`. @throws AwsError `ResourceNotFoundException` */
export function theGroup(name: string, call: CallContext): Group {
  const arn = groupArn(call, name);
  const found = call.world.scheduler.groups.get(arn);
  if (found) return found;
  if (name === 'default') return { arn, name, createdAt: new Date('2022-11-10T00:00:00Z'), tags: new Map() };
  throw new AwsError('ResourceNotFoundException', `Schedule group ${name} does not exist.`, 404);
}

export function createScheduleGroup({ Name = '', Tags = [] }: scheduler.CreateScheduleGroupCommandInput, call: CallContext) {
  const arn = groupArn(call, Name);
  if (!/^[\w.-]{1,64}$/.test(Name))
    throw new AwsError('ValidationException', 'The name of a schedule group holds letters, digits, - _ and . only.');
  if (Name === 'default' || call.world.scheduler.groups.has(arn)) {
    throw new AwsError('ConflictException', `Schedule group ${Name} already exists.`, 409);
  }
  const tags = new Map(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
  call.world.scheduler.groups.set(arn, { arn, name: Name, createdAt: call.world.clock.now(), tags });
  return { ScheduleGroupArn: arn };
}

const describe = ({ arn, name, createdAt }: Group) => ({
  Arn: arn,
  Name: name,
  State: 'ACTIVE',
  CreationDate: createdAt,
  LastModificationDate: createdAt,
});

export const getScheduleGroup = ({ Name = '' }: scheduler.GetScheduleGroupCommandInput, call: CallContext) =>
  describe(theGroup(Name, call));

export function listScheduleGroups(input: scheduler.ListScheduleGroupsCommandInput, call: CallContext) {
  const { NamePrefix = '', MaxResults = 100, NextToken: token } = input;
  const prefix = groupArn(call, '');
  const own = [...call.world.scheduler.groups.values()].filter(({ arn }) => arn.startsWith(prefix));
  const all = [theGroup('default', call), ...own].filter(({ name }) => name.startsWith(NamePrefix));
  const badToken = () => new AwsError('ValidationException', 'The next token is not valid.');
  const { items, NextToken } = pageOf(all, token, MaxResults, badToken);
  return { ScheduleGroups: items.map(describe), NextToken };
}

export const listTagsForResource = ({ ResourceArn = '' }: scheduler.ListTagsForResourceCommandInput, call: CallContext) => ({
  Tags: [...tagged(ResourceArn, call).tags].map(([Key, Value]) => ({ Key, Value })),
});

export function tagResource({ ResourceArn = '', Tags = [] }: scheduler.TagResourceCommandInput, call: CallContext): void {
  const { tags } = tagged(ResourceArn, call);
  for (const { Key = '', Value = '' } of Tags) tags.set(Key, Value);
}

function tagged(arn: string, call: CallContext): Group {
  const found = call.world.scheduler.groups.get(arn);
  if (found) return found;
  return theGroup(arn.slice(arn.lastIndexOf('/') + 1), call);
}
