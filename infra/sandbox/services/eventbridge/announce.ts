/** Events of AWS itself on their way to a default bus. */
import { randomUUID } from 'node:crypto';
import type { World } from '../../world.ts';
import { arrive } from './arrive.ts';
import type { BusEvent } from './event.ts';
import { busArn, type EventBridgeState } from './state.ts';

export interface Announcement {
  readonly account: string;
  readonly region: string;
  /** e.g. `aws.ssm` */
  readonly source: string;
  readonly detailType: string;
  readonly resources?: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/**
 * Tells the default bus of the account and region, after a while and as reliably as the world is set to.
 * AWS promises best effort only: https://docs.aws.amazon.com/eventbridge/latest/ref/event-delivery-level.html
 */
export function announce(world: World, { account, region, source, detailType, resources = [], detail }: Announcement): void {
  const arn = busArn(account, region, 'default');
  // Rules see only what comes after them, so without any there is nobody to tell.
  if (!world.events.buses.get(arn)?.rules.size) return;
  const event: BusEvent = {
    version: '0',
    id: randomUUID(),
    'detail-type': detailType,
    source,
    account,
    time: `${world.clock.now().toISOString().slice(0, 19)}Z`,
    region,
    resources,
    detail,
  };
  for (const delay of arrivals(world.events)) world.clock.after(delay, () => arrive(world, arn, event));
}

/** In how many seconds the event arrives, each time it does. */
function arrivals({ delivery, random }: EventBridgeState): readonly number[] {
  const { delay, drop, duplicate, reorder, holdBack } = delivery;
  const [lost, twice, late, lateBy, againBy] = [random() < drop, random() < duplicate, random() < reorder, random(), random()];
  if (lost) return [];
  const first = delay + (late ? lateBy * holdBack : 0);
  return twice ? [first, first + againBy * holdBack] : [first];
}
