/**
 * AWS CloudTrail.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html
 */
import type { Tag } from '@aws-sdk/client-cloudtrail';
import type { CallContext } from '../../service.ts';
import { trailArn, trailsOf } from '../../services/cloudtrail/state.ts';
import type { ChecksOf, Keys, ServiceActions } from '../check.ts';
import { removedTags, requestTags, resourceTags } from '../context.ts';
import { refuseUnnamed } from '../refusal.ts';

/** What the operations are given, each some of it. */
interface Input {
  readonly Name?: string | undefined;
  readonly TrailName?: string | undefined;
  readonly ResourceId?: string | undefined;
  readonly ResourceIdList?: string[] | undefined;
  readonly TagsList?: Tag[] | undefined;
}

const trailsIn = ({ world, caller }: CallContext) => [...trailsOf(world.cloudtrail, caller.account).values()];

/** A trail of all regions goes by its name in each of them, and keeps the ARN of its home region. */
function arnOf(name: string, call: CallContext): string {
  if (name.startsWith('arn:')) return name;
  const known = trailsIn(call).find((trail) => trail.name === name && (trail.multiRegion || trail.homeRegion === call.region));
  return known?.arn ?? trailArn(call.caller.account, call.region, name);
}

function tagsOf(arn: string, call: CallContext): Keys {
  const tags = trailsIn(call).find((trail) => trail.arn === arn)?.tags ?? [];
  return resourceTags(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}

const trail: ChecksOf<Input> = ({ Name, TrailName }, call) => {
  const resource = arnOf(Name ?? TrailName ?? '', call);
  return [{ action: `cloudtrail:${call.operation}`, resource, keys: tagsOf(resource, call) }];
};

const createTrail: ChecksOf<Input> = ({ Name = '', TagsList }, call) => {
  const actions = ['cloudtrail:CreateTrail', ...(TagsList?.length ? ['cloudtrail:AddTags'] : [])];
  const resource = trailArn(call.caller.account, call.region, Name);
  return actions.map((action) => ({ action, resource, keys: requestTags(TagsList) }));
};

const tagging: ChecksOf<Input> = ({ ResourceId = '', TagsList }, call) => {
  const asked = call.operation === 'RemoveTags' ? removedTags(TagsList?.map(({ Key = '' }) => Key)) : requestTags(TagsList);
  return [{ action: `cloudtrail:${call.operation}`, resource: ResourceId, keys: { ...tagsOf(ResourceId, call), ...asked } }];
};

const listTags: ChecksOf<Input> = ({ ResourceIdList: arns = [] }, call) =>
  arns.map((resource) => ({ action: 'cloudtrail:ListTags', resource, keys: tagsOf(resource, call) }));

const anywhere: ChecksOf<Input> = (_input, { operation }) => [{ action: `cloudtrail:${operation}`, resource: '*' }];

export const cloudtrailActions: ServiceActions = {
  refuse: refuseUnnamed,
  operations: {
    CreateTrail: createTrail,
    UpdateTrail: trail,
    DeleteTrail: trail,
    GetTrail: trail,
    GetTrailStatus: trail,
    StartLogging: trail,
    StopLogging: trail,
    PutEventSelectors: trail,
    GetEventSelectors: trail,
    DescribeTrails: anywhere,
    ListTrails: anywhere,
    LookupEvents: anywhere,
    AddTags: tagging,
    RemoveTags: tagging,
    ListTags: listTags,
  },
};
