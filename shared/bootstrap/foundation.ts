/** What a replication stands on and no repair creates: its buckets, and its keys where an alias names them. */
import type { Replication } from '../model/replication.ts';

export interface Foundation {
  readonly kind: 'bucket' | 'key';
  /** A bucket's name; the ARN of a key or alias as the document names it. */
  readonly name: string;
  readonly account: string;
  readonly region: string;
}

/** `key arn:aws:kms:… (account 111111111111, eu-west-1)`. */
export const foundationText = ({ kind, name, account, region }: Foundation): string =>
  `${kind} ${name} (account ${account}, ${region})`;

/** Each once, in the order of the replications. A destination that is not managed has none: its owner sees to it. */
export function foundationsOf(replications: readonly Replication[]): readonly Foundation[] {
  const all = replications.flatMap(({ source, destination }) => [
    ...atEnd(source, [source.key, ...source.furtherKeys]),
    ...(destination.managed ? atEnd(destination, [destination.key]) : []),
  ]);
  return [...new Map(all.map((one) => [`${one.kind} ${one.name}`, one])).values()];
}

function atEnd(
  { account, region, bucket }: Replication['source' | 'destination'],
  keys: readonly { readonly named: string }[],
): Foundation[] {
  const at = { account, region };
  return [{ kind: 'bucket', name: bucket, ...at }, ...keys.map(({ named }): Foundation => ({ kind: 'key', name: named, ...at }))];
}

/** `alias/orders` of an alias ARN. */
export const aliasNameOf = (aliasArn: string): string => aliasArn.slice(aliasArn.indexOf(':alias/') + 1);
