import type { ServerSideEncryptionRule } from '@aws-sdk/client-s3';
import type { Difference } from '../model/finding.ts';
import type { Aspect } from './aspect.ts';
import { callOn, readCall } from './read-call.ts';
import { bothBuckets, endsAt, keyArn, onBucket } from './resources.ts';

interface Encryption {
  readonly rule: ServerSideEncryptionRule;
  /** Other spellings of the wanted key that mean the same: the alias the document names, the bare key id. */
  readonly sameKey?: readonly string[];
}

export const bucketEncryption: Aspect<Encryption> = {
  name: 'bucket-encryption',
  title: 'bucket default encryption',
  matters:
    'New objects are encrypted under the default key; under another one the replication role has no grant, and a changed Bucket Key setting changes the encryption context that key policies may test.',
  interrupts: true,
  docs: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html',
  after: ['key-state'],
  changedBy: ['PutBucketEncryption', 'DeleteBucketEncryption', 'CreateBucket', 'DeleteBucket'],
  permissions: { read: ['s3:GetEncryptionConfiguration'], write: ['s3:PutEncryptionConfiguration'] },
  resources: bothBuckets,
  desired(sharers, on) {
    const [end = sharers[0].source] = endsAt(sharers, on);
    const arn = keyArn(end.key);
    const rule = {
      ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const, KMSMasterKeyID: arn },
      BucketKeyEnabled: end.bucketKey,
    };
    return { rule, sameKey: [arn, end.key.named, arn.slice(arn.lastIndexOf('/') + 1)] };
  },
  // The error is from the time before every bucket was encrypted; other S3 servers still answer it.
  read: (on) =>
    readCall(callOn(on, 's3:GetBucketEncryption', onBucket(on)), {
      absentWhen: ['ServerSideEncryptionConfigurationNotFoundError'],
      parse: ({ ServerSideEncryptionConfiguration }) => {
        const rule = ServerSideEncryptionConfiguration?.Rules?.[0];
        return rule === undefined ? undefined : { rule };
      },
    }),
  diff({ rule, sameKey = [] }, observed) {
    const wanted = rule.ApplyServerSideEncryptionByDefault;
    const found = observed?.rule.ApplyServerSideEncryptionByDefault;
    const differences: Difference[] = [];
    if (found?.SSEAlgorithm !== wanted?.SSEAlgorithm)
      differences.push({ path: 'SSEAlgorithm', observed: found?.SSEAlgorithm, desired: wanted?.SSEAlgorithm });
    if (!sameKey.includes(found?.KMSMasterKeyID ?? ''))
      differences.push({ path: 'KMSMasterKeyID', observed: found?.KMSMasterKeyID, desired: wanted?.KMSMasterKeyID });
    const bucketKey = observed?.rule.BucketKeyEnabled ?? false;
    if (bucketKey !== rule.BucketKeyEnabled)
      differences.push({ path: 'BucketKeyEnabled', observed: bucketKey, desired: rule.BucketKeyEnabled });
    return differences;
  },
  // What else stands in the rule, such as BlockedEncryptionTypes, is not ours.
  merge: (desired, observed) => ({ ...desired, rule: { ...observed?.rule, ...desired.rule } }),
  write: (on, next) => [
    callOn(on, 's3:PutBucketEncryption', {
      ...onBucket(on),
      ServerSideEncryptionConfiguration: { Rules: [next.rule] },
    }),
  ],
};
