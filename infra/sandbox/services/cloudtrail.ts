/**
 * AWS CloudTrail: trails, and the event history of each account and region. Log files are not written.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Operations.html
 */
import type { Handler } from '../service.ts';
import { selectorHandlers } from './cloudtrail/event-selectors.ts';
import { lookupEvents } from './cloudtrail/lookup-events.ts';
import { trailHandlers } from './cloudtrail/trails.ts';

export { type CloudTrailOptions, type CloudTrailState, newCloudTrailState } from './cloudtrail/state.ts';

export const cloudtrailHandlers: Readonly<Record<string, Handler>> = {
  ...trailHandlers,
  ...selectorHandlers,
  LookupEvents: lookupEvents,
};
