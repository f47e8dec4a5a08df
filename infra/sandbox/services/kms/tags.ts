/** Tags of keys. */
import type {
  ListResourceTagsRequest,
  ListResourceTagsResponse,
  Tag,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-kms';
import { AwsError, type CallContext } from '../../service.ts';
import { constraintBroken } from './errors.ts';
import { customerKeyOf, ownKeyOf } from './find.ts';
import { pageOf } from './paging.ts';
import { refusePendingDeletion } from './state.ts';

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_TagResource.html */
function tagResource(input: TagResourceRequest, call: CallContext): void {
  const key = customerKeyOf(input, call);
  refusePendingDeletion(key);
  const given = checkedTags(input.Tags ?? []);
  const kept = key.tags.map((tag) => given.find((one) => one.TagKey === tag.TagKey) ?? tag);
  const added = given.filter((tag) => !key.tags.some((one) => one.TagKey === tag.TagKey));
  key.tags = checkedTags([...kept, ...added]);
}

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_UntagResource.html */
function untagResource(input: UntagResourceRequest, call: CallContext): void {
  const key = customerKeyOf(input, call);
  refusePendingDeletion(key);
  key.tags = key.tags.filter((tag) => !input.TagKeys?.includes(tag.TagKey ?? ''));
}

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_ListResourceTags.html */
function listResourceTags(input: ListResourceTagsRequest, call: CallContext): ListResourceTagsResponse {
  const { page, ...more } = pageOf(ownKeyOf(input, call).tags, input, 50);
  return { Tags: page, ...more };
}

/**
 * @throws TagException, ValidationException
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/tagging-keys.html
 */
export function checkedTags(tags: readonly Tag[]): readonly Tag[] {
  if (tags.length > 50) throw tagError('Too many tags');
  tags.forEach(({ TagKey: key = '', TagValue: value = '' }, at) => {
    const member = `tags.${at + 1}.member`;
    if (key === '') throw constraintBroken(key, `${member}.tagKey`, 'Member must have length greater than or equal to 1');
    if (key.length > 128) throw constraintBroken(key, `${member}.tagKey`, 'Member must have length less than or equal to 128');
    if (value.length > 256)
      throw constraintBroken(value, `${member}.tagValue`, 'Member must have length less than or equal to 256');
    if (/^aws:/i.test(key)) throw tagError('Tags beginning with aws: are reserved');
  });
  if (new Set(tags.map((tag) => tag.TagKey)).size < tags.length) throw tagError('Duplicate tag keys');
  return structuredClone([...tags]);
}

const tagError = (message: string): AwsError => new AwsError('TagException', message);

export const tagHandlers = { TagResource: tagResource, UntagResource: untagResource, ListResourceTags: listResourceTags };
