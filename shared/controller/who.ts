/** Who changed what a sweep found drifted: from CloudTrail's event history, where that is possible at once. */
import type { AwsGateway } from '../model/aws-call.ts';
import type { ResourceRef } from '../model/finding.ts';
import type { Change } from './change.ts';
import type { Log } from './ports.ts';
import { fieldsIn, wholeSecond } from './read-change/fields.ts';
import { type OurRoles, readRecord } from './read-change.ts';
import { idsOf } from './resource-ids.ts';

export interface Search {
  /** CloudTrail event names, as an aspect's `changedBy` lists them. */
  readonly changedBy: readonly string[];
  readonly resource: ResourceRef;
  /** When it was last seen in order. */
  readonly since: Date;
  /** When it was seen drifted. */
  readonly until: Date;
}

export interface Searching {
  /** Calls in the spokes. */
  readonly aws: AwsGateway;
  readonly log: Log;
  readonly ours: OurRoles;
}

/**
 * The newest write within the time that can have changed a setting of the resource, was accepted and was not ours.
 *
 * One call and one page, for CloudTrail takes two calls a second in an account and region, and shows an event minutes after it happened.
 *
 * @returns undefined when there is none, or when CloudTrail would not say; that is logged. Never throws.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export async function findChange(search: Search, { aws, log, ours }: Searching): Promise<Change | undefined> {
  const { resource } = search;
  const keys = { account: resource.account, region: resource.region, resource: resource.arn };
  try {
    const reply = await aws.send(lookupOf(search));
    if (!reply.ok) log.info('event history unreadable', { ...keys, code: reply.error.code });
    if (!reply.ok) return undefined;
    const records = (reply.output.Events ?? []).map(({ CloudTrailEvent }) => fieldsIn(CloudTrailEvent));
    const change = newest(records.flatMap((record) => changeIn(record, search, ours)));
    if (change === undefined)
      log.info('event history tells no change', {
        ...keys,
        events: records.length,
        hasMore: reply.output.NextToken !== undefined,
      });
    return change;
  } catch (error) {
    log.warn('event history unreadable', { ...keys, error });
    return undefined;
  }
}

const lookupOf = (search: Search) => ({
  operation: 'cloudtrail:LookupEvents' as const,
  account: search.resource.account,
  // Of a role that of IAM, which files its events in one region: https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
  region: search.resource.region,
  input: {
    // One attribute is all it takes: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events-cli.html
    LookupAttributes: [{ AttributeKey: 'ResourceName' as const, AttributeValue: lookupName(search.resource) }],
    StartTime: secondOf(search.since),
    EndTime: search.until,
    MaxResults: 50,
  },
});

/** Buckets and roles are looked up by name, keys by ARN. */
const lookupName = (resource: ResourceRef): string => (resource.type === 'key' ? resource.arn : resource.name);

const secondOf = (date: Date): Date => new Date(wholeSecond(date.getTime()));

/** None when the record is of something else: other resources may have the same name. */
function changeIn(record: unknown, { changedBy, resource, since, until }: Search, ours: OurRoles): readonly Change[] {
  const reading = readRecord(record, ours, { account: resource.account, region: resource.region });
  if ('ignored' in reading) return [];
  const { change } = reading;
  const at = new Date(change.time);
  const isMeant = changedBy.includes(change.eventName) && change.resources.some((id) => idsOf(resource).includes(id));
  return isMeant && at >= secondOf(since) && at <= until ? [change] : [];
}

/** Of two in the same second the one that CloudTrail names first, which is the later one. */
const newest = (changes: readonly Change[]): Change | undefined =>
  changes.toSorted((one, other) => Date.parse(other.time) - Date.parse(one.time))[0];
