/**
 * What single texts in a document must look like. Each check answers with what is wrong and what to write instead,
 * continuing the field's path, or with undefined.
 */
import { parseArn, parseRoleArn, partitionOf } from '../arn.ts';
import { shown } from './faults.ts';

export type Check = (text: string) => string | undefined;

const unless =
  (pattern: RegExp, says: string): Check =>
  (text) =>
    pattern.test(text) ? undefined : `must be ${says}, got ${shown(text)}`;

/** The first of several checks that has something to say. */
function firstOf(...checks: readonly Check[]): Check {
  return (text) => {
    for (const check of checks) {
      const message = check(text);
      if (message !== undefined) return message;
    }
    return undefined;
  };
}

export const patterns = {
  replicationName: /^[a-z][a-z0-9-]{0,62}$/,
  account: /^\d{12}$/,
  region: /^[a-z]{2,5}(?:-[a-z]+)+-\d{1,2}$/,
  bucket: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  key: /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(?:key|alias)\/[A-Za-z0-9/_-]+$/,
  /** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
  roleName: /^[\w+=,.@-]{1,64}$/,
  rolePath: /^\/(?:[!-~]+\/)?$/,
  /** IDs of replication rules must be ASCII: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
  ruleId: /^[ -~]{1,255}$/,
} as const;

export const checkReplicationName = unless(
  patterns.replicationName,
  'a name of 1 to 63 lower-case letters, digits and hyphens that begins with a letter',
);
export const checkAccount = unless(patterns.account, '12 digits');
export const checkRegion = unless(patterns.region, 'a region code such as "eu-west-1"');
export const checkRuleId = unless(patterns.ruleId, '1 to 255 ASCII characters');

const reservedBucketNames: readonly (readonly [RegExp, string])[] = [
  [/\.\./, 'two dots in a row'],
  [/^\d+\.\d+\.\d+\.\d+$/, 'the form of an IP address'],
  [/^(?:xn--|sthree-)/, 'a beginning that S3 keeps for itself'],
  [/(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/, 'an ending that S3 keeps for itself'],
];

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export const checkBucket = firstOf(
  (text) => {
    const name = /^arn:[^:]*:s3:::([^/]+)/.exec(text)?.[1];
    return name && `must be the bucket's name alone, write ${shown(name)}`;
  },
  unless(patterns.bucket, '3 to 63 lower-case letters, digits, dots and hyphens, with a letter or digit at both ends'),
  (text) => {
    const reserved = reservedBucketNames.find(([pattern]) => pattern.test(text));
    return reserved && `must be a bucket name that S3 allows, got ${shown(text)} with ${reserved[1]}`;
  },
);

// A UUID or `mrk-…` today; AWS promises no more than an opaque id, and other servers make their own.
const keyId = /^[A-Za-z0-9-]{4,128}$/;
const aliasName = /^alias\/[A-Za-z0-9/_-]{1,250}$/;
const writeKeyArn =
  'write its ARN: "arn:aws:kms:<region>:<account>:key/<key id>" or "arn:aws:kms:<region>:<account>:alias/<name>"';

/** https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id */
export function checkKey(text: string): string | undefined {
  const arn = parseArn(text);
  const resource = arn?.resource ?? text;
  // Nobody can change an AWS managed key's policy: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
  if (resource.startsWith('alias/aws/')) {
    return `must be a customer managed key: the policy of an AWS managed key (${resource}) cannot be changed, so no role of another account can ever use it`;
  }
  if (arn === undefined) {
    const kind = keyId.test(text)
      ? 'the ARN of a key, not its bare id'
      : aliasName.test(text)
        ? 'the ARN of an alias, not its bare name'
        : 'the ARN of a KMS key or alias';
    return `must be ${kind}; ${writeKeyArn}, got ${shown(text)}`;
  }
  if (arn.service !== 'kms') return `must be the ARN of a KMS key or alias, got one of the service ${shown(arn.service)}`;
  const wrong = checkRegion(arn.region) ?? checkAccount(arn.account) ?? checkPartition(arn.partition, arn.region);
  if (wrong !== undefined) return `must be a complete key ARN, its parts in order: ${wrong}`;
  if (keyId.test(resource.replace(/^key\//, '')) && resource.startsWith('key/')) return undefined;
  if (aliasName.test(resource)) return undefined;
  return `must end in key/ and the key's id, or in alias/ and the alias's name, got ${shown(resource)}`;
}

const checkPartition = (partition: string, region: string): string | undefined =>
  partition === partitionOf(region)
    ? undefined
    : `the partition of ${region} is "${partitionOf(region)}", got ${shown(partition)}`;

/** A role's name or ARN. */
export function checkRole(text: string): string | undefined {
  if (!text.startsWith('arn:')) {
    return unless(
      patterns.roleName,
      'a role name of 1 to 64 letters, digits and +=,.@_- (a path needs the ARN), or a role ARN',
    )(text);
  }
  const role = parseRoleArn(text);
  if (role === undefined)
    return `must be a role name or a role ARN such as "arn:aws:iam::111111111111:role/name", got ${shown(text)}`;
  return (
    checkAccount(role.arn.account) ??
    unless(patterns.roleName, 'a role ARN whose name has 1 to 64 letters, digits and +=,.@_-')(role.name) ??
    (role.path.length <= 512
      ? unless(patterns.rolePath, 'a role ARN whose path is printable ASCII')(role.path)
      : 'must have a role path of at most 512 characters')
  );
}

/** Object keys and prefixes: at most 1,024 bytes. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
export function checkPrefix(text: string): string | undefined {
  const bytes = Buffer.byteLength(text);
  if (bytes > 1024) return `must be at most 1,024 bytes, got ${bytes.toLocaleString('en')}`;
  // S3's requests are XML 1.0, which cannot carry these.
  const hasControls = [...text].some(
    (character) => (character < ' ' && !'\t\n\r'.includes(character)) || '\ufffe\uffff'.includes(character),
  );
  return hasControls || !text.isWellFormed()
    ? `must not contain control characters or half characters, got ${shown(text)}`
    : undefined;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
export const checkTagKey: Check = (text) =>
  text.length >= 1 && text.length <= 128 ? undefined : `must be 1 to 128 characters, got ${text.length}`;
export const checkTagValue: Check = (text) =>
  text.length <= 256 ? undefined : `must be at most 256 characters, got ${text.length}`;

/** An ISO 8601 instant: a date that exists, a time, and a zone. */
export function checkInstant(text: string): string | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.exec(text);
  const [year, month, day] = (match ?? []).slice(1).map(Number);
  const exists = year !== undefined && month !== undefined && new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
  if (exists && !Number.isNaN(Date.parse(text))) return undefined;
  return `must be a moment with date, time and zone, such as "2030-01-31T18:00:00Z", got ${shown(text)}`;
}
