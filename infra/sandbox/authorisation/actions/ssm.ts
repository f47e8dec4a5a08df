/**
 * AWS Systems Manager's Parameter Store.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-access.html
 */
import type { Tag } from '@aws-sdk/client-ssm';
import type { CallContext } from '../../service.ts';
import { select } from '../../services/ssm/inputs.ts';
import { type ParameterStore, storeOf } from '../../services/ssm/state.ts';
import type { Check, ChecksOf, Keys, ServiceActions } from '../check.ts';
import { removedTags, requestTags, resourceTags } from '../context.ts';

/** What the operations are given, each some of it. */
interface Input {
  readonly Name?: string | undefined;
  readonly Names?: string[] | undefined;
  readonly Path?: string | undefined;
  readonly Recursive?: boolean | undefined;
  readonly Overwrite?: boolean | undefined;
  readonly DataType?: string | undefined;
  readonly ResourceId?: string | undefined;
  readonly Tags?: Tag[] | undefined;
  readonly TagKeys?: string[] | undefined;
}

const storeFor = ({ world, caller, region }: CallContext): ParameterStore => storeOf(world.ssm, caller.account, region);

/** A parameter is named with or without its first slash, by name or by ARN, and perhaps with a version. */
function arnOf(name: string, { caller, region }: CallContext): string {
  const [bare = ''] = name.replace(/^arn:aws:ssm:[^:]*:\d{12}:parameter(?=\/)/, '').split(':', 1);
  return `arn:aws:ssm:${region}:${caller.account}:parameter${bare.startsWith('/') ? '' : '/'}${bare}`;
}

function parameter(name: string | undefined, call: CallContext, keys: Keys = {}): Check {
  const tags = select(storeFor(call), name ?? '')?.parameter.tags ?? [];
  return { action: `ssm:${call.operation}`, resource: arnOf(name ?? '', call), keys: { ...resourceTags(tags, 'ssm'), ...keys } };
}

const named: ChecksOf<Input> = ({ Name }, call) => [parameter(Name, call)];
const eachNamed: ChecksOf<Input> = ({ Names }, call) => (Names ?? []).map((name) => parameter(name, call));

function putParameter(input: Input, call: CallContext): readonly Check[] {
  const keys = {
    'ssm:Overwrite': input.Overwrite ?? false,
    'ssm:DataType': input.DataType ?? null,
    ...requestTags(input.Tags),
  };
  const put = parameter(input.Name, call, keys);
  return input.Tags?.length ? [put, { ...put, action: 'ssm:AddTagsToResource' }] : [put];
}

const getParametersByPath: ChecksOf<Input> = ({ Path, Recursive }, call) => [
  parameter(Path, call, { 'ssm:Recursive': Recursive ?? false }),
];

const describeParameters: ChecksOf<Input> = (_input, { caller, region }) => [
  { action: 'ssm:DescribeParameters', resource: `arn:aws:ssm:${region}:${caller.account}:*` },
];

const tagged: ChecksOf<Input> = ({ ResourceId, Tags, TagKeys }, call) => [
  parameter(ResourceId, call, { ...requestTags(Tags), ...removedTags(TagKeys) }),
];

export const ssmActions: ServiceActions = {
  operations: {
    PutParameter: putParameter,
    GetParameter: named,
    GetParameters: eachNamed,
    GetParametersByPath: getParametersByPath,
    GetParameterHistory: named,
    DeleteParameter: named,
    DeleteParameters: eachNamed,
    LabelParameterVersion: named,
    DescribeParameters: describeParameters,
    AddTagsToResource: tagged,
    ListTagsForResource: tagged,
    RemoveTagsFromResource: tagged,
  },
};
