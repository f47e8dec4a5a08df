/** The replication configuration of a source bucket. */
import { randomBytes } from 'node:crypto';
import type {
  DeleteBucketReplicationRequest,
  Destination,
  GetBucketReplicationOutput,
  GetBucketReplicationRequest,
  PutBucketReplicationRequest,
  ReplicationConfiguration,
} from '@aws-sdk/client-s3';
import { publishPending } from '../../replication/signals.ts';
import type { CallContext } from '../../service.ts';
import { bucketOf } from './access.ts';
import type { Bucket } from './bucket.ts';
import { accessDenied, invalidArgument, invalidRequest, malformedXml, notSet } from './errors.ts';
import { requireValidRule } from './replication-rule.ts';
import { requireValidRules } from './replication-rules.ts';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketReplication.html */
function getBucketReplication(input: GetBucketReplicationRequest, call: CallContext): GetBucketReplicationOutput {
  const { name, replication } = bucketOf(input, call);
  if (!replication) throw notSet('ReplicationConfigurationNotFoundError', 'The replication configuration was not found', name);
  return { ReplicationConfiguration: structuredClone(replication) };
}

/**
 * Replaces the whole configuration. The replica key is not looked at: a wrong one is accepted, and replication then fails.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
 */
function putBucketReplication(input: PutBucketReplicationRequest, call: CallContext): void {
  const bucket = bucketOf(input, call);
  const { Role: role, Rules: rules = [] } = input.ReplicationConfiguration ?? {};
  if (!role || rules.length === 0) throw malformedXml();
  rules.forEach(requireValidRule);
  requireValidRules(rules);
  requireRole(role, bucket);
  if (bucket.versioning !== 'Enabled') {
    throw invalidRequest("Versioning must be 'Enabled' on the bucket to apply a replication configuration");
  }
  for (const rule of rules) requireDestination(rule.Destination, bucket, call);

  bucket.replication = withIds({ Role: role, Rules: rules });
  publishPending(call.world, bucket.name);
}

/**
 * S3 must be able to pass the role on to itself, so it must be of the bucket's own account. Whether it exists is not checked.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
 */
function requireRole(role: string, bucket: Bucket): void {
  const [, account] = /^arn:aws(?:-[a-z-]+)?:iam::(\d{12}):role\/[\w+=,.@/-]+$/.exec(role) ?? [];
  if (!account) throw invalidArgument('Invalid Role specified in replication configuration', 'Role', role);
  if (account !== bucket.account) throw accessDenied();
}

/**
 * A missing destination bucket is answered like one without versioning.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html
 */
function requireDestination(to: Destination | undefined, source: Bucket, call: CallContext): void {
  const destination = call.world.s3.buckets.get(/^arn:aws(?:-[a-z-]+)?:s3:::(.+)$/.exec(to?.Bucket ?? '')?.[1] ?? '');
  if (destination === source) throw invalidRequest('Destination bucket cannot be the same as the source bucket.');
  if (destination?.versioning !== 'Enabled') throw invalidRequest('Destination bucket must have versioning enabled.');
  if (to?.Account !== undefined && to.Account !== destination.account) {
    const message = 'The AWS account specified in the <Account> element must match the destination bucket owner.';
    throw invalidArgument(message, 'Account', to.Account);
  }
  // A locked source needs locked destinations: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
  if (source.objectLock && !destination.objectLock) throw invalidRequest('Destination bucket must have Object Lock enabled.');
}

/** Rules without an ID get one that S3 makes up. */
const withIds = (configuration: ReplicationConfiguration): ReplicationConfiguration => ({
  ...configuration,
  Rules: structuredClone(configuration.Rules)?.map((rule) => ({ ...rule, ID: rule.ID || randomBytes(36).toString('base64url') })),
});

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketReplication.html */
function deleteBucketReplication(input: DeleteBucketReplicationRequest, call: CallContext): void {
  const bucket = bucketOf(input, call);
  bucket.replication = undefined;
  publishPending(call.world, bucket.name);
}

export const replicationHandlers = {
  GetBucketReplication: getBucketReplication,
  PutBucketReplication: putBucketReplication,
  DeleteBucketReplication: deleteBucketReplication,
};
