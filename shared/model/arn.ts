/**
 * ARNs and partitions.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */

export interface Arn {
  readonly partition: string;
  readonly service: string;
  /** Empty for IAM and S3. */
  readonly region: string;
  /** Empty for S3. */
  readonly account: string;
  /** All after the fifth colon, e.g. `role/team/lockstep-orders`. */
  readonly resource: string;
}

/** @returns undefined when the text is not an ARN */
export function parseArn(text: string): Arn | undefined {
  const [arn, partition, service, region, account, ...rest] = text.split(':');
  const resource = rest.join(':');
  if (arn !== 'arn' || !partition || !service || region === undefined || account === undefined || resource === '')
    return undefined;
  return { partition, service, region, account, resource };
}

export const formatArn = (arn: Arn): string => `arn:${arn.partition}:${arn.service}:${arn.region}:${arn.account}:${arn.resource}`;

/** Longest prefix first where one begins with another. https://docs.aws.amazon.com/general/latest/gr/rande.html */
const partitionByRegionPrefix: readonly (readonly [prefix: string, partition: string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['us-iso-', 'aws-iso'],
  ['us-isob-', 'aws-iso-b'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-isof-', 'aws-iso-f'],
  ['eusc-', 'aws-eusc'],
];

/** The partition a region belongs to; `aws` for a region nobody has heard of yet. */
export function partitionOf(region: string): string {
  return partitionByRegionPrefix.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
}

const iamEventsRegions: Readonly<Record<string, string>> = {
  aws: 'us-east-1',
  'aws-cn': 'cn-north-1',
  'aws-us-gov': 'us-gov-west-1',
  'aws-iso': 'us-iso-east-1',
  'aws-iso-b': 'us-isob-east-1',
  'aws-eusc': 'eusc-de-east-1',
};

/**
 * The region in which a partition files what happens in IAM and Organizations; undefined where nobody says.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
 * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_cloudtrail-integration.html
 */
export const iamEventsRegionOf = (partition: string): string | undefined => iamEventsRegions[partition];

export const bucketArn = (partition: string, bucket: string): string => `arn:${partition}:s3:::${bucket}`;

/** @param path `/` or `/some/path/` */
export const roleArn = (partition: string, account: string, path: string, name: string): string =>
  `arn:${partition}:iam::${account}:role${path}${name}`;

/** The name and path in a role ARN; undefined when it is not one. */
export function parseRoleArn(text: string): { readonly arn: Arn; readonly name: string; readonly path: string } | undefined {
  const arn = parseArn(text);
  const match = arn && /^role(\/(?:.*\/)?)([^/]+)$/s.exec(arn.resource);
  if (!match || arn.service !== 'iam' || arn.region !== '') return undefined;
  return { arn, path: match[1] as string, name: match[2] as string };
}

export const isAliasArn = (text: string): boolean => parseArn(text)?.resource.startsWith('alias/') ?? false;
