/**
 * Amazon EventBridge: event buses, rules and targets, per account and region.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html
 */
import type * as eb from '@aws-sdk/client-eventbridge';
import type { CallContext, Handler } from '../service.ts';
import { busPolicyHandlers } from './eventbridge/bus-policy.ts';
import { busHandlers } from './eventbridge/buses.ts';
import { taggedResource } from './eventbridge/lookup.ts';
import { putEvents } from './eventbridge/put-events.ts';
import { ruleTargetHandlers } from './eventbridge/rule-targets.ts';
import { ruleHandlers } from './eventbridge/rules.ts';

export { type Announcement, announce } from './eventbridge/announce.ts';
export {
  type EventBridgeOptions,
  type EventBridgeState,
  type EventDelivery,
  newEventBridgeState,
  type Undelivered,
} from './eventbridge/state.ts';

export const eventbridgeHandlers: Readonly<Record<string, Handler>> = {
  ...busHandlers,
  ...busPolicyHandlers,
  ...ruleHandlers,
  ...ruleTargetHandlers,
  PutEvents: putEvents,
  TagResource: tagResource,
  UntagResource: untagResource,
  ListTagsForResource: listTagsForResource,
};

function tagResource(input: eb.TagResourceCommandInput, call: CallContext): void {
  const resource = taggedResource(input.ResourceARN, call);
  const given = input.Tags ?? [];
  resource.tags = [...resource.tags.filter(({ Key }) => !given.some((tag) => tag.Key === Key)), ...given];
}

function untagResource(input: eb.UntagResourceCommandInput, call: CallContext): void {
  const resource = taggedResource(input.ResourceARN, call);
  resource.tags = resource.tags.filter(({ Key }) => !input.TagKeys?.includes(Key ?? ''));
}

function listTagsForResource(input: eb.ListTagsForResourceCommandInput, call: CallContext) {
  return { Tags: [...taggedResource(input.ResourceARN, call).tags] };
}
