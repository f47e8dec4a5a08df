/**
 * The shape of a document. Every field of a replication may be left out here, because `defaults` may give it:
 * what must be there in the end is checked once the defaults are filled in.
 *
 * Titles and descriptions end up in the JSON Schema, where editors show them.
 */
import * as z from 'zod';
import {
  type Check,
  checkAccount,
  checkBucket,
  checkInstant,
  checkKey,
  checkPrefix,
  checkRegion,
  checkRole,
  checkRuleId,
  checkTagKey,
  checkTagValue,
  patterns,
} from './formats.ts';

/** Text with a check of its own; the pattern, where there is one, is for editors. */
function text(check: Check, pattern?: RegExp) {
  const schema = z.string().superRefine((value, context) => {
    const message = check(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });
  return pattern === undefined ? schema : schema.meta({ pattern: pattern.source });
}

const days = () => z.int().min(1).max(2_147_483_647);

const lifecycleSide = z
  .strictObject({
    id: text(checkRuleId, patterns.ruleId)
      .optional()
      .describe('ID of the lifecycle rule Lockstep keeps; default "lockstep-expiry".'),
    prefix: text(checkPrefix).optional().describe('Only objects whose key begins with this; default: all.'),
    expireAfterDays: days().optional().describe('Expire current versions this many days after they were made.'),
    noncurrentExpireAfterDays: days()
      .optional()
      .describe('Delete older versions this many days after they stopped being current.'),
    abortIncompleteUploadsAfterDays: days().optional().describe('Give up unfinished multipart uploads after this many days.'),
    removeExpiredDeleteMarkers: z
      .boolean()
      .optional()
      .describe('Remove delete markers that hide nothing any more; not together with expireAfterDays.'),
  })
  .meta({ title: 'Lifecycle rule', description: 'One lifecycle rule, kept beside the rules of others.' });

const publicAccessBlock = z.strictObject({
  BlockPublicAcls: z.boolean(),
  IgnorePublicAcls: z.boolean(),
  BlockPublicPolicy: z.boolean(),
  RestrictPublicBuckets: z.boolean(),
});

const objectOwnership = z
  .enum(['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'])
  .describe('Object ownership of the bucket; left alone when not given.');

const end = {
  account: text(checkAccount, patterns.account)
    .optional()
    .describe('The account that owns bucket and key: 12 digits.')
    .meta({ examples: ['111111111111'] }),
  region: text(checkRegion, patterns.region)
    .optional()
    .describe('The region of bucket and key.')
    .meta({ examples: ['eu-west-1'] }),
  bucket: text(checkBucket, patterns.bucket).optional().describe("The bucket's name."),
  key: text(checkKey, patterns.key)
    .optional()
    .describe('ARN of the KMS key, or of an alias of it. A customer managed key in the account and region of the bucket.'),
  bucketKey: z.boolean().optional().describe('S3 Bucket Keys in the default encryption of the bucket; default true.'),
  accountAdmin: z
    .boolean()
    .optional()
    .describe(
      'Keep the statement in the key policy that lets the account administer its own key; default true. Without it nobody but named principals could repair the key.',
    ),
  objectOwnership: objectOwnership.optional(),
  blockPublicAccess: z
    .union([z.literal(true), publicAccessBlock])
    .optional()
    .describe(
      'Block public access of the bucket: true for all four settings, or the four one by one; left alone when not given.',
    ),
};

const source = z
  .strictObject({
    ...end,
    keys: z.array(text(checkKey, patterns.key)).optional().describe('Further keys that source objects may be encrypted under.'),
  })
  .meta({ title: 'Source', description: 'Where objects are replicated from.' });

const destination = z
  .strictObject({
    ...end,
    managed: z
      .boolean()
      .optional()
      .describe(
        'false: Lockstep has no access there; the policies of that side are rendered for its owner, only the source is repaired. Default true.',
      ),
    objectLock: z
      .boolean()
      .optional()
      .describe('Also allow the role to set retention and legal hold on replicas; default false.'),
  })
  .meta({ title: 'Destination', description: 'Where objects are replicated to.' });

const tagList = z.array(z.strictObject({ Key: text(checkTagKey), Value: text(checkTagValue) }));
const tagMap = z.record(z.string(), text(checkTagValue));

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_Destination.html, without what general purpose buckets do not take. */
const storageClasses = [
  'STANDARD',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
  'GLACIER',
  'DEEP_ARCHIVE',
  'REDUCED_REDUNDANCY',
] as const;

const rule = z
  .strictObject({
    id: text(checkRuleId, patterns.ruleId)
      .optional()
      .describe(
        'ID of the rule, unique in the source bucket; default "lockstep-<replication>", with -1, -2 … when there are several.',
      ),
    prefix: text(checkPrefix).optional().describe('Only objects whose key begins with this; default: all.'),
    tags: z
      .union([tagMap, tagList])
      .optional()
      .describe('Only objects that carry all of these tags: {"team": "orders"}, or a list of {"Key", "Value"}. At most 10.'),
    priority: z
      .int()
      .min(0)
      .max(2_147_483_647)
      .optional()
      .describe(
        'Where rules of one destination overlap, the higher one counts. Default: a free one; of two rules without a priority the later one counts.',
      ),
    status: z.enum(['Enabled', 'Disabled']).optional().describe('Default "Enabled".'),
    storageClass: z
      .enum(storageClasses)
      .optional()
      .describe('Storage class of the replicas; default: that of the source object.'),
    deleteMarkers: z.boolean().optional().describe('Replicate delete markers; not together with tags. Default false.'),
    replicaModifications: z
      .boolean()
      .optional()
      .describe('Replicate metadata changes made on replicas, for two-way replication; default false.'),
    timeControl: z.boolean().optional().describe('S3 Replication Time Control: 15 minutes, at extra cost; default false.'),
  })
  .meta({ title: 'Rule', description: 'What part of the source bucket is replicated, and how.' });

export const replicationSchema = z
  .strictObject({
    mode: z
      .enum(['repair', 'observe', 'paused'])
      .optional()
      .describe('repair (default); observe: report only; paused: report only until a moment given by "until".'),
    until: text(checkInstant)
      .optional()
      .describe('With mode "paused": the moment repairs begin again, ISO 8601 with zone.')
      .meta({ format: 'date-time', examples: ['2030-01-31T18:00:00Z'] }),
    reason: z.string().trim().min(1).max(500).optional().describe('With mode "paused": why.'),
    source: source.optional(),
    destination: destination.optional(),
    role: text(checkRole)
      .optional()
      .describe(
        'Name or ARN of the role S3 assumes, in the source account. Default "lockstep-<source bucket>". One role per source bucket.',
      ),
    rules: z.array(rule).min(1).optional().describe('Default: one rule for the whole bucket.'),
    ownership: z.enum(['source', 'destination']).optional().describe('Who owns replicas; default "destination".'),
    lifecycle: z
      .strictObject({ source: lifecycleSide.optional(), destination: lifecycleSide.optional() })
      .optional()
      .describe('Lifecycle rules to keep on the buckets; default none.'),
    keyState: z
      .enum(['repair', 'report'])
      .optional()
      .describe('report: never re-enable a key or cancel its deletion, only alarm. Default "repair".'),
    exclusive: z
      .boolean()
      .optional()
      .describe('true: rules, statements and role policies that are not from these documents are removed. Default false.'),
    failureEvents: z.boolean().optional().describe('Whether the source bucket announces failed replications; default true.'),
  })
  .meta({ title: 'Replication', description: 'Replication from one source bucket to one destination bucket.' });

export const documentSchema = z
  .strictObject({
    $schema: z.string().optional().describe('Address of this schema, for editors.'),
    version: z.literal(1).describe('The version of this format.'),
    defaults: replicationSchema
      .optional()
      .describe('Fields for every replication of this document; a replication that gives a field itself keeps its own.'),
    replications: z
      .record(z.string().meta({ pattern: patterns.replicationName.source }), replicationSchema)
      .describe('The replications, by name.')
      .meta({ minProperties: 1 }),
  })
  .meta({ title: 'Lockstep document', description: 'What should replicate where.' });

/** A replication as written, before defaults. */
export type ReplicationInput = z.output<typeof replicationSchema>;
export type RuleInput = z.output<typeof rule>;
export type LifecycleInput = z.output<typeof lifecycleSide>;
export type SideInput = NonNullable<ReplicationInput['source']> & NonNullable<ReplicationInput['destination']>;
