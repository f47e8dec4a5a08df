/**
 * Which permissions the operations of Lambda need. Functions have policies.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
 */
import { passRole } from '../../authorisation/actions/pass-role.ts';
import type { Check, ChecksOf, Keys, ServiceActions } from '../../authorisation/check.ts';
import { requestTags, resourceTags } from '../../authorisation/context.ts';
import { keptText } from '../../authorisation/documents.ts';
import { policyText } from '../../hosting/permissions.ts';
import type { CallContext } from '../../service.ts';
import { arnOf } from './lookup.ts';

/** What the operations are given, each some of it. */
interface Input {
  readonly FunctionName?: string | undefined;
  readonly Resource?: string | undefined;
  readonly Role?: string | undefined;
  readonly UUID?: string | undefined;
  readonly Principal?: string | undefined;
  readonly Tags?: Record<string, string> | undefined;
}

function onFunction(action: string, given: string | undefined, call: CallContext, keys: Keys = {}): Check {
  const resource = arnOf(given, call);
  const fn = call.world.lambda.functions.get(resource);
  const account = resource.split(':')[4] ?? '';
  const policy = fn && policyText(fn);
  return {
    action: `lambda:${action}`,
    resource,
    account,
    ...keptText(`policy of the function ${fn?.name}`, account, policy),
    keys: { ...resourceTags(fn?.tags ?? []), ...keys },
  };
}

const named =
  (action: string): ChecksOf<Input> =>
  ({ FunctionName, Resource }, call) => [onFunction(action, FunctionName ?? Resource, call)];

const tagsOf = (tags: Record<string, string> | undefined) => Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));

const creating: ChecksOf<Input> = ({ FunctionName, Role, Tags }, call) => [
  onFunction('CreateFunction', FunctionName, call, requestTags(tagsOf(Tags))),
  ...passRole(Role, 'lambda.amazonaws.com', arnOf(FunctionName, call)),
];

const configuring: ChecksOf<Input> = ({ FunctionName, Role }, call) => [
  onFunction('UpdateFunctionConfiguration', FunctionName, call),
  ...passRole(Role, 'lambda.amazonaws.com', arnOf(FunctionName, call)),
];

const permitting: ChecksOf<Input> = ({ FunctionName, Principal }, call) => [
  onFunction('AddPermission', FunctionName, call, Principal === undefined ? {} : { 'lambda:Principal': Principal }),
];

/** Mappings are resources of their own; which function they serve is a condition key. */
const onMapping =
  (action: string): ChecksOf<Input> =>
  ({ UUID = '', FunctionName }, call) => {
    const { world, caller, region } = call;
    const arn =
      world.lambda.mappings.get(UUID)?.functionArn ?? (FunctionName === undefined ? undefined : arnOf(FunctionName, call));
    const resource = UUID === '' ? '*' : `arn:aws:lambda:${region}:${caller.account}:event-source-mapping:${UUID}`;
    return [{ action: `lambda:${action}`, resource, ...(arn !== undefined && { keys: { 'lambda:FunctionArn': arn } }) }];
  };

const onFunctions = [
  'GetFunction',
  'GetFunctionConfiguration',
  'UpdateFunctionCode',
  'DeleteFunction',
  'RemovePermission',
  'GetPolicy',
  'PutFunctionConcurrency',
  'GetFunctionConcurrency',
  'DeleteFunctionConcurrency',
  'PutFunctionEventInvokeConfig',
  'UpdateFunctionEventInvokeConfig',
  'GetFunctionEventInvokeConfig',
  'DeleteFunctionEventInvokeConfig',
  'ListTags',
  'TagResource',
  'UntagResource',
];

const onMappings = ['CreateEventSourceMapping', 'GetEventSourceMapping', 'UpdateEventSourceMapping', 'DeleteEventSourceMapping'];

export const lambdaActions: ServiceActions = {
  operations: {
    ...Object.fromEntries(onFunctions.map((operation) => [operation, named(operation)])),
    ...Object.fromEntries(onMappings.map((operation) => [operation, onMapping(operation)])),
    CreateFunction: creating,
    UpdateFunctionConfiguration: configuring,
    AddPermission: permitting,
    Invoke: named('InvokeFunction'),
    ListFunctions: () => [{ action: 'lambda:ListFunctions', resource: '*' }],
    ListEventSourceMappings: () => [{ action: 'lambda:ListEventSourceMappings', resource: '*' }],
  },
};
