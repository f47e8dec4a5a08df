/** Failures of replication, as S3 reports them through the topics of the spokes: counted, and looked into. */
import type { SQSBatchResponse } from 'aws-lambda';
import { countFailures, type FailureDesk } from '../../shared/controller/failures.ts';
import { type Handler, handling } from '../invocation.ts';
import { deskFromEnvironment } from './desk.ts';
import { messagesIn } from './messages.ts';

export const failuresHandler = (open: () => FailureDesk): Handler<unknown, SQSBatchResponse> =>
  handling(open, async (event, desk) => {
    const { failed } = await countFailures(messagesIn(event), desk);
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  });

export const handler = failuresHandler(deskFromEnvironment);
