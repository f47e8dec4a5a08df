import {
  DeleteParameterCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import type { ClientModule } from '../clients.ts';

export const module: ClientModule = {
  create: (config) => new SSMClient(config),
  commands: {
    DeleteParameter: DeleteParameterCommand,
    DescribeParameters: DescribeParametersCommand,
    GetParameter: GetParameterCommand,
    GetParametersByPath: GetParametersByPathCommand,
    PutParameter: PutParameterCommand,
  },
};
