/**
 * The shape of a replication state as JSON: `replication-state.ts` as a schema. Fields it does not know are told, not refused.
 * The AWS pages of the parts: API_ReplicationConfiguration, API_ServerSideEncryptionConfiguration and
 * API_PublicAccessBlockConfiguration of Amazon S3, https://docs.aws.amazon.com/AmazonS3/latest/API/.
 */
import * as z from 'zod';
import { isPlain } from './plain.ts';
import { keyStates, objectOwnerships, payers, versioningStates } from './words.ts';

const unreadable = z
  .strictObject({ unreadable: z.string().describe('Why AWS refused, e.g. AccessDenied') })
  .describe('Tried, and refused');

/** Schemas of settings for which an answer of the AWS CLI may stand as well; editors must let those pass. */
export const pasteable = new WeakSet<object>();

/** left out: not read · null: read, and not there · `{"unreadable": …}` · the value. The value's schema comes first: it explains faults. */
function read<T extends z.ZodType>(schema: T) {
  const either = z.union([schema, z.null(), unreadable]);
  pasteable.add(either);
  return either.optional();
}

const text = z.string().min(1, 'must not be empty');
const accountId = text.regex(/^\d{12}$/, 'must be an account id of 12 digits');
const region = text.regex(/^[a-z]{2}(-[a-z]+)+-\d+$/, 'must be a region such as eu-west-1');
const tags = z.record(z.string(), z.string());
const status = z.enum(['Enabled', 'Disabled']);
const withStatus = z.strictObject({ Status: status.optional() });

const effects = new Set<unknown>(['Allow', 'Deny']);

/** Only what makes a statement one: whatever else is odd about it, the proof says itself that it cannot tell. */
function statementFault(statement: unknown): string | undefined {
  if (!isPlain(statement)) return 'must be a statement: an object';
  return effects.has(statement.Effect) ? undefined : 'must have an Effect that is Allow or Deny';
}

/** A policy after `policyObject`. */
const policy = z
  .custom<Readonly<Record<string, unknown>>>((value) => isPlain(value) && 'Statement' in value, {
    message: 'must be a policy: its JSON, its text, a statement or a list of statements (null where there is none)',
  })
  .superRefine((value, context) => {
    const list = Array.isArray(value.Statement) ? value.Statement : [value.Statement];
    for (const [index, statement] of list.entries()) {
      const message = statementFault(statement);
      if (message !== undefined) context.addIssue({ code: 'custom', message, path: ['Statement', index] });
    }
  })
  .describe(
    'A policy: its JSON object, its text (URL-encoded or not), one statement, a list of statements, or what the AWS CLI prints',
  );
pasteable.add(policy);

const namedPolicies = z.record(z.string(), z.union([policy, unreadable]));

const publicAccessBlock = z.strictObject({
  BlockPublicAcls: z.boolean().optional(),
  IgnorePublicAcls: z.boolean().optional(),
  BlockPublicPolicy: z.boolean().optional(),
  RestrictPublicBuckets: z.boolean().optional(),
});

const encryption = z.strictObject({
  Rules: z.array(
    z.strictObject({
      ApplyServerSideEncryptionByDefault: z
        .strictObject({ SSEAlgorithm: z.enum(['AES256', 'aws:kms', 'aws:kms:dsse']), KMSMasterKeyID: text.optional() })
        .optional(),
      BucketKeyEnabled: z.boolean().optional(),
      BlockedEncryptionTypes: z.strictObject({ EncryptionType: z.array(z.string()) }).optional(),
    }),
  ),
});

const tag = z.strictObject({ Key: z.string(), Value: z.string() });

const rule = z.strictObject({
  ID: z.string().optional(),
  Priority: z.number().optional(),
  Status: status,
  Prefix: z.string().optional(),
  Filter: z
    .strictObject({
      Prefix: z.string().optional(),
      Tag: tag.optional(),
      And: z.strictObject({ Prefix: z.string().optional(), Tags: z.array(tag).optional() }).optional(),
    })
    .optional(),
  SourceSelectionCriteria: z
    .strictObject({ SseKmsEncryptedObjects: withStatus.optional(), ReplicaModifications: withStatus.optional() })
    .optional(),
  ExistingObjectReplication: withStatus.optional(),
  DeleteMarkerReplication: withStatus.optional(),
  Destination: z.strictObject({
    Bucket: text.regex(/^arn:[^:]+:s3:::./, 'must be the ARN of a bucket, e.g. arn:aws:s3:::orders-dr'),
    Account: accountId.optional(),
    StorageClass: z.string().optional(),
    AccessControlTranslation: z.strictObject({ Owner: z.string() }).optional(),
    EncryptionConfiguration: z.strictObject({ ReplicaKmsKeyID: text.optional() }).optional(),
    ReplicationTime: z.looseObject({}).optional(),
    Metrics: z.looseObject({ Status: status }).optional(),
  }),
});

const replication = z.strictObject({ Role: text, Rules: z.array(rule) });

const keyState = z.strictObject({
  arn: text
    .regex(/^arn:[^:]+:kms:[^:]+:\d{12}:key\/.+$/, "must be the key's own ARN (an alias goes into aliases)")
    .describe("The key's own ARN"),
  aliases: z.array(text).optional().describe('Alias ARNs or names that point to it'),
  exists: z.boolean().optional().describe('false: no such key'),
  state: read(z.enum(keyStates)),
  manager: read(z.enum(['CUSTOMER', 'AWS'])),
  spec: read(text).describe('SYMMETRIC_DEFAULT, …'),
  usage: read(text).describe('ENCRYPT_DECRYPT, …'),
  policy: read(policy),
  tags: read(tags),
});

const bucket = z.strictObject({
  account: accountId,
  region,
  bucket: text,
  exists: z.boolean().optional().describe("false: no such bucket, or it is a stranger's"),
  versioning: read(z.enum(versioningStates)).describe('null: never enabled'),
  encryption: read(encryption).describe('Default encryption'),
  policy: read(policy),
  publicAccessBlock: read(publicAccessBlock),
  objectOwnership: read(z.enum(objectOwnerships)),
  objectLock: read(z.boolean()),
  payer: read(z.enum(payers)),
  keys: z
    .array(keyState)
    .optional()
    .describe('Keys of this side: at the source every key objects may be under, at the destination the replica key'),
});

const role = z.strictObject({
  arn: text.regex(/^arn:[^:]+:iam::\d{12}:role\/.+$/, 'must be the ARN of a role'),
  exists: z.boolean().optional().describe('false: no such role'),
  id: text.optional().describe('AROA…'),
  trust: read(policy),
  inline: read(namedPolicies).describe('Inline policies by name'),
  attached: read(namedPolicies).describe('Attached managed policies by ARN'),
  boundary: read(z.strictObject({ arn: text, document: policy })).describe('null: the role has none'),
  tags: read(tags),
});

const levels = z.array(z.record(z.string(), policy));

const account = z.strictObject({
  organization: read(text.regex(/^o-[a-z0-9]+$/, 'must be the id of an organization, o-…')).describe('null: in no organization'),
  organizationPath: read(text).describe('Where the account is in it: o-…/r-…/ou-…/'),
  managementAccount: z.boolean().optional().describe('true: SCPs and RCPs do not bind it'),
  serviceControlPolicies: read(levels).describe('By name, a level each from the root down to the account'),
  resourceControlPolicies: read(levels).describe('By name, a level each from the root down to the account'),
  publicAccessBlock: read(publicAccessBlock).describe("The account's own S3 public access block"),
});

export const accountsSchema = z.record(accountId, account);

const object = z.strictObject({
  key: text,
  tags: tags.optional(),
  encryption: z
    .strictObject({
      algorithm: z.enum(['AES256', 'aws:kms', 'aws:kms:dsse', 'SSE-C']),
      key: text.optional(),
      bucketKey: z.boolean().optional(),
    })
    .optional(),
});

export const stateSchema = z.strictObject({
  $schema: z.string().optional(),
  version: z.literal(1).optional(),
  name: z.string().optional().describe('Name of the replication, for people'),
  partition: z.enum(['aws', 'aws-cn', 'aws-us-gov']).optional().describe("Left out: the role's"),
  readAt: z.iso.datetime({ offset: true, message: 'must be a time such as 2026-03-01T12:00:00Z' }).optional(),
  source: bucket.extend({ replication: read(replication) }),
  destination: bucket,
  role,
  accounts: accountsSchema.optional(),
  object: object.optional().describe('The object asked about; left out: one the rules would replicate'),
});

export const statesSchema = z.strictObject({
  $schema: z.string().optional(),
  version: z.literal(1).optional(),
  replications: z.record(z.string(), stateSchema),
});
