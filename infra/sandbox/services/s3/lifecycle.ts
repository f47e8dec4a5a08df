/** The lifecycle rules of a bucket. */
import { randomUUID } from 'node:crypto';
import type {
  DeleteBucketLifecycleRequest,
  GetBucketLifecycleConfigurationOutput,
  GetBucketLifecycleConfigurationRequest,
  PutBucketLifecycleConfigurationOutput,
  PutBucketLifecycleConfigurationRequest,
} from '@aws-sdk/client-s3';
import type { CallContext } from '../../service.ts';
import { bucketOf } from './access.ts';
import { invalidArgument, invalidRequest, malformedXml, notSet } from './errors.ts';
import { requireValidLifecycleRule } from './lifecycle-rule.ts';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html */
const minimumSizes = ['all_storage_classes_128K', 'varies_by_storage_class'] as const;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html */
function getBucketLifecycleConfiguration(
  input: GetBucketLifecycleConfigurationRequest,
  call: CallContext,
): GetBucketLifecycleConfigurationOutput {
  const { name, lifecycle } = bucketOf(input, call);
  if (!lifecycle) throw notSet('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist', name);
  return structuredClone(lifecycle);
}

/**
 * Replaces all rules.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
 */
function putBucketLifecycleConfiguration(
  input: PutBucketLifecycleConfigurationRequest,
  call: CallContext,
): PutBucketLifecycleConfigurationOutput {
  const bucket = bucketOf(input, call);
  const size = input.TransitionDefaultMinimumObjectSize ?? 'all_storage_classes_128K';
  if (!minimumSizes.includes(size)) throw invalidRequest(`Invalid TransitionDefaultMinimumObjectSize found: ${size}`);
  const rules = input.LifecycleConfiguration?.Rules ?? [];
  if (rules.length === 0) throw malformedXml();
  if (rules.length > 1000) throw invalidRequest('The number of lifecycle rules must not exceed the allowed limit of 1000 rules.');
  rules.forEach(requireValidLifecycleRule);
  const ids = rules.flatMap((rule) => rule.ID || []);
  if (new Set(ids).size < ids.length) throw invalidArgument('Rule ID must be unique. Found same ID for more than one rule', 'ID');

  const named = structuredClone(rules).map((rule) => ({ ...rule, ID: rule.ID || randomUUID() }));
  bucket.lifecycle = { Rules: named, TransitionDefaultMinimumObjectSize: size };
  return { TransitionDefaultMinimumObjectSize: size };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketLifecycle.html */
function deleteBucketLifecycle(input: DeleteBucketLifecycleRequest, call: CallContext): void {
  bucketOf(input, call).lifecycle = undefined;
}

export const lifecycleHandlers = {
  GetBucketLifecycleConfiguration: getBucketLifecycleConfiguration,
  PutBucketLifecycleConfiguration: putBucketLifecycleConfiguration,
  DeleteBucketLifecycle: deleteBucketLifecycle,
};
