/** What S3 checks of the replication rules of a bucket together. */
import type { ReplicationRule } from '@aws-sdk/client-s3';
import { invalidArgument, invalidRequest } from './errors.ts';

/** @see https://docs.aws.amazon.com/general/latest/gr/s3.html */
const mostRules = 1000;
const mostDestinations = 28;

/** @throws InvalidRequest, InvalidArgument */
export function requireValidRules(rules: readonly ReplicationRule[]): void {
  if (rules.length > mostRules) {
    throw invalidRequest(`The number of replication rules must not exceed the allowed limit of ${mostRules} rules.`);
  }
  const ids = rules.flatMap((rule) => rule.ID || []);
  if (new Set(ids).size < ids.length) throw invalidArgument('Rule Id must be unique', 'ID', repeated(ids));
  requireDistinctPriorities(rules);
  const destinations = new Set(rules.map((rule) => rule.Destination?.Bucket));
  // Only rules with a Filter may name more than one destination.
  const most = rules.every((rule) => rule.Filter) ? mostDestinations : 1;
  if (destinations.size > most) throw invalidRequest(`Number of distinct destination bucket ARNs cannot exceed ${most}`);
}

/**
 * No two rules of a bucket may have the same priority, though it decides only between rules of one destination.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html
 */
function requireDistinctPriorities(rules: readonly ReplicationRule[]): void {
  const priorities = rules.flatMap((rule) => rule.Priority ?? []);
  if (new Set(priorities).size < priorities.length) throw invalidRequest(`Found duplicate priority ${repeated(priorities)}.`);
}

const repeated = (values: readonly (string | number)[]): string =>
  String(values.find((value, at) => values.indexOf(value) !== at));
