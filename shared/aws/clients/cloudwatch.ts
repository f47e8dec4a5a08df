import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { ClientModule } from '../clients.ts';

export const module: ClientModule = {
  create: (config) => new CloudWatchClient(config),
  commands: { GetMetricData: GetMetricDataCommand },
};
