/**
 * Whether a bucket policy lets in a caller of another account, who needs its Allow besides that of their own account.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html
 */
import { showPolicy } from '../../principals.ts';
import type { CallContext, Caller } from '../../service.ts';
import { actionOf } from './actions.ts';
import { type Bucket, bucketArn } from './bucket.ts';
import { isObject, type JsonObject, matches, statementsOf, stringsOf } from './policy-text.ts';
import { isPublicPolicy } from './public-policy.ts';

/**
 * Allowed by a statement without conditions, and denied by none. Conditions are not judged: an Allow that has some grants nothing here,
 * a Deny that has some denies.
 */
export function bucketPolicyAllows(bucket: Bucket, call: CallContext): boolean {
  if (!bucket.policy) return false;
  const policy = showPolicy(call.world, bucket.policy);
  // One public statement closes the bucket to all other accounts: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
  if (bucket.publicAccessBlock?.RestrictPublicBuckets && isPublicPolicy(policy)) return false;
  const statements = statementsOf(policy).filter((statement) => applies(statement, bucket, call));
  const allowed = statements.some((statement) => statement.Effect === 'Allow' && statement.Condition === undefined);
  return allowed && !statements.some((statement) => statement.Effect === 'Deny');
}

function applies(statement: JsonObject, bucket: Bucket, call: CallContext): boolean {
  const action = actionOf(call.operation).toLowerCase();
  return (
    stringsOf(statement.Action).some((pattern) => matches(pattern.toLowerCase(), action)) &&
    stringsOf(statement.Resource).some((pattern) => matches(pattern, bucketArn(bucket.name))) &&
    names(statement.Principal, call.caller)
  );
}

function names(principal: unknown, { account, arn, roleArn }: Caller): boolean {
  const known = ['*', account, `arn:aws:iam::${account}:root`, arn, roleArn];
  return stringsOf(isObject(principal) ? principal.AWS : principal).some((one) => known.includes(one));
}
