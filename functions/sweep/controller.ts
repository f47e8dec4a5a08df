/** The controller of the sweep: it also looks at what forwards the spokes' events, and whether objects move. The clients for that are in no other function. */
import type { Controller, Watch } from '../../shared/controller/ports.ts';
import { parseArn } from '../../shared/model/arn.ts';
import { once } from '../routing.ts';
import { type FunctionSettings, settingsFrom } from '../settings.ts';
import { controllerFromEnvironment, spoke } from '../wiring.ts';

/** @throws BadEnvironment */
export const sweeperFromEnvironment = once((): Controller => {
  const controller = controllerFromEnvironment();
  const settings = settingsFrom(process.env, { tells: true });
  // One session an account for all that it reads.
  const observer = spoke(settings.observerRole, settings, { services });
  const { flow } = settings;
  return {
    ...controller,
    observer,
    watch: { ...watchOf(settings), gateway: observer },
    ...(flow.everyHours > 0 && { flow: { ...flow, gateway: observer } }),
  };
});

const services = {
  cloudwatch: () => import('../../shared/aws/clients/cloudwatch.ts'),
  events: () => import('../../shared/aws/clients/events.ts'),
};

/** The hub's bus is where its topic is. */
function watchOf({ topicArn = '', busName, forwardRule, heartbeatMinutes }: FunctionSettings): Omit<Watch, 'gateway'> {
  const hub = parseArn(topicArn);
  const bus = `arn:${hub?.partition}:events:${hub?.region}:${hub?.account}:event-bus/${busName}`;
  return { rule: forwardRule, bus, heartbeatMinutes };
}
