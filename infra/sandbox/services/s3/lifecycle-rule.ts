/**
 * What S3 checks of one lifecycle rule.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRule.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
 */
import type { LifecycleRule, LifecycleRuleFilter, Transition } from '@aws-sdk/client-s3';
import { invalidArgument, invalidRequest, malformedXml, requireOneOf } from './errors.ts';

const transitionClasses = ['STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER', 'GLACIER_IR', 'DEEP_ARCHIVE'] as const;

/** Only so old may objects be moved to these classes. */
const leastDays: Readonly<Record<string, number>> = { STANDARD_IA: 30, ONEZONE_IA: 30 };

/** @throws MalformedXML, InvalidRequest, InvalidArgument */
export function requireValidLifecycleRule(rule: LifecycleRule): void {
  requireOneOf(rule.Status, ['Enabled', 'Disabled']);
  if ((rule.ID ?? '').length > 255) throw invalidArgument('ID length should not exceed allowed limit of 255', 'ID', rule.ID);
  if ((rule.Filter === undefined) === (rule.Prefix === undefined)) throw malformedXml();
  if (rule.Filter) requireFilter(rule.Filter);
  requireSomeAction(rule);
  requireExpiration(rule);
  for (const transition of rule.Transitions ?? []) requireTransition(transition);
  requireNoncurrent(rule);
  if (rule.AbortIncompleteMultipartUpload) {
    requirePositive(
      rule.AbortIncompleteMultipartUpload.DaysAfterInitiation,
      "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action",
    );
  }
  requireExpirationAfterTransition(rule);
}

function requireFilter(filter: LifecycleRuleFilter): void {
  const { Prefix, Tag, And, ObjectSizeGreaterThan, ObjectSizeLessThan } = filter;
  const kinds = [Prefix, Tag, And, ObjectSizeGreaterThan, ObjectSizeLessThan].filter((kind) => kind !== undefined);
  if (kinds.length > 1) throw malformedXml();
  const tags = And?.Tags ?? (Tag ? [Tag] : []);
  if (tags.some((tag) => !tag.Key || tag.Value === undefined)) throw malformedXml();
  if (new Set(tags.map((tag) => tag.Key)).size < tags.length) throw invalidRequest('Duplicate Tag Keys are not allowed.');
}

function requireSomeAction(rule: LifecycleRule): void {
  const lists = [rule.Transitions, rule.NoncurrentVersionTransitions].some((list) => list !== undefined && list.length > 0);
  if (lists || rule.Expiration || rule.NoncurrentVersionExpiration || rule.AbortIncompleteMultipartUpload) return;
  throw invalidRequest('At least one action needs to be specified in a rule');
}

function requireExpiration({
  Expiration: expiration,
  AbortIncompleteMultipartUpload: abort,
  Filter: filter,
}: LifecycleRule): void {
  const tagged = filter?.Tag !== undefined || (filter?.And?.Tags ?? []).length > 0;
  if (abort && tagged) throw invalidRequest('AbortIncompleteMultipartUpload cannot be specified with Tags.');
  if (!expiration) return;
  const { Date: date, Days: days, ExpiredObjectDeleteMarker: marker } = expiration;
  if ([date, days, marker || undefined].filter((one) => one !== undefined).length !== 1) throw malformedXml();
  if (date) requireMidnight(date);
  if (days !== undefined) requirePositive(days, "'Days' for Expiration action");
  if (marker && tagged) throw invalidRequest('ExpiredObjectDeleteMarker cannot be specified with Tags.');
}

function requireTransition({ Date: date, Days: days, StorageClass: storageClass }: Transition): void {
  requireOneOf(storageClass, transitionClasses);
  if ((date === undefined) === (days === undefined)) throw malformedXml();
  if (date) requireMidnight(date);
  if (days !== undefined && days < 0)
    throw invalidArgument("'Days' in Transition action must be nonnegative", 'Days', String(days));
  const least = leastDays[storageClass] ?? 0;
  if (days !== undefined && days < least) {
    throw invalidArgument(
      `'Days' in Transition action must be greater than or equal to ${least} for storageClass '${storageClass}'`,
      'Days',
    );
  }
}

function requireNoncurrent({
  NoncurrentVersionExpiration: expiration,
  NoncurrentVersionTransitions: transitions,
}: LifecycleRule): void {
  const newerOf = [expiration, ...(transitions ?? [])].flatMap((action) => action?.NewerNoncurrentVersions ?? []);
  if (newerOf.some((newer) => newer < 1 || newer > 100))
    throw invalidArgument("'NewerNoncurrentVersions' must be between 1 and 100");
  if (expiration) requirePositive(expiration.NoncurrentDays, "'NoncurrentDays' for NoncurrentVersionExpiration action");
  for (const transition of transitions ?? []) {
    requireOneOf(transition.StorageClass, transitionClasses);
    if (transition.NoncurrentDays === undefined) throw malformedXml();
  }
}

function requirePositive(days: number | undefined, what: string): void {
  if (days === undefined) throw malformedXml();
  if (days <= 0) throw invalidArgument(`${what} must be a positive integer`, 'Days', String(days));
}

function requireMidnight(date: Date): void {
  if (date.getTime() % 86_400_000 !== 0) throw invalidArgument("'Date' must be at midnight GMT", 'Date', date.toISOString());
}

/** Objects must be moved before they expire. */
function requireExpirationAfterTransition({
  Expiration: expiration,
  Transitions: transitions,
  Filter: filter,
  Prefix: prefix,
}: LifecycleRule): void {
  const expires = expiration?.Days;
  if (expires === undefined || !(transitions ?? []).some((transition) => (transition.Days ?? 0) >= expires)) return;
  const where = filter?.And?.Prefix ?? filter?.Prefix ?? prefix ?? '';
  throw invalidArgument(
    `'Days' in the Expiration action for filter '(prefix=${where})' must be greater than 'Days' in the Transition action`,
    'Days',
    String(expires),
  );
}
