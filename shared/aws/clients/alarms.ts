import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import type { ClientModule } from '../clients.ts';

/** Of the hub's account: for a person who looks at the alarms. */
export const module: ClientModule = {
  create: (config) => new CloudWatchClient(config),
  commands: { DescribeAlarms: DescribeAlarmsCommand },
};
