/** Event source mappings: which function works off which queue. The API of Lambda and `functionHost` both come here. */
import { randomUUID } from 'node:crypto';
import { AwsError } from '../service.ts';
import { parsePattern } from '../services/eventbridge/pattern.ts';
import type { HostedFunction, Mapping, MappingSettings } from '../services/lambda/state.ts';
import { numberOf, type Queue } from '../services/sqs/state.ts';
import type { World } from '../world.ts';
import { checkWhole, invalid } from './functions.ts';
import { refusalOf, startPolling } from './poller.ts';

/** @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html */
export const usualMapping: MappingSettings = {
  enabled: true,
  batchSize: 10,
  windowSeconds: 0,
  reportsItemFailures: false,
  maximumConcurrency: undefined,
  filters: [],
};

/** @throws AwsError `ResourceConflictException`, `InvalidParameterValueException` */
export function createMapping(world: World, fn: HostedFunction, queueArn: string, settings: MappingSettings): Mapping {
  const { mappings } = world.lambda;
  const twin = [...mappings.values()].find((one) => one.queueArn === queueArn && one.functionArn === fn.arn);
  if (twin) {
    const message = `An event source mapping with SQS arn (" ${queueArn} ") and function (" ${fn.name} ") already exists. Please update or delete the existing mapping with UUID ${twin.uuid}`;
    throw new AwsError('ResourceConflictException', message, 409);
  }
  check(world, fn, queueArn, settings);
  const mapping: Mapping = {
    uuid: randomUUID(),
    account: fn.account,
    region: fn.region,
    functionArn: fn.arn,
    queueArn,
    settings,
    modifiedAt: world.clock.now(),
    lastResult: 'No records processed',
    stop: () => undefined,
  };
  mappings.set(mapping.uuid, mapping);
  startPolling(world, mapping);
  return mapping;
}

/** What was received and not yet handed over can be received again when its visibility time-out has passed. @throws AwsError `InvalidParameterValueException` */
export function changeMapping(world: World, mapping: Mapping, fn: HostedFunction, changes: Partial<MappingSettings>): void {
  const settings = { ...mapping.settings, ...changes };
  check(world, fn, mapping.queueArn, settings);
  mapping.settings = settings;
  mapping.modifiedAt = world.clock.now();
  startPolling(world, mapping);
}

export function deleteMapping(world: World, mapping: Mapping): void {
  mapping.stop();
  world.lambda.mappings.delete(mapping.uuid);
}

function check(world: World, fn: HostedFunction, queueArn: string, settings: MappingSettings): void {
  const queue = world.sqs.queues.get(queueArn);
  if (!queue) {
    throw invalid(
      'Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.',
    );
  }
  if (queue.region !== fn.region) throw invalid('The queue and the function must be in the same region.');
  checkBatching(queue, settings);
  if (settings.maximumConcurrency !== undefined)
    checkWhole('scalingConfig.maximumConcurrency', settings.maximumConcurrency, 2, 1000);
  checkFilters(settings);
  checkVisibility(queue, fn);
  // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions
  for (const operation of ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes']) {
    if (refusalOf(world, fn, queue, operation)) {
      throw invalid(`The provided execution role does not have permissions to call ${operation} on SQS`);
    }
  }
}

function checkBatching({ isFifo }: Queue, { batchSize, windowSeconds }: MappingSettings): void {
  checkWhole('batchSize', batchSize, 1, 10_000);
  checkWhole('maximumBatchingWindowInSeconds', windowSeconds, 0, 300);
  if (isFifo && windowSeconds > 0) throw invalid('Batching window is not supported for FIFO queues.');
  if (isFifo && batchSize > 10) throw invalid('Maximum batch size for FIFO queues is 10.');
  if (batchSize > 10 && windowSeconds === 0) {
    throw invalid('Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10');
  }
}

function checkFilters({ filters }: MappingSettings): void {
  // https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
  if (filters.length > 10) throw invalid('The number of filters must not exceed 10.');
  for (const filter of filters) {
    try {
      parsePattern(filter, 4096);
    } catch (error) {
      throw invalid(`Invalid filter pattern definition. ${error instanceof Error ? error.message : ''}`.trim());
    }
  }
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-queueconfig */
function checkVisibility(queue: Queue, { settings }: HostedFunction): void {
  const visibility = numberOf(queue, 'VisibilityTimeout');
  if (visibility >= settings.timeoutSeconds) return;
  throw invalid(
    `Queue visibility timeout: ${visibility} seconds is less than Function timeout: ${settings.timeoutSeconds} seconds`,
  );
}
