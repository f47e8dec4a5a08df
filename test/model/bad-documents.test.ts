import { describe, expect, it } from 'vitest';
import { type Fault, faultText, InvalidDocument } from '../../shared/model/desired-state.ts';
import {
  destinationKey,
  documentOf,
  edited,
  faultsOf,
  faultsOfValue,
  keyArn,
  parse,
  sourceKey,
  written,
  writtenWith,
} from './documents.ts';

interface Case {
  readonly because: string;
  readonly path: string;
  readonly says: string;
  readonly line?: number;
  /** A second fault that cannot be kept apart from the first. */
  readonly also?: string;
}

const base = documentOf({ 'orders-dr': written() });
const at = 'replications.orders-dr';

/** One field of a good document replaced; undefined removes it. */
const edits: readonly (Case & { readonly set: string; readonly to: unknown })[] = [
  { because: 'the format is not known', set: 'version', to: undefined, path: 'version', says: 'is missing: write the number 1' },
  { because: 'a text is not a number', set: 'version', to: '1', path: 'version', says: 'must be the number 1, got "1"', line: 2 },
  {
    because: 'a later format may mean something else',
    set: 'version',
    to: 2,
    path: 'version',
    says: 'must be the number 1, got 2',
    line: 2,
  },
  { because: 'a document says what to replicate', set: 'replications', to: undefined, path: 'replications', says: 'is missing' },
  {
    because: 'a document says what to replicate',
    set: 'replications',
    to: {},
    path: 'replications',
    says: 'at least one replication',
  },
  {
    because: 'replications have names',
    set: 'replications',
    to: [written()],
    path: 'replications',
    says: 'must be an object, got [',
  },
  { because: 'a replication has fields', set: at, to: 'yes', path: at, says: 'must be an object, got "yes"', line: 4 },
  { because: 'null is no replication', set: at, to: null, path: at, says: 'must be an object, got null' },
  {
    because: 'names are lower case',
    set: 'replications.Orders',
    to: written('a-b-c', 'd-e-f'),
    path: 'replications.Orders',
    says: 'lower-case letters, digits and hyphens',
    line: 18,
  },
  {
    because: 'names begin with a letter',
    set: 'replications.1st',
    to: written('a-b-c', 'd-e-f'),
    path: 'replications.1st',
    says: 'begins with a letter',
  },
  {
    because: 'names have at most 63 characters',
    set: `replications.${'a'.repeat(64)}`,
    to: written('a-b-c', 'd-e-f'),
    path: `replications.${'a'.repeat(64)}`,
    says: '1 to 63',
  },
  {
    because: 'a misspelt field would be ignored',
    set: 'replication',
    to: {},
    path: 'replication',
    says: 'did you mean "replications"?',
  },
  {
    because: 'a misspelt field would be ignored',
    set: `${at}.source.bukket`,
    to: 'orders',
    path: `${at}.source.bukket`,
    says: 'did you mean "bucket"?',
  },
  {
    because: 'a misspelt field would be ignored',
    set: `${at}.owner-ship`,
    to: 'source',
    path: `${at}.owner-ship`,
    says: 'did you mean "ownership"?',
  },
  {
    because: 'the field is right one level down',
    set: `${at}.bucket`,
    to: 'orders',
    path: `${at}.bucket`,
    says: 'it belongs in source or destination',
  },
  {
    because: 'the field is right in a rule',
    set: `${at}.storageClass`,
    to: 'GLACIER',
    path: `${at}.storageClass`,
    says: 'it belongs in a rule of rules',
  },
  {
    because: 'the field is right one level up',
    set: `${at}.source.mode`,
    to: 'observe',
    path: `${at}.source.mode`,
    says: `it belongs in ${at}`,
  },
  {
    because: 'the field is right at the top',
    set: `${at}.defaults`,
    to: {},
    path: `${at}.defaults`,
    says: 'it belongs in the document itself',
  },
  {
    because: 'a path of a role has an end',
    set: `${at}.role`,
    to: `arn:aws:iam::111111111111:role/${'a'.repeat(512)}/name`,
    path: `${at}.role`,
    says: 'must have a role path of at most 512 characters',
  },
  {
    because: 'a value of a tag has an end',
    set: `${at}.rules`,
    to: [{ tags: { team: 'a'.repeat(257) } }],
    path: `${at}.rules[0].tags.team`,
    says: 'must be at most 256 characters, got 257',
  },
  {
    because: 'nothing is near',
    set: `${at}.rules`,
    to: [{ zzz: 1 }],
    path: `${at}.rules[0].zzz`,
    says: 'known here are id, prefix, tags',
  },
  {
    because: 'backfill is not a field of this version',
    set: `${at}.backfill`,
    to: true,
    path: `${at}.backfill`,
    says: 'is not a known field',
  },

  {
    because: 'no default can be right',
    set: `${at}.source`,
    to: undefined,
    path: `${at}.source`,
    says: 'give it account, region, bucket and key',
  },
  {
    because: 'no default can be right',
    set: `${at}.source.account`,
    to: undefined,
    path: `${at}.source.account`,
    says: 'is missing: give the 12 digits',
    line: 5,
  },
  {
    because: 'no default can be right',
    set: `${at}.destination.key`,
    to: undefined,
    path: `${at}.destination.key`,
    says: 'is missing: give the ARN of the KMS key',
  },
  {
    because: 'account ids have 12 digits',
    set: `${at}.source.account`,
    to: '1111',
    path: `${at}.source.account`,
    says: 'must be 12 digits, got "1111"',
    line: 6,
  },
  {
    because: 'a number loses leading zeros',
    set: `${at}.source.account`,
    to: 111111111111,
    path: `${at}.source.account`,
    says: 'must be text, got 111111111111: put it in quotes',
    line: 6,
  },
  {
    because: 'a zone is not a region',
    set: `${at}.source.region`,
    to: 'eu-west-1a',
    path: `${at}.source.region`,
    says: 'must be a region code such as "eu-west-1"',
    line: 7,
  },
  {
    because: 'the console shows a name, not the code',
    set: `${at}.source.region`,
    to: 'Ireland',
    path: `${at}.source.region`,
    says: 'region code',
  },
  {
    because: 'bucket names are lower case',
    set: `${at}.source.bucket`,
    to: 'Orders',
    path: `${at}.source.bucket`,
    says: 'lower-case letters',
    line: 8,
  },
  {
    because: 'bucket names have 3 characters',
    set: `${at}.source.bucket`,
    to: 'ab',
    path: `${at}.source.bucket`,
    says: '3 to 63',
  },
  {
    because: 'bucket names end in a letter or digit',
    set: `${at}.source.bucket`,
    to: 'orders-',
    path: `${at}.source.bucket`,
    says: 'letter or digit at both ends',
  },
  {
    because: 'S3 refuses two dots',
    set: `${at}.source.bucket`,
    to: 'or..ders',
    path: `${at}.source.bucket`,
    says: 'two dots in a row',
  },
  {
    because: 'S3 refuses addresses',
    set: `${at}.source.bucket`,
    to: '192.168.5.4',
    path: `${at}.source.bucket`,
    says: 'IP address',
  },
  {
    because: 'it is the name of an access point',
    set: `${at}.source.bucket`,
    to: 'orders-s3alias',
    path: `${at}.source.bucket`,
    says: 'keeps for itself',
  },
  {
    because: 'S3 refuses the beginning',
    set: `${at}.source.bucket`,
    to: 'xn--orders',
    path: `${at}.source.bucket`,
    says: 'keeps for itself',
  },
  {
    because: 'the ARN is made from the name',
    set: `${at}.source.bucket`,
    to: 'arn:aws:s3:::orders',
    path: `${at}.source.bucket`,
    says: 'the bucket\'s name alone, write "orders"',
  },
  {
    because: 'S3 does not replicate into the same bucket',
    set: `${at}.destination.bucket`,
    to: 'orders',
    path: `${at}.destination.bucket`,
    says: 'another bucket than the source bucket',
    line: 14,
  },

  {
    because: 'nobody can change the policy of an AWS managed key',
    set: `${at}.source.key`,
    to: 'alias/aws/s3',
    path: `${at}.source.key`,
    says: 'customer managed key',
    line: 9,
  },
  {
    because: 'nobody can change the policy of an AWS managed key',
    set: `${at}.destination.key`,
    to: 'arn:aws:kms:eu-central-1:222222222222:alias/aws/s3',
    path: `${at}.destination.key`,
    says: 'cannot be changed',
  },
  {
    because: 'any AWS managed alias is as bad',
    set: `${at}.destination.key`,
    to: 'arn:aws:kms:eu-central-1:222222222222:alias/aws/ebs',
    path: `${at}.destination.key`,
    says: 'alias/aws/ebs',
  },
  {
    because: 'a bare id is looked up in the account of the caller',
    set: `${at}.source.key`,
    to: sourceKey.split('/')[1],
    path: `${at}.source.key`,
    says: 'not its bare id; write its ARN',
  },
  {
    because: 'a bare alias is looked up in the account of the caller',
    set: `${at}.source.key`,
    to: 'alias/orders',
    path: `${at}.source.key`,
    says: 'not its bare name; write its ARN',
  },
  {
    because: 'it is no key at all',
    set: `${at}.source.key`,
    to: 'orders key',
    path: `${at}.source.key`,
    says: 'must be the ARN of a KMS key or alias',
  },
  {
    because: 'it is the ARN of something else',
    set: `${at}.source.key`,
    to: 'arn:aws:s3:::orders',
    path: `${at}.source.key`,
    says: 'one of the service "s3"',
  },
  {
    because: 'the id is missing',
    set: `${at}.source.key`,
    to: sourceKey.slice(0, sourceKey.indexOf('/') + 1),
    path: `${at}.source.key`,
    says: 'must end in key/ and the key',
  },
  {
    because: 'an example was copied',
    set: `${at}.source.key`,
    to: 'arn:aws:kms:eu-west-1:111111111111:key/…',
    path: `${at}.source.key`,
    says: 'must end in key/',
  },
  {
    because: 'the ARN lacks its region',
    set: `${at}.source.key`,
    to: sourceKey.replace('eu-west-1', ''),
    path: `${at}.source.key`,
    says: 'must be a complete key ARN',
  },
  {
    because: 'the region is of another partition',
    set: `${at}.source.key`,
    to: sourceKey.replace('arn:aws:', 'arn:aws-cn:'),
    path: `${at}.source.key`,
    says: 'partition of eu-west-1 is "aws"',
  },
  {
    because: 'S3 uses keys of its own region',
    set: `${at}.source.key`,
    to: keyArn('111111111111', 'eu-west-2'),
    path: `${at}.source.key`,
    says: 'region of the source bucket, eu-west-1; this one is in eu-west-2',
    line: 9,
  },
  {
    because: 'the replica key belongs to the destination account',
    set: `${at}.destination.key`,
    to: keyArn('111111111111', 'eu-central-1'),
    path: `${at}.destination.key`,
    says: 'key of the destination account, 222222222222; this one belongs to 111111111111',
  },
  {
    because: 'further keys are keys like the first',
    set: `${at}.source.keys`,
    to: [keyArn('111111111111', 'us-east-1')],
    path: `${at}.source.keys[0]`,
    says: 'region of the source bucket',
  },
  {
    because: 'further keys are keys like the first',
    set: `${at}.source.keys`,
    to: ['alias/aws/s3'],
    path: `${at}.source.keys[0]`,
    says: 'customer managed key',
  },
  {
    because: 'the key is there already',
    set: `${at}.source.keys`,
    to: [sourceKey],
    path: `${at}.source.keys[0]`,
    says: 'is listed already',
  },
  {
    because: 'objects are replicated from the source only',
    set: `${at}.destination.keys`,
    to: [destinationKey],
    path: `${at}.destination.keys`,
    says: 'did you mean "key"?',
  },
  {
    because: 'S3 does not replicate between partitions',
    set: `${at}.destination.region`,
    to: 'cn-north-1',
    also: `${at}.destination.key`,
    path: `${at}.destination.region`,
    says: 'must be in the same partition as the source',
  },

  {
    because: 'S3 assumes the role in the source account',
    set: `${at}.role`,
    to: 'arn:aws:iam::222222222222:role/x',
    path: `${at}.role`,
    says: 'role of the source account, 111111111111',
  },
  {
    because: 'the role lives in the same partition',
    set: `${at}.role`,
    to: 'arn:aws-cn:iam::111111111111:role/x',
    path: `${at}.role`,
    says: 'partition of eu-west-1, "aws"',
  },
  {
    because: 'a user is no role',
    set: `${at}.role`,
    to: 'arn:aws:iam::111111111111:user/x',
    path: `${at}.role`,
    says: 'must be a role name or a role ARN',
  },
  { because: 'a path needs the ARN', set: `${at}.role`, to: '/team/x', path: `${at}.role`, says: 'a path needs the ARN' },
  { because: 'IAM takes 64 characters', set: `${at}.role`, to: 'r'.repeat(65), path: `${at}.role`, says: '1 to 64' },

  {
    because: 'the mode is misspelt',
    set: `${at}.mode`,
    to: 'observ',
    path: `${at}.mode`,
    says: 'must be one of "repair", "observe", "paused", got "observ"; did you mean "observe"?',
  },
  {
    because: 'a pause must end',
    set: `${at}.mode`,
    to: 'paused',
    path: `${at}.until`,
    says: 'is missing: mode "paused" needs the moment',
  },
  {
    because: 'a pause has a reason',
    set: `${at}.mode`,
    to: 'paused',
    path: `${at}.reason`,
    says: 'is missing: mode "paused" needs why',
  },
  {
    because: 'it does not pause',
    set: `${at}.until`,
    to: '2030-01-01T00:00:00Z',
    path: `${at}.until`,
    says: 'only with mode "paused"',
  },
  { because: 'it does not pause', set: `${at}.reason`, to: 'because', path: `${at}.reason`, says: 'only with mode "paused"' },
  {
    because: 'a time without a zone is no moment',
    set: `${at}.until`,
    to: '2030-01-01T00:00:00',
    path: `${at}.until`,
    says: 'date, time and zone',
  },
  {
    because: 'the day does not exist',
    set: `${at}.until`,
    to: '2030-02-30T00:00:00Z',
    path: `${at}.until`,
    says: 'must be a moment',
  },
  {
    because: 'the hour does not exist',
    set: `${at}.until`,
    to: '2030-02-20T25:00:00Z',
    path: `${at}.until`,
    says: 'must be a moment',
  },
  { because: 'a date is no moment', set: `${at}.until`, to: '2030-01-01', path: `${at}.until`, says: 'must be a moment' },

  {
    because: 'no rules means nothing replicates',
    set: `${at}.rules`,
    to: [],
    path: `${at}.rules`,
    says: 'at least 1 item: leave the field out for its default',
  },
  { because: 'rules are a list', set: `${at}.rules`, to: { prefix: 'a/' }, path: `${at}.rules`, says: 'must be a list' },
  {
    because: 'S3 refuses the two together',
    set: `${at}.rules`,
    to: [{ tags: { team: 'a' }, deleteMarkers: true }],
    path: `${at}.rules[0].deleteMarkers`,
    says: 'must not be true in a rule with tags',
  },
  {
    because: 'no object has 11 tags',
    set: `${at}.rules`,
    to: [{ tags: Object.fromEntries([...'abcdefghijk'].map((key) => [key, ''])) }],
    path: `${at}.rules[0].tags`,
    says: 'at most 10 tags',
  },
  {
    because: 'a tag key has one value',
    set: `${at}.rules`,
    to: [
      {
        tags: [
          { Key: 'a', Value: '1' },
          { Key: 'a', Value: '2' },
        ],
      },
    ],
    path: `${at}.rules[0].tags[1]`,
    says: '"a" is there twice',
  },
  {
    because: 'a tag has a key',
    set: `${at}.rules`,
    to: [{ tags: { '': 'x' } }],
    path: `${at}.rules[0].tags[""]`,
    says: '1 to 128 characters',
  },
  {
    because: 'tag values are text',
    set: `${at}.rules`,
    to: [{ tags: { size: 3 } }],
    path: `${at}.rules[0].tags.size`,
    says: 'must be text, got 3',
  },
  {
    because: 'a tag is a pair',
    set: `${at}.rules`,
    to: [{ tags: 'team=a' }],
    path: `${at}.rules[0].tags`,
    says: 'must be an object of tag keys and values',
  },
  {
    because: 'object keys end at 1,024 bytes',
    set: `${at}.rules`,
    to: [{ prefix: 'é'.repeat(513) }],
    path: `${at}.rules[0].prefix`,
    says: 'at most 1,024 bytes, got 1,026',
  },
  {
    because: 'XML cannot carry it',
    set: `${at}.rules`,
    to: [{ prefix: 'a\u0000' }],
    path: `${at}.rules[0].prefix`,
    says: 'control characters',
  },
  {
    because: 'S3 takes ASCII ids only',
    set: `${at}.rules`,
    to: [{ id: 'bücher' }],
    path: `${at}.rules[0].id`,
    says: '1 to 255 ASCII characters',
  },
  {
    because: 'ids end at 255 characters',
    set: `${at}.rules`,
    to: [{ id: 'i'.repeat(256) }],
    path: `${at}.rules[0].id`,
    says: '1 to 255',
  },
  {
    because: 'ids are unique in a bucket',
    set: `${at}.rules`,
    to: [
      { id: 'x', prefix: 'a' },
      { id: 'x', prefix: 'b' },
    ],
    path: `${at}.rules[1].id`,
    says: 'must not repeat rule id "x"',
  },
  {
    because: 'priorities are unique in a bucket',
    set: `${at}.rules`,
    to: [
      { priority: 5, prefix: 'a' },
      { priority: 5, prefix: 'b' },
    ],
    path: `${at}.rules[1].priority`,
    says: 'must not repeat priority 5',
  },
  {
    because: 'the second rule would never count',
    set: `${at}.rules`,
    to: [{ prefix: 'a' }, { prefix: 'a' }],
    path: `${at}.rules[1]`,
    says: 'must not repeat a rule for the same objects',
  },
  {
    because: 'priorities are not negative',
    set: `${at}.rules`,
    to: [{ priority: -1 }],
    path: `${at}.rules[0].priority`,
    says: 'at least 0',
  },
  {
    because: 'priorities are 32 bits wide',
    set: `${at}.rules`,
    to: [{ priority: 2 ** 31 }],
    path: `${at}.rules[0].priority`,
    says: 'at most 2,147,483,647',
  },
  {
    because: 'priorities are whole',
    set: `${at}.rules`,
    to: [{ priority: 1.5 }],
    path: `${at}.rules[0].priority`,
    says: 'must be a whole number',
  },
  {
    because: 'S3 does not replicate into this class',
    set: `${at}.rules`,
    to: [{ storageClass: 'OUTPOSTS' }],
    path: `${at}.rules[0].storageClass`,
    says: 'must be one of "STANDARD"',
  },
  {
    because: 'S3 writes it in capitals',
    set: `${at}.rules`,
    to: [{ storageClass: 'standard_ia' }],
    path: `${at}.rules[0].storageClass`,
    says: 'did you mean "STANDARD_IA"?',
  },
  {
    because: 'the status is a word',
    set: `${at}.rules`,
    to: [{ status: true }],
    path: `${at}.rules[0].status`,
    says: '"Enabled", "Disabled"',
  },
  {
    because: 'a word is not true',
    set: `${at}.rules`,
    to: [{ timeControl: 'yes' }],
    path: `${at}.rules[0].timeControl`,
    says: 'must be true or false, got "yes"',
  },
  {
    because: 'S3 takes 1,000 rules',
    set: `${at}.rules`,
    to: Array.from({ length: 1001 }, (_, n) => ({ prefix: `${n}/` })),
    path: `${at}.rules`,
    says: 'at most 1,000 rules, all replications together; this makes 1,001',
  },

  {
    because: 'left alone is said by leaving it out',
    set: `${at}.source.blockPublicAccess`,
    to: false,
    path: `${at}.source.blockPublicAccess`,
    says: 'leave it out to leave the bucket as it is',
  },
  {
    because: 'all four are written at once',
    set: `${at}.source.blockPublicAccess`,
    to: { BlockPublicAcls: true },
    path: `${at}.source.blockPublicAccess.IgnorePublicAcls`,
    says: 'is missing',
  },
  {
    because: 'S3 knows three',
    set: `${at}.destination.objectOwnership`,
    to: 'BucketOwner',
    path: `${at}.destination.objectOwnership`,
    says: 'must be one of "BucketOwnerEnforced"',
  },
  {
    because: 'the owner is one of the two sides',
    set: `${at}.ownership`,
    to: 'me',
    path: `${at}.ownership`,
    says: '"source", "destination"',
  },
  {
    because: 'S3 refuses the two in one rule',
    set: `${at}.lifecycle`,
    to: { source: { expireAfterDays: 3, removeExpiredDeleteMarkers: true } },
    path: `${at}.lifecycle.source.removeExpiredDeleteMarkers`,
    says: 'together with expireAfterDays',
  },
  {
    because: 'a rule does something',
    set: `${at}.lifecycle`,
    to: { destination: { prefix: 'a/' } },
    path: `${at}.lifecycle.destination`,
    says: 'says nothing to do',
  },
  {
    because: 'days are counted from one',
    set: `${at}.lifecycle`,
    to: { source: { expireAfterDays: 0 } },
    path: `${at}.lifecycle.source.expireAfterDays`,
    says: 'at least 1',
  },
  {
    because: 'lifecycle is per side',
    set: `${at}.lifecycle`,
    to: { expireAfterDays: 3 },
    path: `${at}.lifecycle.expireAfterDays`,
    says: 'is not a known field',
  },

  {
    because: 'Parameter Store refuses references',
    set: `${at}.rules`,
    to: [{ prefix: '{{ssm:x}}' }],
    path: `${at}.rules[0].prefix`,
    says: 'must not contain "{{"',
  },
  {
    because: 'closing braces of objects complete the reference',
    set: `${at}.reason`,
    to: '{{',
    path: `${at}.reason`,
    says: 'must not contain "{{"',
  },
  {
    because: 'names are text of the document too',
    set: `${at}.rules`,
    to: [{ tags: { '{{a}}': '' } }],
    path: `${at}.rules[0].tags["{{a}}"]`,
    says: 'must not contain "{{"',
  },
  {
    because: 'a default is a value like any other',
    set: 'defaults',
    to: { source: { account: '1' } },
    path: 'defaults.source.account',
    says: 'must be 12 digits, got "1"',
  },
  {
    because: 'names of replications are not defaults',
    set: 'defaults',
    to: { 'orders-dr': {} },
    path: 'defaults.orders-dr',
    says: 'is not a known field',
  },
];

/** Texts that JSON itself, or strictness about it, refuses. */
const texts: readonly (Case & { readonly text: string })[] = [
  { because: 'there is nothing', text: '', path: '', says: 'is empty', line: 1 },
  { because: 'there is nothing but space', text: ' \n\t', path: '', says: 'is empty', line: 1 },
  { because: 'there is nothing but a mark', text: '\uFEFF', path: '', says: 'is empty', line: 1 },
  {
    because: 'the end is missing',
    text: '{\n  "version": 1,\n  "replications": {',
    path: '',
    says: 'ends here, in the middle',
    line: 3,
  },
  { because: 'a quote is missing', text: '{\n  "version: 1\n}', path: '', says: 'without its closing double quote', line: 2 },
  { because: 'JSON has no comments', text: '{\n  // why\n  "version": 1\n}', path: '', says: 'has a comment here', line: 2 },
  { because: 'JSON has no comments', text: '{ /* why */ "version": 1 }', path: '', says: 'has a comment here', line: 1 },
  { because: 'a comma is left over in an object', text: '{\n  "version": 1,\n}', path: '', says: 'remove the comma', line: 3 },
  { because: 'a comma is left over in a list', text: '{\n  "version": [1,]\n}', path: '', says: 'remove the comma', line: 2 },
  {
    because: 'a comma is missing',
    text: '{\n  "version": 1\n  "replications": {}\n}',
    path: '',
    says: 'needs a comma here',
    line: 3,
  },
  { because: 'a colon is missing', text: '{"version" 1}', path: '', says: 'needs a colon', line: 1 },
  { because: 'names have quotes', text: '{version: 1}', path: '', says: 'double quotes', line: 1 },
  { because: 'single quotes are not quotes', text: "{'version': 1}", path: '', says: 'double quotes', line: 1 },
  {
    because: 'a second document follows',
    text: '{"version": 1}\n{"version": 1}',
    path: '',
    says: 'remove what follows',
    line: 2,
  },
  { because: 'a tab must be escaped', text: '{"version": "\t"}', path: '', says: 'control character', line: 1 },
  { because: 'the escape is unknown', text: '{"version": "C:\\x"}', path: '', says: 'escape that JSON does not know', line: 1 },
  { because: 'a list is no document', text: '[]', path: '', says: 'must be an object, got []', line: 1 },
  { because: 'a text is no document', text: '"version"', path: '', says: 'must be an object, got "version"', line: 1 },
  { because: 'null is no document', text: 'null', path: '', says: 'must be an object, got null', line: 1 },
  {
    because: 'one of the two would win silently',
    text: '{\n  "version": 1,\n  "version": 1,\n  "replications": {}\n}',
    path: 'version',
    says: 'is given twice',
    line: 3,
  },
  {
    because: 'one of the two would win silently, however deep',
    text: '{"version": 1, "replications": {"a": {"source": {\n"bucket": "x",\n"bucket": "y"}}}}',
    path: 'replications.a.source.bucket',
    says: 'is given twice',
    line: 3,
  },
  {
    because: 'the name changes what an object is',
    text: '{"version": 1,\n"__proto__": {}, "replications": {}}',
    path: '__proto__',
    says: 'reserved name',
    line: 2,
  },
  {
    because: 'the name changes what an object is',
    text: '{"version": 1, "replications": {\n"constructor": {}}}',
    path: 'replications.constructor',
    says: 'reserved name',
    line: 2,
  },
  {
    because: 'the name changes what an object is',
    text: '{"version": 1, "replications": {"a": {\n"prototype": 1}}}',
    path: 'replications.a.prototype',
    says: 'reserved name',
    line: 2,
  },
  {
    because: 'reading it would exhaust the stack',
    text: '['.repeat(100_000),
    path: '',
    says: 'nested more than 32 levels',
    line: 1,
  },
];

describe('a bad document', () => {
  it.each(edits)('is refused when $set is changed: $because ($says)', ({ set, to, path, says, line }) => {
    const faults = faultsOfValue(edited(base, set, to));

    const fault = faults.find((candidate) => candidate.path === path && candidate.message.includes(says));
    expect(fault, faults.map(faultText).join('\n')).toBeDefined();
    expect(fault?.line).toBeGreaterThan(0);
    if (line !== undefined) expect(fault?.line).toBe(line);
  });

  it.each(edits.filter(({ to }) => to !== 'paused'))('has no fault elsewhere: $path $says', ({ set, to, path, also }) => {
    const faults = faultsOfValue(edited(base, set, to));

    const isElsewhere = ({ path: told }: Fault): boolean => told !== path && told !== also && !told.startsWith(set);
    expect(faults.filter(isElsewhere)).toEqual([]);
  });

  it.each(texts)('is refused: $because ($says)', ({ text, path, says, line }) => {
    const faults = faultsOf(text);

    const fault = faults.find((candidate) => candidate.path === path && candidate.message.includes(says));
    expect(fault, faults.map(faultText).join('\n')).toBeDefined();
    expect(fault?.line).toBe(line);
  });

  it('is told all its faults at once, in the order of the text', () => {
    const bad = documentOf(
      {
        'orders-dr': writtenWith({
          source: { account: '1', key: destinationKey },
          destination: { bucket: 'orders' },
          rules: [{ id: 'é', deleteMarkers: true, tags: { a: 'b' } }],
        }),
        'Orders 2': writtenWith({ source: { bukket: 1 }, mode: 'paused' }),
      },
      { defaults: { exclusive: 'no' } },
    );

    const faults = faultsOfValue(bad);

    expect(faults.map(({ path }) => path)).toEqual([
      'defaults.exclusive',
      'replications.orders-dr.source.account',
      'replications.orders-dr.source.key',
      'replications.orders-dr.destination.bucket',
      'replications.orders-dr.rules[0].id',
      'replications.orders-dr.rules[0].deleteMarkers',
      'replications["Orders 2"]',
      'replications["Orders 2"].until',
      'replications["Orders 2"].reason',
      'replications["Orders 2"].source.bukket',
    ]);
  });

  it('has the rest of an end checked when two items of a list in it are wrong', () => {
    const bad = documentOf({ 'orders-dr': writtenWith({ source: { keys: ['x', 'y'] }, destination: { bucket: 'orders' } }) });

    expect(faultsOfValue(bad).map(({ path }) => path)).toEqual([
      'replications.orders-dr.source.keys[0]',
      'replications.orders-dr.source.keys[1]',
      'replications.orders-dr.destination.bucket',
    ]);
  });

  it('is not said to conflict over a field whose shape is wrong', () => {
    const two = { ...writtenWith({ destination: { bucket: 'orders-eu', bucketKey: false }, rules: [{ prefix: 1 }, {}] }) };
    const bad = documentOf({ 'orders-dr': writtenWith({ destination: { bucket: 'orders-eu', bucketKey: 'no' } }), two });

    expect(faultsOfValue(bad).map(({ path }) => path)).toEqual([
      'replications.orders-dr.destination.bucketKey',
      'replications.two.rules[0].prefix',
      'replications.two.rules[1]',
    ]);
  });

  it('names itself and every fault in the message of the error', () => {
    expect(() => parse(edited(base, `${at}.source.account`, '1111'), 'team-a')).toThrow(InvalidDocument);
    expect(() => parse(edited(base, `${at}.source.account`, '1111'), 'team-a')).toThrow(
      'document "team-a" has 1 fault:\n  line 6, column 20: replications.orders-dr.source.account: must be 12 digits, got "1111"',
    );
  });

  it('has its columns counted without the byte-order mark', () => {
    expect(faultsOf('\uFEFF{"version": 2}')).toContainEqual(expect.objectContaining({ path: 'version', line: 1, column: 13 }));
  });

  it('has a fault of its defaults told once, where it stands', () => {
    const bad = documentOf(
      {
        'orders-dr': { destination: written().destination },
        'orders-two': { destination: { ...written().destination, bucket: 'orders-two' } },
      },
      { defaults: { source: { ...written().source, key: keyArn('111111111111', 'eu-west-3') } } },
    );

    expect(faultsOfValue(bad)).toEqual([expect.objectContaining({ path: 'defaults.source.key', line: 8 })]);
  });

  it('has a fault between a default and a field of its own told at the replication', () => {
    const bad = documentOf(
      { 'orders-dr': { source: { region: 'eu-west-2' }, destination: written().destination } },
      { defaults: { source: written().source } },
    );

    expect(faultsOfValue(bad)).toEqual([
      expect.objectContaining({
        path: 'replications.orders-dr.source.key',
        message: expect.stringContaining('(the value comes from "defaults")'),
      }),
    ]);
  });
});
