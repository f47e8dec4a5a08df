import { bucketArn } from './arn.ts';
import type { Group, KeyRef, Replication } from './replication.ts';

/**
 * Splits replications into groups that can be reconciled apart: two that share a bucket, a key or a role, directly or through others,
 * are in one group. A key counts by its ARN and by the name the document gives it, so an alias that is not resolved is a resource of its own.
 *
 * @returns groups in the order of their ids; the same for every order of `replications`
 */
export function groupsOf(replications: readonly Replication[]): Group[] {
  const find = components(replications.map(sharedResources));
  const members = new Map<number, Replication[]>();
  replications.forEach((replication, item) => {
    const component = find(item);
    const sofar = members.get(component);
    if (sofar === undefined) members.set(component, [replication]);
    else sofar.push(replication);
  });
  return [...members.values()].map(toGroup).sort((a, b) => byText(a.id, b.id));
}

function toGroup(members: readonly Replication[]): Group {
  const replications = members.toSorted((a, b) => byText(a.name, b.name) || byText(a.document, b.document));
  return { id: replications[0]?.name ?? '', replications };
}

/** Identities of everything two replications can meet at. */
export function sharedResources(r: Replication): string[] {
  const keys = [r.source.key, ...r.source.furtherKeys, r.destination.key];
  return [
    bucketArn(r.partition, r.source.bucket),
    bucketArn(r.partition, r.destination.bucket),
    r.role.arn,
    ...keys.flatMap(keyIdentities),
  ];
}

const keyIdentities = (key: KeyRef): string[] => (key.arn === undefined ? [key.named] : [key.named, key.arn]);

/** Union-find over items that hold the same label; the returned function names an item's component by one of its members. */
function components(labels: readonly (readonly string[])[]): (item: number) => number {
  const parent = labels.map((_, item) => item);
  const find = (item: number): number => {
    let at = item;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at] as number] as number;
      at = parent[at] as number;
    }
    return at;
  };
  const firstWith = new Map<string, number>();
  labels.forEach((own, item) => {
    for (const label of own) {
      const first = firstWith.get(label);
      if (first === undefined) firstWith.set(label, item);
      else parent[find(item)] = find(first);
    }
  });
  return find;
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
