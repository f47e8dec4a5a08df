/** What each spoke sends now and then, along the very way its changes go: that it arrives shows that they would. */
import { accountOf, fieldsOf, regionOf } from './read-change/fields.ts';

export const heartbeatSource = 'lockstep.heartbeat';
export const heartbeatDetailType = 'Heartbeat';

export interface Heartbeat {
  readonly account: string;
  readonly region: string;
}

/**
 * Whose heartbeat an event is; undefined: it is none.
 *
 * Account and region are the envelope's, which EventBridge fills in and forwarding keeps; what stands in the detail is not asked. So whoever
 * forges one speaks for nobody else.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
 */
export function readHeartbeat(event: unknown): Heartbeat | undefined {
  const { source, 'detail-type': detailType, account: by, region: from } = fieldsOf(event);
  if (source !== heartbeatSource || detailType !== heartbeatDetailType) return undefined;
  const [account, region] = [accountOf(by), regionOf(from)];
  return account === undefined || region === undefined ? undefined : { account, region };
}
