import type * as iam from '@aws-sdk/client-iam';
import type { CallContext, Handler } from '../../service.ts';
import { checkTagCount, showTags, tagsOf } from './inputs.ts';
import { theRole, theUser } from './lookup.ts';
import { theOwnPolicy, thePolicy } from './managed-policies.ts';
import { pageOf } from './paging.ts';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html */
export const taggingHandlers: Readonly<Record<string, Handler>> = {
  TagRole: (input: iam.TagRoleCommandInput, call) => addTags(theRole(call, input.RoleName), input),
  UntagRole: (input: iam.UntagRoleCommandInput, call) => removeTags(theRole(call, input.RoleName), input),
  ListRoleTags: (input: iam.ListRoleTagsCommandInput, call) => listTags(theRole(call, input.RoleName), input),
  TagUser: (input: iam.TagUserCommandInput, call) => addTags(theUser(call, input.UserName), input),
  UntagUser: (input: iam.UntagUserCommandInput, call) => removeTags(theUser(call, input.UserName), input),
  ListUserTags: (input: iam.ListUserTagsCommandInput, call) => listTags(theUser(call, input.UserName), input),
  TagPolicy: (input: iam.TagPolicyCommandInput, call: CallContext) => addTags(theOwnPolicy(call, input.PolicyArn), input),
  UntagPolicy: (input: iam.UntagPolicyCommandInput, call: CallContext) => removeTags(theOwnPolicy(call, input.PolicyArn), input),
  ListPolicyTags: (input: iam.ListPolicyTagsCommandInput, call: CallContext) => listTags(thePolicy(call, input.PolicyArn), input),
};

interface Tagged {
  readonly tags: Map<string, string>;
}

function addTags({ tags }: Tagged, input: { Tags?: iam.Tag[] | undefined }): void {
  const added = tagsOf(input.Tags);
  checkTagCount(new Set([...tags.keys(), ...added.keys()]).size);
  for (const [key, value] of added) tags.set(key, value);
}

function removeTags({ tags }: Tagged, input: { TagKeys?: string[] | undefined }): void {
  for (const key of input.TagKeys ?? []) tags.delete(key);
}

function listTags(
  { tags }: Tagged,
  input: iam.ListRoleTagsCommandInput | iam.ListUserTagsCommandInput | iam.ListPolicyTagsCommandInput,
) {
  const { items, ...page } = pageOf(showTags(tags), input);
  return { ...page, Tags: items };
}
