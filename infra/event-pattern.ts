/** Which events of CloudTrail can change a setting, as a pattern of EventBridge: made from what the aspects say of themselves; and heartbeats. */
import type { Aspect } from '../shared/aspects/aspect.ts';
import { heartbeatDetailType, heartbeatSource } from '../shared/controller/heartbeat.ts';

/** What a rule is given, as JSON. */
export interface EventPattern {
  readonly 'detail-type': readonly string[];
  readonly $or: readonly (OfOneService | OfHeartbeats)[];
}

interface OfHeartbeats {
  readonly source: readonly [typeof heartbeatSource];
}

interface OfOneService {
  readonly source: readonly string[];
  readonly detail: {
    readonly eventName: readonly string[];
    readonly errorCode: readonly [{ readonly exists: false }];
    readonly readOnly: readonly unknown[];
  };
}

/** What a service does by itself, such as deleting a key, comes under the second. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html */
const detailTypes = ['AWS API Call via CloudTrail', 'AWS Service Event via CloudTrail'];

/** Services in which settings live: an aspect lives where it is read. */
const servicesOf = ({ permissions }: Pick<Aspect<unknown>, 'permissions'>): ReadonlySet<string> =>
  new Set(permissions.read.map((action) => action.slice(0, action.indexOf(':'))));

/**
 * The writes that the aspects name, each under its service, in alphabetical order; failed calls and reads are left out. Last the heartbeats,
 * which show only then that a rule works when it is the rule of the changes.
 *
 * One pattern for every account and region: IAM's events come up in us-east-1 alone, and a name that does not come up costs nothing.
 * Well below the 2,048 characters that a pattern may have.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function eventPattern(aspects: readonly Pick<Aspect<unknown>, 'permissions' | 'changedBy'>[]): EventPattern {
  const services = new Set(aspects.flatMap((aspect) => [...servicesOf(aspect)]));
  return {
    'detail-type': [...detailTypes, heartbeatDetailType],
    $or: [...[...services].sort().map((service) => ofService(service, aspects)), { source: [heartbeatSource] }],
  };
}

function ofService(service: string, aspects: Parameters<typeof eventPattern>[0]): OfOneService {
  const names = aspects.filter((aspect) => servicesOf(aspect).has(service)).flatMap(({ changedBy }) => changedBy);
  return {
    source: [`aws.${service}`],
    detail: {
      eventName: [...new Set(names)].sort(),
      errorCode: [{ exists: false }],
      // Not every service event carries it.
      readOnly: [false, { exists: false }],
    },
  };
}
