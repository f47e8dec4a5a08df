/** The schedule: everything, every hour. */
import type { Controller } from '../../shared/controller/ports.ts';
import { type SweepResult, sweep, sweepIdOf } from '../../shared/controller/sweep.ts';
import { type Handler, handling } from '../invocation.ts';
import { sweeperFromEnvironment } from './controller.ts';

export const sweepHandler = (open: () => Controller): Handler<unknown, SweepResult> =>
  handling(open, (event, controller, { awsRequestId }) =>
    sweep(controller, { id: sweepIdOf(event, awsRequestId), requestId: awsRequestId }),
  );

export const handler = sweepHandler(sweeperFromEnvironment);
