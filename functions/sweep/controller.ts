/** The controller of the sweep: it also looks at what forwards the spokes' events. The client for that is in no other function. */
import { spokeGateway } from '../../shared/aws/accounts.ts';
import type { Controller, Watch } from '../../shared/controller/ports.ts';
import { parseArn } from '../../shared/model/arn.ts';
import { once, userAgent } from '../routing.ts';
import { type FunctionSettings, settingsFrom } from '../settings.ts';
import { controllerFromEnvironment } from '../wiring.ts';

/** @throws BadEnvironment */
export const sweeperFromEnvironment = once((): Controller => {
  const controller = controllerFromEnvironment();
  return { ...controller, watch: watchOf(settingsFrom(process.env, { tells: true })) };
});

/** The hub's bus is where its topic is. */
function watchOf({ topicArn = '', busName, forwardRule, observerRole, externalId }: FunctionSettings): Watch {
  const hub = parseArn(topicArn);
  return {
    rule: forwardRule,
    bus: `arn:${hub?.partition}:events:${hub?.region}:${hub?.account}:event-bus/${busName}`,
    gateway: spokeGateway({
      ...{ role: observerRole, userAgent, sessionName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'lockstep' },
      ...(externalId !== undefined && { externalId }),
      services: { events: () => import('../../shared/aws/clients/events.ts') },
    }),
  };
}
