/**
 * The event history of an account in one region.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
import type * as ct from '@aws-sdk/client-cloudtrail';
import { AwsError, type CallContext } from '../../service.ts';
import { userNameOf } from '../../trail/identity.ts';
import type { TrailRecord } from '../../trail/record.ts';
import { lookupResourcesOf } from '../../trail/resources.ts';
import { historyOf } from './state.ts';

const days = 86_400_000;

export function lookupEvents(input: ct.LookupEventsCommandInput, call: CallContext) {
  takeTurn(call);
  const size = input.MaxResults ?? 50;
  if (!(size >= 1 && size <= 50)) throw new AwsError('InvalidMaxResultsException', 'MaxResults must be between 1 and 50.');
  const { StartTime: start, EndTime: end } = input;
  if (start && end && start > end) throw new AwsError('InvalidTimeRangeException', 'StartTime must be before EndTime.');
  const matching = filterOf(input.LookupAttributes ?? []);
  const now = call.world.clock.now().getTime();
  const found = historyOf(call.world.cloudtrail, call.caller.account, call.region)
    .filter(({ recordedAt, visibleAt }) => visibleAt.getTime() <= now && recordedAt.getTime() > now - 90 * days)
    .map(({ record }) => record)
    .filter(({ eventTime }) => (!start || new Date(eventTime) >= wholeSecond(start)) && (!end || new Date(eventTime) <= end))
    .filter(matching)
    .reverse();
  return pageOf(found, input.NextToken, size, JSON.stringify([input.LookupAttributes, start, end]));
}

const wholeSecond = (date: Date): Date => new Date(Math.floor(date.getTime() / 1000) * 1000);

/** @throws ThrottlingException more than two calls a second */
function takeTurn({ world, caller, region }: CallContext): void {
  const { lookups, options } = world.cloudtrail;
  const id = `${caller.account} ${region}`;
  const now = world.clock.now().getTime();
  const recent = (lookups.get(id) ?? []).filter((at) => now - at < 1000);
  if (recent.length >= options.lookupsPerSecond) throw new AwsError('ThrottlingException', 'Rate exceeded');
  lookups.set(id, [...recent, now]);
}

/** What each attribute compares. */
const attributes: Readonly<Record<string, (record: TrailRecord, value: string) => boolean>> = {
  EventId: (record, value) => record.eventID === value,
  EventName: (record, value) => record.eventName === value,
  EventSource: (record, value) => record.eventSource === value,
  ReadOnly: (record, value) => String(record.readOnly) === value,
  Username: (record, value) => userNameOf(record.userIdentity) === value,
  AccessKeyId: (record, value) => record.userIdentity.accessKeyId === value,
  ResourceName: (record, value) => resourcesIn(record).some(({ ResourceName }) => ResourceName === value),
  ResourceType: (record, value) => resourcesIn(record).some(({ ResourceType }) => ResourceType === value),
};

function filterOf(asked: readonly ct.LookupAttribute[]): (record: TrailRecord) => boolean {
  // One at a time: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events-cli.html
  if (asked.length > 1) throw invalidAttributes('You can specify only one lookup attribute.');
  const [attribute] = asked;
  if (!attribute) return () => true;
  const test = attributes[attribute.AttributeKey ?? ''];
  const value = attribute.AttributeValue;
  if (!test || !value) throw invalidAttributes(`The lookup attribute ${attribute.AttributeKey} is not valid.`);
  return (record) => test(record, value);
}

const invalidAttributes = (message: string): AwsError => new AwsError('InvalidLookupAttributesException', message);

const resourcesIn = ({ eventSource, requestParameters, resources = [] }: TrailRecord) =>
  lookupResourcesOf(eventSource, requestParameters, resources);

/** A token is good for the same question only. What was recorded meanwhile does not move the pages: it names the last event shown. */
function pageOf(found: readonly TrailRecord[], token: string | undefined, size: number, question: string) {
  const from = token === undefined ? 0 : startOf(found, token, question);
  const page = found.slice(from, from + size);
  const last = page.at(-1);
  const more = last && from + size < found.length ? { NextToken: tokenFor(last.eventID, question) } : {};
  return { Events: page.map(shown), ...more };
}

const tokenFor = (eventID: string, question: string): string =>
  Buffer.from(JSON.stringify([eventID, question])).toString('base64url');

function startOf(found: readonly TrailRecord[], token: string, question: string): number {
  try {
    const [eventID, asked] = JSON.parse(Buffer.from(token, 'base64url').toString()) as [string, string];
    const last = found.findIndex((record) => record.eventID === eventID);
    if (asked === question && last >= 0) return last + 1;
  } catch {
    // Falls through: not one of ours.
  }
  throw new AwsError('InvalidNextTokenException', 'The NextToken is not valid for this request.');
}

function shown(record: TrailRecord) {
  const { accessKeyId } = record.userIdentity;
  const userName = userNameOf(record.userIdentity);
  return {
    EventId: record.eventID,
    EventName: record.eventName,
    ReadOnly: String(record.readOnly),
    ...(accessKeyId !== undefined && { AccessKeyId: accessKeyId }),
    EventTime: new Date(record.eventTime),
    EventSource: record.eventSource,
    ...(userName !== undefined && { Username: userName }),
    Resources: resourcesIn(record),
    CloudTrailEvent: JSON.stringify(record),
  };
}
