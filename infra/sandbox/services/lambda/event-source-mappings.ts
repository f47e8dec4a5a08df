/** @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html */
import type * as lambda from '@aws-sdk/client-lambda';
import { invalid } from '../../hosting/functions.ts';
import { changeMapping, createMapping, deleteMapping, usualMapping } from '../../hosting/mappings.ts';
import { AwsError, type CallContext } from '../../service.ts';
import { pageOf } from '../pages.ts';
import { arnOf, badMarker, theFunction } from './lookup.ts';
import type { Mapping, MappingSettings } from './state.ts';

type Input = Pick<
  lambda.CreateEventSourceMappingCommandInput,
  'Enabled' | 'BatchSize' | 'MaximumBatchingWindowInSeconds' | 'FunctionResponseTypes' | 'ScalingConfig' | 'FilterCriteria'
>;

/** What is given, only that. */
function given(input: Input): Partial<MappingSettings> {
  const { Enabled, BatchSize, MaximumBatchingWindowInSeconds, FunctionResponseTypes, ScalingConfig, FilterCriteria } = input;
  return {
    ...(Enabled !== undefined && { enabled: Enabled }),
    ...(BatchSize !== undefined && { batchSize: BatchSize }),
    ...(MaximumBatchingWindowInSeconds !== undefined && { windowSeconds: MaximumBatchingWindowInSeconds }),
    ...(FunctionResponseTypes && { reportsItemFailures: FunctionResponseTypes.includes('ReportBatchItemFailures') }),
    // An empty one takes the limit off: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
    ...(ScalingConfig && { maximumConcurrency: ScalingConfig.MaximumConcurrency }),
    ...(FilterCriteria && { filters: (FilterCriteria.Filters ?? []).map(({ Pattern = '' }) => Pattern) }),
  };
}

export function createEventSourceMapping(input: lambda.CreateEventSourceMappingCommandInput, call: CallContext) {
  const { EventSourceArn: source = '' } = input;
  if (source.split(':')[2] !== 'sqs') throw invalid('Unrecognized event source.');
  const fn = theFunction(input.FunctionName, call);
  return shown(createMapping(call.world, fn, source, { ...usualMapping, ...given(input) }), 'Creating');
}

export const getEventSourceMapping = ({ UUID }: lambda.GetEventSourceMappingCommandInput, call: CallContext) =>
  shown(theMapping(UUID, call));

export function updateEventSourceMapping(input: lambda.UpdateEventSourceMappingCommandInput, call: CallContext) {
  const mapping = theMapping(input.UUID, call);
  const fn = theFunction(input.FunctionName ?? mapping.functionArn, call);
  if (fn.arn !== mapping.functionArn) throw invalid('The local AWS does not move a mapping to another function.');
  const before = mapping.settings.enabled;
  changeMapping(call.world, mapping, fn, given(input));
  const { enabled } = mapping.settings;
  return shown(mapping, enabled === before ? 'Updating' : enabled ? 'Enabling' : 'Disabling');
}

export function deleteEventSourceMapping({ UUID }: lambda.DeleteEventSourceMappingCommandInput, call: CallContext) {
  const mapping = theMapping(UUID, call);
  deleteMapping(call.world, mapping);
  return shown(mapping, 'Deleting');
}

export function listEventSourceMappings(input: lambda.ListEventSourceMappingsCommandInput, call: CallContext) {
  const { EventSourceArn: source, FunctionName, Marker, MaxItems = 100 } = input;
  const functionArn = FunctionName === undefined ? undefined : arnOf(FunctionName, call);
  const all = [...call.world.lambda.mappings.values()].filter(
    (mapping) =>
      mapping.account === call.caller.account &&
      mapping.region === call.region &&
      (source === undefined || mapping.queueArn === source) &&
      (functionArn === undefined || mapping.functionArn === functionArn),
  );
  const { items, NextToken } = pageOf(all, Marker, Math.min(MaxItems, 100), badMarker);
  return { EventSourceMappings: items.map((mapping) => shown(mapping)), NextMarker: NextToken };
}

function theMapping(uuid: string | undefined, { world, caller, region }: CallContext): Mapping {
  const found = world.lambda.mappings.get(uuid ?? '');
  if (found && found.account === caller.account && found.region === region) return found;
  throw new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.', 404);
}

/** @param state left out: it is done with what was asked of it, which here takes no time */
function shown({ uuid, account, region, functionArn, queueArn, settings, modifiedAt, lastResult }: Mapping, state?: string) {
  const { enabled, batchSize, windowSeconds, reportsItemFailures, maximumConcurrency, filters } = settings;
  return {
    UUID: uuid,
    EventSourceMappingArn: `arn:aws:lambda:${region}:${account}:event-source-mapping:${uuid}`,
    EventSourceArn: queueArn,
    FunctionArn: functionArn,
    BatchSize: batchSize,
    MaximumBatchingWindowInSeconds: windowSeconds,
    FunctionResponseTypes: reportsItemFailures ? ['ReportBatchItemFailures'] : [],
    ...(maximumConcurrency !== undefined && { ScalingConfig: { MaximumConcurrency: maximumConcurrency } }),
    ...(filters.length > 0 && { FilterCriteria: { Filters: filters.map((Pattern) => ({ Pattern })) } }),
    LastModified: modifiedAt,
    LastProcessingResult: lastResult,
    State: state ?? (enabled ? 'Enabled' : 'Disabled'),
    StateTransitionReason: 'USER_INITIATED',
  };
}
