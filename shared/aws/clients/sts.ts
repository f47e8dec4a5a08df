import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { ClientModule } from '../clients.ts';

// Only what is needed, so that bundles do not carry the whole client.
export { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';

export const module: ClientModule = {
  create: (config) => new STSClient(config),
  commands: { GetCallerIdentity: GetCallerIdentityCommand },
};
