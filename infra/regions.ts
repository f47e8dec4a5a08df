/** Where events come up. */
import { partitionOf } from '../shared/model/arn.ts';
import type { Config } from './config.ts';

/**
 * The region in which a partition files what happens in IAM and Organizations.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
 * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_cloudtrail-integration.html
 */
const globalRegions: Readonly<Record<string, string>> = {
  aws: 'us-east-1',
  'aws-cn': 'cn-north-1',
  'aws-us-gov': 'us-gov-west-1',
  'aws-iso': 'us-iso-east-1',
  'aws-iso-b': 'us-isob-east-1',
  'aws-eusc': 'eusc-de-east-1',
};

export const globalRegionOf = (region: string): string => globalRegions[partitionOf(region)] ?? region;

/** The regions given, and that of IAM's events. */
export const eventRegions = (regions: readonly string[], { hub }: Pick<Config, 'hub'>): readonly string[] => [
  ...new Set([...regions, globalRegionOf(hub.region)]),
];
