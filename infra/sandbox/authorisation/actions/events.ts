/**
 * Amazon EventBridge. Event buses have policies; they count for their rules too.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
 */
import type { PutEventsRequestEntry, Tag, Target } from '@aws-sdk/client-eventbridge';
import type { CallContext } from '../../service.ts';
import { busArnOf } from '../../services/eventbridge/lookup.ts';
import type { Bus } from '../../services/eventbridge/state.ts';
import type { Check, ChecksOf, Keys, ServiceActions } from '../check.ts';
import { removedTags, requestTags, resourceTags } from '../context.ts';
import { keptText } from '../documents.ts';
import { passRole } from './pass-role.ts';

/** What the operations are given, each some of it. */
interface Input {
  readonly Name?: string | undefined;
  readonly Rule?: string | undefined;
  readonly EventBusName?: string | undefined;
  readonly EventPattern?: string | undefined;
  readonly RoleArn?: string | undefined;
  readonly Targets?: Target[] | undefined;
  readonly Entries?: PutEventsRequestEntry[] | undefined;
  readonly ResourceARN?: string | undefined;
  readonly Tags?: Tag[] | undefined;
  readonly TagKeys?: string[] | undefined;
}

const tagPairs = (tags: readonly Tag[] | undefined) => (tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value] as const);

/** A bus by name or ARN; the default bus when it is not named. */
function onBus(name: string | undefined, call: CallContext, keys: Keys = {}): Check {
  const resource = busArnOf(name, call);
  const bus = call.world.events.buses.get(resource);
  return {
    action: `events:${call.operation}`,
    resource,
    ...owned(resource, bus),
    keys: { ...resourceTags(tagPairs(bus?.tags)), ...keys },
  };
}

function owned(arn: string, bus: Bus | undefined): Pick<Check, 'account' | 'policy'> {
  const account = arn.split(':')[4] ?? '';
  return { account, ...(bus && keptText(`policy of the event bus ${bus.name}`, account, bus.policy)) };
}

/** `rule/NAME` on the default bus, `rule/BUS/NAME` on others. */
function onRule(input: Input, call: CallContext, keys: Keys = {}): Check {
  const busArn = busArnOf(input.EventBusName, call);
  const bus = call.world.events.buses.get(busArn);
  const name = input.Rule ?? input.Name ?? '';
  const known = bus?.rules.get(name);
  const resource = `${busArn.replace(':event-bus/', ':rule/').replace(/:rule\/default$/, ':rule')}/${name}`;
  return {
    action: `events:${call.operation}`,
    resource,
    ...owned(busArn, bus),
    keys: { 'events:creatorAccount': known?.createdBy ?? call.caller.account, ...resourceTags(tagPairs(known?.tags)), ...keys },
  };
}

const bus: ChecksOf<Input> = ({ Name }, call) => [onBus(Name, call)];
const rule: ChecksOf<Input> = (input, call) => [onRule(input, call)];

/** Tags at creation need the permission to tag: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html */
const withTags = (check: Check, { Tags }: Input): readonly Check[] =>
  Tags?.length ? [check, { ...check, action: 'events:TagResource' }] : [check];

const createEventBus: ChecksOf<Input> = (input, call) => withTags(onBus(input.Name, call, requestTags(input.Tags)), input);

const putRule: ChecksOf<Input> = (input, call) => {
  const check = onRule(input, call, { ...patternKeys(input.EventPattern), ...requestTags(input.Tags) });
  return [...withTags(check, input), ...passRole(input.RoleArn, 'events.amazonaws.com', check.resource)];
};

/** Those fields of a pattern that conditions can ask for, as far as they are lists of texts. */
function patternKeys(text: string | undefined): Keys {
  const pattern = fieldsOf(text);
  const detail = (pattern.detail ?? {}) as Record<string, unknown>;
  const user = (detail.userIdentity ?? {}) as Record<string, unknown>;
  const found: Readonly<Record<string, unknown>> = {
    'events:source': pattern.source,
    'events:detail-type': pattern['detail-type'],
    'events:detail.service': detail.service,
    'events:detail.eventTypeCode': detail.eventTypeCode,
    'events:detail.userIdentity.principalId': user.principalId,
  };
  const lists = Object.entries(found).map(([key, value]) => [key, textsIn(value)] as const);
  return Object.fromEntries(lists.filter(([, values]) => values.length > 0));
}

const textsIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

function fieldsOf(text: string | undefined): Record<string, unknown> {
  try {
    return (JSON.parse(text ?? '{}') ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}

const putTargets: ChecksOf<Input> = (input, call) => {
  const targets = input.Targets ?? [];
  const check = onRule(input, call, { 'events:TargetArn': targets.flatMap(({ Arn }) => Arn ?? []) });
  const roles = new Set(targets.map(({ RoleArn }) => RoleArn));
  return [check, ...[...roles].flatMap((role) => passRole(role, 'events.amazonaws.com', check.resource))];
};

/** Each entry by itself: one that is not allowed keeps all of them out. */
const putEvents: ChecksOf<Input> = ({ Entries = [] }, call) =>
  Entries.map(({ EventBusName, Source, DetailType }) =>
    onBus(EventBusName, call, {
      'events:source': Source ?? null,
      'events:detail-type': DetailType ?? null,
      'events:eventBusInvocation': false,
    }),
  );

const tagged: ChecksOf<Input> = ({ ResourceARN: resource = '', Tags, TagKeys }, call) => {
  const all = [...call.world.events.buses.values()].flatMap((one) => [one, ...one.rules.values()]);
  const known = all.find(({ arn }) => arn === resource);
  const keys = { ...resourceTags(tagPairs(known?.tags)), ...requestTags(Tags), ...removedTags(TagKeys) };
  return [{ action: `events:${call.operation}`, resource, keys }];
};

const anywhere: ChecksOf<Input> = (_input, { operation }) => [{ action: `events:${operation}`, resource: '*' }];

const each = (names: readonly string[], checks: ChecksOf<Input>): Readonly<Record<string, ChecksOf>> =>
  Object.fromEntries(names.map((name) => [name, checks]));

export const eventsActions: ServiceActions = {
  operations: {
    ...each(['DescribeEventBus', 'UpdateEventBus', 'DeleteEventBus'], bus),
    ...each(['DeleteRule', 'DescribeRule', 'EnableRule', 'DisableRule', 'RemoveTargets', 'ListTargetsByRule'], rule),
    ...each(['ListEventBuses', 'ListRuleNamesByTarget', 'TestEventPattern'], anywhere),
    // Any rule of the account, as its refusals tell: `on resource: arn:aws:events:…:rule/*`.
    ListRules: (_input, { caller, region }) => [
      { action: 'events:ListRules', resource: `arn:aws:events:${region}:${caller.account}:rule/*` },
    ],
    // Who may write a bus's policy cannot be said bus by bus.
    ...each(['PutPermission', 'RemovePermission'], anywhere),
    ...each(['TagResource', 'UntagResource', 'ListTagsForResource'], tagged),
    CreateEventBus: createEventBus,
    PutRule: putRule,
    PutTargets: putTargets,
    PutEvents: putEvents,
  },
};
