/**
 * Whether a bucket policy is public.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
 */
import { isObject, type JsonObject, statementsOf, stringsOf } from './policy-text.ts';

/** Condition keys that pin down who calls, when their values are fixed. */
const pinningKeys = [
  'aws:principalarn',
  'aws:principalaccount',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:sourcearn',
  'aws:sourceaccount',
  'aws:sourceowner',
  'aws:sourceorgid',
  'aws:sourceorgpaths',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:sourceip',
  'aws:userid',
  's3:dataaccesspointarn',
  's3:dataaccesspointaccount',
  's3:x-amz-server-side-encryption-aws-kms-key-id',
];

const pinningOperators =
  /^(StringEquals|StringLike|ArnEquals|ArnLike|IpAddress|ForAnyValue:StringEquals|ForAnyValue:StringLike)$/i;

/** S3 takes a policy as public until it can prove the opposite: an Allow for everybody that no condition pins to fixed values. */
export const isPublicPolicy = (policyJson: string): boolean =>
  statementsOf(policyJson).some(
    (statement) => statement.Effect === 'Allow' && isForEverybody(statement) && !isPinned(statement.Condition),
  );

function isForEverybody({ Principal: principal, NotPrincipal: others }: JsonObject): boolean {
  return others !== undefined || stringsOf(isObject(principal) ? principal.AWS : principal).includes('*');
}

function isPinned(condition: unknown): boolean {
  if (!isObject(condition)) return false;
  return Object.entries(condition).some(
    ([operator, tests]) =>
      pinningOperators.test(operator) &&
      isObject(tests) &&
      Object.entries(tests).some(([key, values]) => pinningKeys.includes(key.toLowerCase()) && stringsOf(values).every(isFixed)),
  );
}

/** No wildcards, no policy variables, and no address range wide enough to be everybody. */
const isFixed = (value: string): boolean => !/[*?]|\$\{/.test(value) && !/\/[0-7]$/.test(value);
