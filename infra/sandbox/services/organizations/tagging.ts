import type * as org from '@aws-sdk/client-organizations';
import { AwsError, type CallContext } from '../../service.ts';
import { administered } from './access.ts';

export function tagResource({ ResourceId, Tags = [] }: org.TagResourceCommandInput, call: CallContext): void {
  const tags = tagsOf(ResourceId, call, 'write');
  for (const { Key = '', Value = '' } of Tags) tags.set(Key, Value);
}

export function untagResource({ ResourceId, TagKeys = [] }: org.UntagResourceCommandInput, call: CallContext): void {
  const tags = tagsOf(ResourceId, call, 'write');
  for (const key of TagKeys) tags.delete(key);
}

export const listTagsForResource = ({ ResourceId }: org.ListTagsForResourceCommandInput, call: CallContext) => ({
  Tags: [...tagsOf(ResourceId, call, 'read')].map(([Key, Value]) => ({ Key, Value })),
});

function tagsOf(id = '', call: CallContext, access: 'read' | 'write'): Map<string, string> {
  const { root, units, accounts, policies } = administered(call, access);
  const found = id === root.id ? root : (units.get(id) ?? accounts.get(id) ?? policies.get(id));
  if (!found) throw new AwsError('TargetNotFoundException', "We can't find a root, OU, account or policy with that id.");
  return found.tags;
}
