/** From what happened to the accounts that hear of it: the event history, and the default event bus by way of a trail. */
import { covers } from '../services/cloudtrail/selectors.ts';
import { historyOf, trailsOf } from '../services/cloudtrail/state.ts';
import { announce } from '../services/eventbridge/announce.ts';
import type { World } from '../world.ts';
import { envelopeSourceOf } from './names.ts';
import type { TrailRecord } from './record.ts';

/**
 * Keeps a record in its recipient's event history, logging or not, and tells the recipient's default event bus when a trail covers it.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 */
export function publish(world: World, record: TrailRecord): void {
  const { recipientAccountId: account, awsRegion: region } = record;
  const now = world.clock.now();
  const visibleAt = new Date(now.getTime() + world.cloudtrail.options.lookupDelay * 1000);
  historyOf(world.cloudtrail, account, region).push({ record, recordedAt: now, visibleAt });
  if (
    !trailsOf(world.cloudtrail, account)
      .values()
      .some((trail) => covers(trail, record))
  )
    return;
  const { eventCategory: _notInEnvelopes, ...detail } = record;
  announce(world, {
    account,
    region,
    source: envelopeSourceOf(record.eventSource),
    detailType: record.eventType === 'AwsApiCall' ? 'AWS API Call via CloudTrail' : 'AWS Service Event via CloudTrail',
    detail: { ...detail },
  });
}
