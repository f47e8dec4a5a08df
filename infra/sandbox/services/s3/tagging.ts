import type {
  DeleteBucketTaggingRequest,
  GetBucketTaggingOutput,
  GetBucketTaggingRequest,
  PutBucketTaggingRequest,
  Tag,
} from '@aws-sdk/client-s3';
import { AwsError, type CallContext } from '../../service.ts';
import { bucketOf } from './access.ts';
import { malformedXml, notSet } from './errors.ts';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketTagging.html */
function getBucketTagging(input: GetBucketTaggingRequest, call: CallContext): GetBucketTaggingOutput {
  const { name, tags } = bucketOf(input, call);
  if (tags.length === 0) throw notSet('NoSuchTagSet', 'The TagSet does not exist', name);
  return { TagSet: structuredClone([...tags]) };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html */
function putBucketTagging(input: PutBucketTaggingRequest, call: CallContext): void {
  const bucket = bucketOf(input, call);
  if (!input.Tagging) throw malformedXml();
  bucket.tags = checkedTags(input.Tagging.TagSet ?? []);
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketTagging.html */
function deleteBucketTagging(input: DeleteBucketTaggingRequest, call: CallContext): void {
  bucketOf(input, call).tags = [];
}

const allowedCharacters = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/**
 * @throws InvalidTag, MalformedXML
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/CostAllocTagging.html
 */
export function checkedTags(tags: readonly Tag[]): readonly Tag[] {
  if (tags.length > 50) throw new AwsError('BadRequest', 'Bucket tag count cannot be greater than 50');
  for (const { Key: key, Value: value } of tags) {
    if (key === undefined || value === undefined) throw malformedXml();
    if (key === '' || key.length > 128 || !allowedCharacters.test(key))
      throw invalidTag('The TagKey you have provided is invalid', key);
    if (value.length > 256 || !allowedCharacters.test(value)) throw invalidTag('The TagValue you have provided is invalid', key);
    if (/^aws:/i.test(key)) throw invalidTag('System tags cannot be added/updated by requester', key);
    if (tags.filter((tag) => tag.Key === key).length > 1) throw invalidTag('Cannot provide multiple Tags with the same key', key);
  }
  return structuredClone([...tags]);
}

const invalidTag = (message: string, key: string): AwsError =>
  new AwsError('InvalidTag', message, 400, { details: { TagKey: key } });

export const taggingHandlers = {
  GetBucketTagging: getBucketTagging,
  PutBucketTagging: putBucketTagging,
  DeleteBucketTagging: deleteBucketTagging,
};
