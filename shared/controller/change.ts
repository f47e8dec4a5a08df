/** A change in AWS as CloudTrail tells it: what was touched, by which call, by whom. A hint to look again, never the state itself. */
import type { ChangeDetails } from '../aspects/aspect.ts';

/** Who made a call, as far as CloudTrail shows it. Carries no credentials: access key ids are left out. */
export interface Actor {
  readonly kind: 'role' | 'identity-centre-user' | 'user' | 'root' | 'service' | 'account' | 'unknown';
  /** ARN of the role (not of its session), user or account root; a service's name, e.g. `config.amazonaws.com`; an account id where that is all there is. */
  readonly principal: string;
  /** Session name of a role, or the person's name in IAM Identity Center. The caller chose it: to be shown, never to be trusted. */
  readonly session?: string;
  /** Account the caller belongs to. */
  readonly account?: string;
  readonly sourceAddress?: string;
  readonly userAgent?: string;
}

export interface Change {
  /** Joins the copies of one call that several accounts get: `sharedEventID`, else `eventID`. */
  readonly call: string;
  readonly eventId: string;
  /** As CloudTrail names it, e.g. `PutBucketLifecycle`. */
  readonly eventName: string;
  /** ISO 8601 instant of the call, UTC. */
  readonly time: string;
  /** Account that got this copy. */
  readonly account: string;
  readonly region: string;
  /** Ids of everything it can concern, as in the index, see `resourceIds`. */
  readonly resources: readonly string[];
  /** Request parameters that tell settings of one resource apart. */
  readonly details: ChangeDetails;
  readonly actor: Actor;
}
