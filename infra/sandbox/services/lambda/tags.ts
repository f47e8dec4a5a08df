import type * as lambda from '@aws-sdk/client-lambda';
import type { CallContext } from '../../service.ts';
import { theFunction } from './lookup.ts';

export const listTags = ({ Resource }: lambda.ListTagsCommandInput, call: CallContext) => ({
  Tags: Object.fromEntries(theFunction(Resource, call).tags),
});

export function tagResource({ Resource, Tags = {} }: lambda.TagResourceCommandInput, call: CallContext): void {
  const { tags } = theFunction(Resource, call);
  for (const [name, value] of Object.entries(Tags)) tags.set(name, value);
}

export function untagResource({ Resource, TagKeys = [] }: lambda.UntagResourceCommandInput, call: CallContext): void {
  const { tags } = theFunction(Resource, call);
  for (const name of TagKeys) tags.delete(name);
}
