/** @see https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
import type * as lambda from '@aws-sdk/client-lambda';
import * as hosting from '../../hosting/functions.ts';
import type { CallContext } from '../../service.ts';
import { pageOf } from '../pages.ts';
import { codeOf, digestOf } from './code.ts';
import { arnOf, badMarker, ownFunctions, theFunction } from './lookup.ts';
import type { HostedFunction, Settings } from './state.ts';

export function createFunction(input: lambda.CreateFunctionCommandInput, call: CallContext) {
  const { FunctionName, Code = {}, PackageType = 'Zip', Runtime, Handler = '', Role = '', Tags = {} } = input;
  const name = arnOf(FunctionName, call).split(':')[6] ?? '';
  if (PackageType !== 'Zip') throw hosting.invalid('The local AWS runs functions from zip archives only.');
  if (!Handler || !Runtime)
    throw hosting.invalid('Runtime and Handler are mandatory parameters for functions created with deployment packages.');
  if (!Runtime.startsWith('nodejs')) throw hosting.invalid(`The local AWS runs Node.js only, not ${Runtime}.`);
  const settings: Settings = {
    ...hosting.usualSettings,
    ...given(input),
    code: codeOf(Code, Handler),
    handler: Handler,
    runtime: Runtime,
    role: Role,
    ...(input.Architectures && { architectures: input.Architectures }),
  };
  const fn = hosting.createFunction(call.world, { account: call.caller.account, region: call.region, name }, settings);
  for (const [tag, value] of Object.entries(Tags)) fn.tags.set(tag, value);
  return shown(fn);
}

/** Of what can also be changed later, what is given. */
function given(input: lambda.UpdateFunctionConfigurationCommandInput): Partial<Settings> {
  const { Description, Environment, MemorySize, Timeout, DeadLetterConfig, Role, Handler, Runtime } = input;
  return {
    ...(Description !== undefined && { description: Description }),
    ...(Environment && { environment: Environment.Variables ?? {} }),
    ...(MemorySize !== undefined && { memoryMb: MemorySize }),
    ...(Timeout !== undefined && { timeoutSeconds: Timeout }),
    ...(DeadLetterConfig && { deadLetterArn: DeadLetterConfig.TargetArn || undefined }),
    ...(Role !== undefined && { role: Role }),
    ...(Handler !== undefined && { handler: Handler }),
    ...(Runtime !== undefined && { runtime: Runtime }),
  };
}

export function updateFunctionConfiguration(input: lambda.UpdateFunctionConfigurationCommandInput, call: CallContext) {
  const fn = theFunction(input.FunctionName, call);
  hosting.changeSettings(call.world, fn, given(input));
  return shown(fn);
}

export function updateFunctionCode(input: lambda.UpdateFunctionCodeCommandInput, call: CallContext) {
  const fn = theFunction(input.FunctionName, call);
  const code = codeOf(input, fn.settings.handler);
  if (input.DryRun !== true) hosting.changeSettings(call.world, fn, { code });
  return shown(fn);
}

export async function deleteFunction(input: lambda.DeleteFunctionCommandInput, call: CallContext) {
  await hosting.deleteFunction(call.world, theFunction(input.FunctionName, call, input.Qualifier));
  return { StatusCode: 204 };
}

export const getFunctionConfiguration = (input: lambda.GetFunctionConfigurationCommandInput, call: CallContext) =>
  shown(theFunction(input.FunctionName, call, input.Qualifier));

export function getFunction({ FunctionName, Qualifier }: lambda.GetFunctionCommandInput, call: CallContext) {
  const fn = theFunction(FunctionName, call, Qualifier);
  const { code } = fn.settings;
  return {
    Configuration: shown(fn),
    Code: { RepositoryType: 'S3', Location: code.kind === 'bundle' ? `file://${code.path}` : '' },
    ...(fn.tags.size > 0 && { Tags: Object.fromEntries(fn.tags) }),
    ...(fn.reservedConcurrency !== undefined && {
      Concurrency: { ReservedConcurrentExecutions: fn.reservedConcurrency },
    }),
  };
}

export function listFunctions({ Marker, MaxItems = 50 }: lambda.ListFunctionsCommandInput, call: CallContext) {
  const { items, NextToken } = pageOf(ownFunctions(call), Marker, Math.min(MaxItems, 50), badMarker);
  return { Functions: items.map(shown), NextMarker: NextToken };
}

// Lambda's own form of time: https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html
const lambdaTime = (date: Date): string => date.toISOString().replace('Z', '+0000');

function shown(fn: HostedFunction) {
  const { settings } = fn;
  return {
    FunctionName: fn.name,
    FunctionArn: fn.arn,
    Runtime: settings.runtime,
    Role: settings.role,
    Handler: settings.handler,
    ...digestOf(settings),
    Description: settings.description,
    Timeout: settings.timeoutSeconds,
    MemorySize: settings.memoryMb,
    LastModified: lambdaTime(fn.modifiedAt),
    Version: '$LATEST',
    ...(Object.keys(settings.environment).length > 0 && { Environment: { Variables: settings.environment } }),
    ...(settings.deadLetterArn !== undefined && { DeadLetterConfig: { TargetArn: settings.deadLetterArn } }),
    TracingConfig: { Mode: 'PassThrough' },
    RevisionId: fn.revisionId,
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: settings.architectures,
    EphemeralStorage: { Size: 512 },
    LoggingConfig: { LogFormat: 'Text', LogGroup: `/aws/lambda/${fn.name}` },
  };
}
