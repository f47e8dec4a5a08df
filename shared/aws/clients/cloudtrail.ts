import {
  CloudTrailClient,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
  LookupEventsCommand,
} from '@aws-sdk/client-cloudtrail';
import type { ClientModule } from '../clients.ts';

export const module: ClientModule = {
  // Two lookups a second are all there are, and a name is not worth long waiting: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
  create: (config) => new CloudTrailClient({ ...config, maxAttempts: Math.min(2, config.maxAttempts) }),
  commands: {
    DescribeTrails: DescribeTrailsCommand,
    GetEventSelectors: GetEventSelectorsCommand,
    GetTrailStatus: GetTrailStatusCommand,
    LookupEvents: LookupEventsCommand,
  },
};
