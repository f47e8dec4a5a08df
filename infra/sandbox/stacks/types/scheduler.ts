/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Scheduler.html */
import { only, type Properties, type ResourceType, textAt } from '../resource-type.ts';

const ofSchedule = [
  ...['ScheduleExpression', 'ScheduleExpressionTimezone', 'StartDate', 'EndDate', 'Description', 'State', 'FlexibleTimeWindow'],
  ...['KmsKeyArn', 'Target'],
];

const inGroup = (id: string, properties: Properties) => ({ Name: id, ...only(properties, ['GroupName']) });

const schedule: ResourceType = {
  takes: ['Name', 'GroupName', ...ofSchedule],
  replacing: ['Name', 'GroupName'],
  name: 'Name',
  async create(wanted, here) {
    const Name = String(wanted.Name ?? here.named());
    const answer = await here.call('scheduler:CreateSchedule', { ...wanted, Name });
    return { id: Name, attributes: { Arn: textAt(answer, 'ScheduleArn') } };
  },
  async update({ made, wanted }, { call }) {
    await call('scheduler:UpdateSchedule', { ...inGroup(made.id, wanted), ...only(wanted, ofSchedule) });
    return undefined;
  },
  remove: async ({ id }, properties, { call }) => void (await call('scheduler:DeleteSchedule', inGroup(id, properties))),
};

const scheduleGroup: ResourceType = {
  takes: ['Name', 'Tags'],
  name: 'Name',
  async create(wanted, here) {
    const Name = String(wanted.Name ?? here.named());
    const answer = await here.call('scheduler:CreateScheduleGroup', { Name, ...only(wanted, ['Tags']) });
    return { id: Name, attributes: { Arn: textAt(answer, 'ScheduleGroupArn'), State: 'ACTIVE' } };
  },
  remove: async ({ id }, _properties, { call }) => void (await call('scheduler:DeleteScheduleGroup', { Name: id })),
};

export const schedulerTypes = { 'AWS::Scheduler::Schedule': schedule, 'AWS::Scheduler::ScheduleGroup': scheduleGroup };
