/** From an event of EventBridge to the change it tells of, or to the reason why it is none of our business. Pure. */
import { actorOf } from './actor.ts';
import type { Change } from './change.ts';
import { isOurOwn, type OurRoles } from './read-change/echo.ts';
import { changesSettings, type Service, serviceOf } from './read-change/event-names.ts';
import { accountOf, type Fields, fieldsOf, instantOf, nameOf, regionOf } from './read-change/fields.ts';
import { type Place, parametersOf, resourcesOf } from './read-change/resources.ts';

export type { OurRoles } from './read-change/echo.ts';

/**
 * Why an event changes nothing we keep. Also a dimension of a metric, hence few and fixed.
 * `unknown-event`: no setting is changed by it. `unrelated`: no group depends on what it touched. `malformed`: not what CloudTrail sends.
 * `forged`: says one thing in its envelope and another inside.
 */
export type IgnoredReason =
  | 'failed-call'
  | 'read-only'
  | 'echo'
  | 'unknown-event'
  | 'unrelated'
  | 'malformed'
  | 'forged'
  | 'other-service';

export type Reading = { readonly change: Change } | { readonly ignored: IgnoredReason };

/** Both are needed: what a service does by itself, such as deleting a key, comes under the second. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html */
const detailTypes: readonly string[] = ['AWS API Call via CloudTrail', 'AWS Service Event via CloudTrail'];

/** Reads an event as EventBridge hands it to a function. Never throws, whatever it is given. */
export function readChange(event: unknown, ours: OurRoles): Reading {
  const envelope = fieldsOf(event);
  const detail = fieldsOf(envelope.detail);
  const fault = envelopeFault(envelope, detail);
  return fault === undefined ? readRecord(detail, ours, envelope) : { ignored: fault };
}

function envelopeFault(envelope: Fields, { eventSource, recipientAccountId }: Fields): IgnoredReason | undefined {
  const { source, account, 'detail-type': detailType } = envelope;
  if (typeof source !== 'string' || typeof eventSource !== 'string') return 'malformed';
  if (typeof account !== 'string' || typeof detailType !== 'string') return 'malformed';
  const isOthers = source.startsWith('aws.') && serviceOf(`${source.slice('aws.'.length)}.amazonaws.com`) === undefined;
  if (isOthers && serviceOf(eventSource) === undefined) return 'other-service';
  // Only AWS can send under a name that begins with `aws.`: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
  const isCoherent = `${source}.amazonaws.com` === `aws.${eventSource}` && detailTypes.includes(detailType);
  // A copy stays with the account that got it, on whatever bus it is forwarded to: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
  return isCoherent && (recipientAccountId ?? account) === account ? undefined : 'forged';
}

/**
 * Reads a CloudTrail record by itself.
 *
 * @param envelope what stands around it and fills in what the record lacks: `id`, `account`, `region`, `time`
 */
export function readRecord(record: unknown, ours: OurRoles, envelope: Fields = {}): Reading {
  const detail = fieldsOf(record);
  const { eventSource, eventName } = detail;
  if (typeof eventSource !== 'string' || typeof eventName !== 'string') return { ignored: 'malformed' };
  const service = serviceOf(eventSource);
  if (service === undefined) return { ignored: 'other-service' };
  if (isFailed(detail)) return { ignored: 'failed-call' };
  if (detail.readOnly === true || detail.readOnly === 'true') return { ignored: 'read-only' };
  if (isOurOwn(detail, ours)) return { ignored: 'echo' };
  if (!changesSettings(service, eventName)) return { ignored: 'unknown-event' };
  const change = changeOf(service, eventName, detail, envelope);
  return change === undefined ? { ignored: 'malformed' } : { change };
}

// Failed calls are told too, and changed nothing: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
const isFailed = ({ errorCode, errorMessage }: Fields): boolean =>
  [errorCode, errorMessage].some((error) => error !== undefined && error !== null && error !== '');

/** @returns undefined when it lacks what every record has */
function changeOf(service: Service, eventName: string, detail: Fields, envelope: Fields): Change | undefined {
  const at = placeOf(detail, envelope);
  const eventId = nameOf(detail.eventID) ?? nameOf(envelope.id);
  const time = instantOf(detail.eventTime) ?? instantOf(envelope.time);
  if (at === undefined || eventId === undefined || time === undefined) return undefined;
  return {
    call: nameOf(detail.sharedEventID) ?? eventId,
    ...{ eventId, eventName, time, ...at },
    resources: resourcesOf(service, detail, at),
    details: service === 'iam' ? policyOf(parametersOf(detail)) : {},
    actor: actorOf(detail.userIdentity, detail),
  };
}

function placeOf(detail: Fields, envelope: Fields): Place | undefined {
  const account = accountOf(detail.recipientAccountId) ?? accountOf(envelope.account);
  const region = regionOf(detail.awsRegion) ?? regionOf(envelope.region);
  return account === undefined || region === undefined ? undefined : { account, region };
}

function policyOf(parameters: Fields): Change['details'] {
  const policyName = nameOf(parameters.policyName);
  const policyArn = nameOf(parameters.policyArn) ?? nameOf(parameters.permissionsBoundary);
  return { ...(policyName !== undefined && { policyName }), ...(policyArn !== undefined && { policyArn }) };
}
