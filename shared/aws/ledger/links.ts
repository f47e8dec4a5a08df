/** Which groups depend on which managed policies: what passes found attached to roles. */
import { type Item, type Key, keyText, sortKey, textSet } from './items.ts';
import type { Store } from './store.ts';

export const linkKey = (policyArn: string): Key => ({ pk: 'LINK', sk: sortKey(policyArn) });
const linksKey = (group: string): Key => ({ pk: `GROUP#${group}`, sk: 'LINKS' });

/** The group's own list is first widened and last narrowed: an entry that a crash leaves behind is on it, and goes the next time. */
export async function linkPolicies(store: Store, group: string, policyArns: readonly string[]): Promise<void> {
  const wanted = new Set(policyArns);
  const linked = await linksOf(store, group);
  const added = [...wanted].filter((arn) => !linked.has(arn));
  const dropped = [...linked].filter((arn) => !wanted.has(arn));
  if (added.length > 0) {
    await store.put([linksItem(group, [...linked, ...added])]);
    await Promise.all(added.map((arn) => store.updateIf(linkKey(arn), 'ADD #groups :group', about(group))));
  }
  if (dropped.length === 0) return;
  await Promise.all(dropped.map((arn) => unlink(store, arn, group)));
  await (wanted.size === 0 ? store.remove([linksKey(group)]) : store.put([linksItem(group, wanted)]));
}

export const dropLinks = (store: Store, group: string): Promise<void> => linkPolicies(store, group, []);

async function linksOf(store: Store, group: string): Promise<ReadonlySet<string>> {
  const item = (await store.get([linksKey(group)])).get(keyText(linksKey(group)));
  return new Set(item?.attributes.policies?.SS);
}

async function unlink(store: Store, arn: string, group: string): Promise<void> {
  await store.updateIf(linkKey(arn), 'DELETE #groups :group', about(group));
  await store.removeIf(linkKey(arn), { expression: 'attribute_not_exists(#groups)', names: { '#groups': 'groups' } });
}

const linksItem = (group: string, arns: Iterable<string>): Item => ({
  ...linksKey(group),
  attributes: { policies: textSet(arns) },
});

const about = (group: string) => ({ expression: '', names: { '#groups': 'groups' }, values: { ':group': textSet([group]) } });
