/** An event of CloudTrail, as EventBridge hands it over: to the groups it can concern. */
import { type Routed, type Routing, route } from '../../shared/controller/route.ts';
import { type Handler, handling } from '../invocation.ts';
import { routingFromEnvironment } from '../routing.ts';

export const routeHandler = (open: () => Routing): Handler<unknown, Routed> =>
  handling(open, (event, controller) => route(event, controller));

export const handler = routeHandler(routingFromEnvironment);
