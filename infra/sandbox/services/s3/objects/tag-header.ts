/** Tags of objects. */
import type { Tag } from '@aws-sdk/client-s3';
import { AwsError } from '../../../service.ts';
import { invalidArgument } from '../errors.ts';
import { checkedTags } from '../tagging.ts';

export interface TagHeader {
  /** URL query: `team=orders&env=prod`. */
  readonly Tagging?: string | undefined;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
const mostTags = 10;

/** @throws InvalidArgument, InvalidTag */
export function tagsOf({ Tagging: header }: TagHeader): readonly Tag[] {
  if (header === undefined || header === '') return [];
  const parameters = [...new URLSearchParams(header)].map(([Key, Value]) => ({ Key, Value }));
  if (parameters.length === 0)
    throw invalidArgument(
      'The header x-amz-tagging shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.',
      'x-amz-tagging',
      header,
    );
  return checkedObjectTags(parameters);
}

/** @throws BadRequest, InvalidTag, MalformedXML */
export function checkedObjectTags(tags: readonly Tag[]): readonly Tag[] {
  if (tags.length > mostTags) throw new AwsError('BadRequest', 'Object tags cannot be greater than 10');
  return checkedTags(tags);
}
