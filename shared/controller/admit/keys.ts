/** Aliases of a fleet, resolved with as few calls as will do. */
import type { AwsGateway } from '../../model/aws-call.ts';
import type { KeyRef, Replication } from '../../model/replication.ts';
import { resolveKeys } from '../../stages/resolve-keys.ts';
import type { ReplicationRecord } from '../ledger.ts';

/**
 * Gives every key its own ARN. Never throws: an alias that cannot be read keeps the ARN it had last, one that is gone has none.
 *
 * @param asks `all`: every alias is looked up, for it may point elsewhere now; `new`: only those that have no ARN yet
 */
export async function withKeys(
  replications: readonly Replication[],
  earlier: readonly ReplicationRecord[],
  observer: AwsGateway,
  asks: 'all' | 'new',
): Promise<readonly Replication[]> {
  const known = knownArns(earlier);
  const remembered = (key: KeyRef): KeyRef => {
    const arn = known.get(key.named);
    return key.arn === undefined && arn !== undefined ? { named: key.named, arn } : key;
  };
  const before = asks === 'new' ? replications.map((one) => mapKeys(one, remembered)) : replications;
  const unresolved = before.filter(hasUnresolved);
  if (unresolved.length === 0) return before;
  const resolved = await resolveKeys(unresolved, observer);
  const after = new Map(resolved.map((one) => [one.name, one]));
  const unlessGone = (key: KeyRef): KeyRef => (key.unresolved?.status === 'unreadable' ? remembered(key) : key);
  return before.map((one) => mapKeys(after.get(one.name) ?? one, unlessGone));
}

function knownArns(earlier: readonly ReplicationRecord[]): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  for (const { replication } of earlier)
    for (const { named, arn } of keysOf(replication)) if (arn !== undefined) known.set(named, arn);
  return known;
}

const keysOf = ({ source, destination }: Replication): readonly KeyRef[] => [source.key, ...source.furtherKeys, destination.key];

/** Nobody looks into an account that has no spoke. An orphan stays as it was. */
const hasUnresolved = (r: Replication): boolean =>
  r.orphanedSince === undefined &&
  keysOf(r).some((key) => key.arn === undefined && (r.destination.managed || key !== r.destination.key));

function mapKeys(replication: Replication, to: (key: KeyRef) => KeyRef): Replication {
  const { source, destination } = replication;
  return {
    ...replication,
    source: { ...source, key: to(source.key), furtherKeys: source.furtherKeys.map(to) },
    destination: { ...destination, key: to(destination.key) },
  };
}
