import { DescribeRuleCommand, EventBridgeClient, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import type { ClientModule } from '../clients.ts';

export const module: ClientModule = {
  create: (config) => new EventBridgeClient(config),
  commands: { DescribeRule: DescribeRuleCommand, ListTargetsByRule: ListTargetsByRuleCommand },
};
