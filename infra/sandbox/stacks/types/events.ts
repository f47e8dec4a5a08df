/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Events.html */
import {
  type Here,
  jsonOf,
  objectsOf,
  only,
  type Properties,
  type ResourceType,
  refuseExisting,
  textAt,
  textOf,
} from '../resource-type.ts';
import { retag } from './tags.ts';

const ofBus = ['Description', 'KmsKeyIdentifier', 'DeadLetterConfig'];

const bus: ResourceType = {
  takes: ['Name', 'Policy', 'Tags', ...ofBus],
  idle: { LogConfig: 'the local AWS keeps what was not delivered, not a log' },
  replacing: ['Name'],
  name: 'Name',
  async create(wanted, { call }) {
    const Name = textOf(wanted, 'Name');
    const answer = await call('events:CreateEventBus', { Name, ...only(wanted, [...ofBus, 'Tags']) });
    return { id: Name, attributes: { Name, Arn: textAt(answer, 'EventBusArn') } };
  },
  async update(change, here) {
    const { made, wanted } = change;
    await here.call('events:UpdateEventBus', { Name: made.id, ...only(wanted, ofBus) });
    const on = { ResourceARN: made.attributes.Arn };
    await retag(change, here, { tag: 'events:TagResource', untag: 'events:UntagResource', on });
    return undefined;
  },
  async complete({ made, before, wanted }, { call }) {
    const EventBusName = made.id;
    if (wanted.Policy !== undefined) await call('events:PutPermission', { EventBusName, Policy: jsonOf(wanted.Policy) });
    else if (before.Policy !== undefined) await call('events:RemovePermission', { EventBusName, RemoveAllPermissions: true });
  },
  remove: async ({ id }, _properties, { call }) => void (await call('events:DeleteEventBus', { Name: id })),
};

const busOf = (properties: Properties): string =>
  properties.EventBusName === undefined ? 'default' : textOf(properties, 'EventBusName');

/** One statement of a bus's policy; the others stay. */
const busPolicy: ResourceType = {
  takes: ['EventBusName', 'StatementId', 'Statement', 'Action', 'Principal', 'Condition'],
  replacing: ['EventBusName', 'StatementId'],
  async create(wanted) {
    const StatementId = textOf(wanted, 'StatementId');
    return { id: `${busOf(wanted)}|${StatementId}`, attributes: {} };
  },
  update: async () => undefined,
  async complete({ wanted }, { call }) {
    const EventBusName = busOf(wanted);
    if (wanted.Statement === undefined) {
      await call('events:PutPermission', { EventBusName, ...only(wanted, ['StatementId', 'Action', 'Principal', 'Condition']) });
      return;
    }
    const { Policy } = await call('events:DescribeEventBus', { Name: EventBusName });
    const statement = { ...(wanted.Statement as Properties), Sid: textOf(wanted, 'StatementId') };
    const others = statementsIn(Policy).filter(({ Sid }) => Sid !== statement.Sid);
    const whole = { Version: '2012-10-17', Statement: [...others, statement] };
    await call('events:PutPermission', { EventBusName, Policy: JSON.stringify(whole) });
  },
  async remove(_made, properties, { call }) {
    await call('events:RemovePermission', { EventBusName: busOf(properties), StatementId: properties.StatementId });
  },
};

const statementsIn = (policy: unknown): readonly Properties[] =>
  typeof policy === 'string' ? ((JSON.parse(policy) as { readonly Statement: readonly Properties[] }).Statement ?? []) : [];

const rule: ResourceType = {
  takes: ['Name', 'EventBusName', 'EventPattern', 'ScheduleExpression', 'State', 'Description', 'RoleArn', 'Targets', 'Tags'],
  replacing: ['Name', 'EventBusName'],
  name: 'Name',
  async create(wanted, here) {
    const at = { Name: wanted.Name, ...only(wanted, ['EventBusName']) };
    await refuseExisting(wanted.Name, () => here.call('events:DescribeRule', at));
    const Name = String(wanted.Name ?? here.named());
    const Arn = await putRule(Name, wanted, here, only(wanted, ['Tags']));
    const bus = busOf(wanted).replace(/^.*:event-bus\//, '');
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html#aws-resource-events-rule-return-values
    return { id: bus === 'default' ? Name : `${bus}|${Name}`, attributes: { Arn } };
  },
  async update(change, here) {
    const { made, wanted } = change;
    await putRule(nameOf(made.id), wanted, here);
    const on = { ResourceARN: made.attributes.Arn };
    await retag(change, here, { tag: 'events:TagResource', untag: 'events:UntagResource', on });
    return undefined;
  },
  async complete({ made, before, wanted }, here) {
    const Targets = objectsOf(wanted, 'Targets');
    const on = { Rule: nameOf(made.id), EventBusName: busOf(wanted) };
    const ids = Targets.map(({ Id }) => Id);
    const lost = objectsOf(before, 'Targets').filter(({ Id }) => !ids.includes(Id));
    // First what goes: a rule has five targets at most.
    if (lost.length > 0) await here.call('events:RemoveTargets', { ...on, Ids: lost.map(({ Id }) => Id) });
    if (Targets.length > 0) await putTargets(on, Targets, here);
  },
  async remove({ id }, properties, { call }) {
    const at = { EventBusName: busOf(properties) };
    const { Targets } = await call('events:ListTargetsByRule', { ...at, Rule: nameOf(id) });
    const Ids = (Targets as readonly { readonly Id: string }[]).map(({ Id }) => Id);
    if (Ids.length > 0) await call('events:RemoveTargets', { ...at, Rule: nameOf(id), Ids });
    await call('events:DeleteRule', { ...at, Name: nameOf(id) });
  },
};

const nameOf = (id: string): string => id.slice(id.indexOf('|') + 1);

async function putRule(Name: string, wanted: Properties, { call }: Here, more: object = {}): Promise<string> {
  const answer = await call('events:PutRule', {
    Name,
    ...only(wanted, ['EventBusName', 'ScheduleExpression', 'State', 'Description', 'RoleArn']),
    ...(wanted.EventPattern !== undefined && { EventPattern: jsonOf(wanted.EventPattern) }),
    ...more,
  });
  return textAt(answer, 'RuleArn');
}

async function putTargets(on: object, Targets: readonly Properties[], { call }: Here): Promise<void> {
  const { FailedEntries } = await call('events:PutTargets', { ...on, Targets });
  const [failed] = (FailedEntries ?? []) as readonly { readonly TargetId: string; readonly ErrorMessage: string }[];
  if (failed) throw new Error(`Target ${failed.TargetId}: ${failed.ErrorMessage}`);
}

export const eventsTypes = { 'AWS::Events::EventBus': bus, 'AWS::Events::EventBusPolicy': busPolicy, 'AWS::Events::Rule': rule };
