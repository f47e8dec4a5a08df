import type {
  DeleteObjectTaggingOutput,
  DeleteObjectTaggingRequest,
  GetObjectTaggingOutput,
  GetObjectTaggingRequest,
  PutObjectTaggingOutput,
  PutObjectTaggingRequest,
  Tag,
} from '@aws-sdk/client-s3';
import { offerChange } from '../../../replication/offer.ts';
import type { CallContext } from '../../../service.ts';
import { bucketOf } from '../access.ts';
import { malformedXml } from '../errors.ts';
import { announceCall } from './announce.ts';
import { objectOf, shownVersionId } from './store.ts';
import { checkedObjectTags } from './tag-header.ts';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html */
function getObjectTagging(input: GetObjectTaggingRequest, call: CallContext): GetObjectTaggingOutput {
  const bucket = bucketOf(input, call);
  const object = objectOf(bucket, input, call);
  return { ...shownVersionId(bucket, object), TagSet: structuredClone([...object.tags]) };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html */
function putObjectTagging(input: PutObjectTaggingRequest, call: CallContext): PutObjectTaggingOutput {
  if (!input.Tagging) throw malformedXml();
  return setTags(input, checkedObjectTags(input.Tagging.TagSet ?? []), call, 'ObjectTagging:Put');
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjectTagging.html */
function deleteObjectTagging(input: DeleteObjectTaggingRequest, call: CallContext): DeleteObjectTaggingOutput {
  return setTags(input, [], call, 'ObjectTagging:Delete');
}

function setTags(
  input: PutObjectTaggingRequest | DeleteObjectTaggingRequest,
  tags: readonly Tag[],
  call: CallContext,
  event: string,
) {
  const bucket = bucketOf(input, call);
  const object = objectOf(bucket, input, call);
  object.tags = tags;
  offerChange(call.world, bucket, object);
  announceCall(object, bucket, call, event);
  return shownVersionId(bucket, object);
}

export const objectTaggingHandlers = {
  GetObjectTagging: getObjectTagging,
  PutObjectTagging: putObjectTagging,
  DeleteObjectTagging: deleteObjectTagging,
};
