/** A key that an earlier run created and then could not give its alias. */
import type { AliasListEntry, KeyListEntry, KeyMetadata } from '@aws-sdk/client-kms';
import pLimit from 'p-limit';
import type { AwsCall, AwsGateway } from '../model/aws-call.ts';
import type { Operation, Output } from '../model/operations.ts';
import { BootstrapFailure, refusal } from './failure.ts';
import { aliasNameOf, type Foundation } from './foundation.ts';

/** By this it is known again; so it must stay as it is. */
export const descriptionFor = (aliasArn: string): string =>
  `S3 replication (${aliasNameOf(aliasArn)}). Created by lockstep bootstrap.`;

type Place = Pick<Foundation, 'account' | 'region'>;

const atOnce = 8;

/**
 * The oldest enabled key without any alias that was created for this one.
 *
 * @returns its ARN; undefined when there is none
 * @throws BootstrapFailure when it cannot be told: a second key would cost money every month and serve nobody
 */
export async function unfinishedKey({ name, account, region }: Foundation, aws: AwsGateway): Promise<string | undefined> {
  const at = { account, region };
  const [keys, aliases] = await Promise.all([keysAt(at, aws), aliasesAt(at, aws)]);
  const withAlias = new Set(aliases.map(({ TargetKeyId }) => TargetKeyId));
  const limit = pLimit(atOnce);
  const bare = keys.filter(({ KeyId }) => !withAlias.has(KeyId));
  const described = await Promise.all(bare.map(({ KeyArn = '' }) => limit(() => describe(KeyArn, at, aws))));
  const ours = described
    .filter((key) => key !== undefined)
    .filter(({ Description, KeyState }) => Description === descriptionFor(name) && KeyState === 'Enabled')
    .sort((a, b) => (a.CreationDate?.getTime() ?? 0) - (b.CreationDate?.getTime() ?? 0));
  return ours[0]?.Arn;
}

const keysAt = (at: Place, aws: AwsGateway): Promise<readonly KeyListEntry[]> =>
  allPages(
    (Marker) => send({ operation: 'kms:ListKeys', ...at, input: { Limit: 1000, ...Marker } }, aws),
    (page) => page.Keys,
  );

const aliasesAt = (at: Place, aws: AwsGateway): Promise<readonly AliasListEntry[]> =>
  allPages(
    (Marker) => send({ operation: 'kms:ListAliases', ...at, input: { Limit: 100, ...Marker } }, aws),
    (page) => page.Aliases,
  );

async function send<O extends Operation>(call: AwsCall<O>, aws: AwsGateway): Promise<Output<O>> {
  const reply = await aws.send(call);
  if (reply.ok) return reply.output;
  throw new BootstrapFailure([refusal(call as AwsCall, reply.error)]);
}

/** A page may be short and still have a successor. https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html */
async function allPages<P extends { readonly NextMarker?: string; readonly Truncated?: boolean }, T>(
  pageAt: (marker: { readonly Marker?: string }) => Promise<P>,
  itemsOf: (page: P) => readonly T[] | undefined,
): Promise<readonly T[]> {
  const items: T[] = [];
  let marker: string | undefined;
  do {
    const page = await pageAt(marker === undefined ? {} : { Marker: marker });
    items.push(...(itemsOf(page) ?? []));
    marker = page.Truncated ? page.NextMarker : undefined;
  } while (marker !== undefined);
  return items;
}

/** A key whose policy does not let us look is not one that bootstrap created: its default policy lets the whole account in. */
async function describe(KeyId: string, at: Place, aws: AwsGateway): Promise<KeyMetadata | undefined> {
  const reply = await aws.send({ operation: 'kms:DescribeKey', ...at, input: { KeyId } });
  return reply.ok ? reply.output.KeyMetadata : undefined;
}
