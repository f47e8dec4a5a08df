/** What KMS keeps of one key, of its aliases and of its grants. */
import {
  CustomerMasterKeySpec,
  type GrantListEntry,
  type KeyMetadata,
  type KeySpec,
  type KeyState,
  type KeyUsageType,
  type OriginType,
  type Tag,
} from '@aws-sdk/client-kms';
import type { KeptPolicy } from '../../principals.ts';
import { algorithmsOf } from './key-specs.ts';

export interface Key {
  readonly id: string;
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly createdAt: Date;
  readonly usage: KeyUsageType;
  readonly spec: KeySpec;
  readonly origin: OriginType;
  readonly multiRegion: boolean;
  /** `AWS` for keys like the one behind `alias/aws/s3`, which nobody can change. */
  readonly manager: 'CUSTOMER' | 'AWS';
  /** Only keys whose material KMS made have one. */
  readonly materialId?: string;
  description: string;
  state: Extract<KeyState, 'Enabled' | 'Disabled' | 'PendingDeletion' | 'PendingImport'>;
  /** Set while pending deletion: from then on the key is gone. */
  deletionDate?: Date;
  policy: KeptPolicy;
  tags: readonly Tag[];
  rotation?: { readonly periodInDays: number; readonly enabledAt: Date };
  grants: readonly Grant[];
}

export interface Grant extends GrantListEntry {
  readonly token: string;
}

export interface Alias {
  /** `alias/…` */
  readonly name: string;
  readonly arn: string;
  readonly keyArn: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Keys and aliases of all accounts and regions, by ARN. */
export interface KmsState {
  readonly keys: Map<string, Key>;
  readonly aliases: Map<string, Alias>;
}

export const newKmsState = (): KmsState => ({ keys: new Map(), aliases: new Map() });

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html */
export const metadataOf = (key: Key): KeyMetadata => ({
  AWSAccountId: key.account,
  KeyId: key.id,
  Arn: key.arn,
  CreationDate: key.createdAt,
  Enabled: key.state === 'Enabled',
  Description: key.description,
  KeyUsage: key.usage,
  KeyState: key.state,
  ...(key.deletionDate && { DeletionDate: key.deletionDate }),
  Origin: key.origin,
  KeyManager: key.manager,
  // The old name of KeySpec, which knows none of the newer ones.
  CustomerMasterKeySpec: Object.values(CustomerMasterKeySpec).find((spec) => spec === key.spec),
  KeySpec: key.spec,
  ...algorithmsOf(key.spec, key.usage),
  MultiRegion: key.multiRegion,
  ...(key.multiRegion && {
    MultiRegionConfiguration: {
      MultiRegionKeyType: 'PRIMARY',
      PrimaryKey: { Arn: key.arn, Region: key.region },
      ReplicaKeys: [],
    },
  }),
  ...(key.materialId && { CurrentKeyMaterialId: key.materialId }),
});
