/** What CloudTrail keeps: the trails of each account, and each account's event history in each region. */
import type { AdvancedEventSelector, EventSelector, Tag } from '@aws-sdk/client-cloudtrail';
import type { TrailRecord } from '../../trail/record.ts';

export interface Trail {
  readonly name: string;
  readonly arn: string;
  readonly account: string;
  readonly homeRegion: string;
  bucket: string;
  prefix: string | undefined;
  multiRegion: boolean;
  /** Whether events of services without regions, such as IAM, are included. */
  globalEvents: boolean;
  logFileValidation: boolean;
  readonly organization: boolean;
  logging: boolean;
  started: Date | undefined;
  stopped: Date | undefined;
  selectors: Selectors;
  tags: readonly Tag[];
}

export type Selectors = { readonly basic: readonly EventSelector[] } | { readonly advanced: readonly AdvancedEventSelector[] };

/** A record and when LookupEvents may first show it. */
export interface HistoryEntry {
  readonly record: TrailRecord;
  readonly recordedAt: Date;
  readonly visibleAt: Date;
}

export interface CloudTrailOptions {
  /** Seconds until LookupEvents shows an event; 0 by default, about five minutes in AWS. */
  readonly lookupDelay?: number;
  /** LookupEvents calls a second in one account and region; 2 by default, as in AWS. */
  readonly lookupsPerSecond?: number;
}

export interface CloudTrailState {
  readonly options: Required<CloudTrailOptions>;
  /** By account, then by ARN. */
  readonly trails: Map<string, Map<string, Trail>>;
  /** By `account region`, oldest first. */
  readonly history: Map<string, HistoryEntry[]>;
  /** Times of the latest LookupEvents calls, by `account region`, in milliseconds. */
  readonly lookups: Map<string, readonly number[]>;
}

export const newCloudTrailState = (options: CloudTrailOptions = {}): CloudTrailState => ({
  options: { lookupDelay: 0, lookupsPerSecond: 2, ...options },
  trails: new Map(),
  history: new Map(),
  lookups: new Map(),
});

/** What a trail records that nobody told otherwise: all management events. */
export const defaultSelectors: Selectors = {
  basic: [{ ReadWriteType: 'All', IncludeManagementEvents: true, DataResources: [], ExcludeManagementEventSources: [] }],
};

export const trailArn = (account: string, region: string, name: string): string =>
  `arn:aws:cloudtrail:${region}:${account}:trail/${name}`;

export const firstTrail = 'organization-trail';

/**
 * The account's trails. Every account starts with the one that the organization gives its members, logging in all regions.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html
 */
export function trailsOf({ trails }: CloudTrailState, account: string): Map<string, Trail> {
  const known = trails.get(account);
  if (known) return known;
  const arn = trailArn(account, 'us-east-1', firstTrail);
  const first: Trail = {
    ...{ name: firstTrail, arn, account, homeRegion: 'us-east-1', bucket: 'organization-trail-logs', prefix: undefined },
    ...{ multiRegion: true, globalEvents: true, logFileValidation: true, organization: true },
    ...{ logging: true, started: undefined, stopped: undefined, selectors: defaultSelectors, tags: [] },
  };
  const made = new Map([[arn, first]]);
  trails.set(account, made);
  return made;
}

export function historyOf({ history }: CloudTrailState, account: string, region: string): HistoryEntry[] {
  const id = `${account} ${region}`;
  const known = history.get(id);
  if (known) return known;
  const made: HistoryEntry[] = [];
  history.set(id, made);
  return made;
}
