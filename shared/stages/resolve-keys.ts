import type { AwsGateway } from '../model/aws-call.ts';
import type { KeyRef, Replication } from '../model/replication.ts';
import { readOnce } from './observe.ts';

/**
 * Gives every key that a document names by alias its own ARN, since grants and ReplicaKmsKeyID must carry it.
 * To be done before grouping: an alias and an ARN may be one key. An alias that cannot be resolved keeps the reason. Never throws.
 *
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html
 */
export async function resolveKeys(replications: readonly Replication[], aws: AwsGateway): Promise<readonly Replication[]> {
  const get = readOnce(aws);
  async function resolve(key: KeyRef, at: { readonly account: string; readonly region: string }): Promise<KeyRef> {
    if (key.arn !== undefined) return key;
    const { account, region } = at;
    const answer = await get({ operation: 'kms:DescribeKey', account, region, input: { KeyId: key.named } });
    if (answer.status !== 'present') {
      const status = answer.status === 'unreadable' ? 'unreadable' : 'gone';
      return { ...key, unresolved: { status, reason: answer.status === 'absent' ? `${key.named} is absent` : answer.reason } };
    }
    return { named: key.named, arn: answer.value.KeyMetadata?.Arn };
  }
  return Promise.all(
    replications.map(async (r) => ({
      ...r,
      source: {
        ...r.source,
        key: await resolve(r.source.key, r.source),
        furtherKeys: await Promise.all(r.source.furtherKeys.map((key) => resolve(key, r.source))),
      },
      destination: r.destination.managed
        ? { ...r.destination, key: await resolve(r.destination.key, r.destination) }
        : r.destination,
    })),
  );
}
