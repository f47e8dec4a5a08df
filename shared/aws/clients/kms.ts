import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  EnableKeyCommand,
  GetKeyPolicyCommand,
  KMSClient,
  ListAliasesCommand,
  ListKeysCommand,
  PutKeyPolicyCommand,
} from '@aws-sdk/client-kms';
import type { ClientModule } from '../clients.ts';

export const module: ClientModule = {
  create: (config) => new KMSClient(config),
  commands: {
    CancelKeyDeletion: CancelKeyDeletionCommand,
    CreateAlias: CreateAliasCommand,
    CreateKey: CreateKeyCommand,
    DescribeKey: DescribeKeyCommand,
    EnableKey: EnableKeyCommand,
    GetKeyPolicy: GetKeyPolicyCommand,
    ListAliases: ListAliasesCommand,
    ListKeys: ListKeysCommand,
    PutKeyPolicy: PutKeyPolicyCommand,
  },
};
