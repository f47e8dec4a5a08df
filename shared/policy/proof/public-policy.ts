/**
 * Whether a bucket policy is public, and what RestrictPublicBuckets then makes of it.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
 */
import { every, some, type Truth, unknown } from '../evaluate/truth.ts';
import { type BucketState, known, type ReplicationState } from '../replication-state.ts';

type Element = Readonly<Record<string, unknown>>;

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);
const isElement = (value: unknown): value is Element => typeof value === 'object' && value !== null;

// The keys whose fixed values make a grant to everyone non-public.
const narrowing = new Set(
  [
    'principalorgid',
    'principalorgpaths',
    'principalarn',
    'principalaccount',
    'sourcearn',
    'sourcevpc',
    'sourcevpce',
    'sourceowner',
    'sourceaccount',
    'sourceip',
    'userid',
  ]
    .map((key) => `aws:${key}`)
    .concat('s3:dataaccesspointarn', 's3:dataaccesspointaccount'),
);

const fixing = /^(foranyvalue:)?(stringequals|stringequalsignorecase|stringlike|arnequals|arnlike|ipaddress)$/i;

/** `aws:SourceIp` must be narrower than /8 (IPv6: /32); the access point ARN may hold a wildcard for the name. */
function isFixed(key: string, value: string): boolean {
  if (key === 'aws:sourceip') return Number(value.split('/')[1] ?? 32) >= (value.includes(':') ? 32 : 8);
  if (key === 's3:dataaccesspointarn') return /^arn:[^:*?]+:s3:[^:]*:\d{12}:/.test(value);
  return !/[*?]|\$\{/.test(value);
}

const narrows = (operator: string, key: string, values: unknown): boolean =>
  fixing.test(operator) &&
  narrowing.has(key.toLowerCase()) &&
  list(values).every((value) => isFixed(key.toLowerCase(), String(value)));

function isNarrowed(condition: unknown): boolean {
  if (!isElement(condition)) return false;
  return Object.entries(condition).some(
    ([operator, keys]) => isElement(keys) && Object.entries(keys).some(([key, values]) => narrows(operator, key, values)),
  );
}

const isEveryone = (principal: unknown): boolean =>
  principal === '*' || (isElement(principal) && list(principal.AWS).includes('*'));

function isPublicStatement(statement: unknown): boolean {
  if (!isElement(statement) || statement.Effect !== 'Allow') return false;
  return (statement.NotPrincipal !== undefined || isEveryone(statement.Principal)) && !isNarrowed(statement.Condition);
}

function parsed(policy: unknown): unknown {
  if (typeof policy !== 'string') return policy;
  try {
    return JSON.parse(policy);
  } catch {
    return undefined;
  }
}

export function isPublicPolicy(policy: unknown): boolean {
  const document = parsed(policy);
  return isElement(document) && list(document.Statement).some(isPublicStatement);
}

function restricted(block: BucketState['publicAccessBlock'], whose: string): Truth {
  const read = known(block);
  if (read.is === 'unread') return unknown(`the public access block of ${whose} is not known: ${read.reason}`, 'unread');
  return read.is === 'known' && read.value.RestrictPublicBuckets === true;
}

/** Whether the bucket is closed to other accounts because its policy is public. The stricter of bucket and account holds. */
export function isClosedToOthers(state: ReplicationState, bucket: BucketState): Truth {
  const policy = known(bucket.policy);
  const isPublic: Truth =
    policy.is === 'unread'
      ? unknown(`the bucket policy of ${bucket.bucket} is not known`, 'unread')
      : policy.is === 'known' && isPublicPolicy(policy.value);
  const blocks: readonly (readonly [BucketState['publicAccessBlock'], string])[] = [
    [bucket.publicAccessBlock, bucket.bucket],
    [state.accounts?.[bucket.account]?.publicAccessBlock, `account ${bucket.account}`],
  ];
  return every([isPublic, some(blocks, ([block, whose]) => restricted(block, whose))], (truth) => truth);
}
