/** A batch of the queue: one pass a group, whatever the number of its messages. */
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Controller } from '../../shared/controller/ports.ts';
import { type Handler, handling } from '../invocation.ts';
import { controllerFromEnvironment } from '../wiring.ts';
import { passesOver } from './passes.ts';

export const reconcileHandler = (open: () => Controller): Handler<SQSEvent, SQSBatchResponse> =>
  handling(open, (event, controller, context) => {
    const answer = passesOver(event.Records ?? [], controller, () => context.getRemainingTimeInMillis());
    // A thrown batch would come back as a whole, with what has been done.
    return processPartialResponse(event, answer, new BatchProcessor(EventType.SQS), { context, throwOnFullBatchFailure: false });
  });

export const handler = reconcileHandler(controllerFromEnvironment);
