/** Where events come up. */
import { iamEventsRegionOf, partitionOf } from '../shared/model/arn.ts';
import type { Config } from './config.ts';

/** The region in which a partition files what happens in IAM and Organizations. */
export const globalRegionOf = (region: string): string => iamEventsRegionOf(partitionOf(region)) ?? region;

/** The regions given, and that of IAM's events. */
export const eventRegions = (regions: readonly string[], { hub }: Pick<Config, 'hub'>): readonly string[] => [
  ...new Set([...regions, globalRegionOf(hub.region)]),
];
