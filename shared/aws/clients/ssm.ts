import { GetParametersByPathCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { ClientModule } from '../clients.ts';

export const module: ClientModule = {
  create: (config) => new SSMClient(config),
  commands: {
    GetParametersByPath: GetParametersByPathCommand,
    PutParameter: PutParameterCommand,
  },
};
