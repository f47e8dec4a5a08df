/** What a replication must mean, over and above its shape. Fields that are missing, or whose shape is wrong, are complained about elsewhere. */
import { parseArn, parseRoleArn, partitionOf } from '../arn.ts';
import { toTags } from './defaults.ts';
import { type Path, shown } from './faults.ts';
import { checkTagKey } from './formats.ts';
import type { LifecycleInput, ReplicationInput, RuleInput, SideInput } from './schema.ts';

/** A complaint inside one replication. */
export interface Remark {
  readonly path: Path;
  readonly message: string;
  /** The other fields it comes from. */
  readonly involves?: readonly Path[];
}

type SideName = 'source' | 'destination';

export function checkMeaning(input: ReplicationInput): Remark[] {
  return [
    ...missing(input),
    ...sameBucket(input),
    ...keys('source', input.source),
    ...keys('destination', input.destination),
    ...furtherKeys(input.source),
    ...partitions(input),
    ...role(input),
    ...pause(input),
    ...(input.rules ?? []).flatMap(ruleRemarks),
    ...lifecycle('source', input.lifecycle?.source),
    ...lifecycle('destination', input.lifecycle?.destination),
  ];
}

const needed: Readonly<Record<'account' | 'region' | 'bucket' | 'key', string>> = {
  account: 'the 12 digits of the account that owns the bucket',
  region: 'the region of the bucket, such as "eu-west-1"',
  bucket: "the bucket's name",
  key: 'the ARN of the KMS key the bucket encrypts with',
};

function missing(input: ReplicationInput): Remark[] {
  return (['source', 'destination'] as const).flatMap((side) => {
    const given = input[side];
    if (given === undefined) return [{ path: [side], message: 'is missing: give it account, region, bucket and key' }];
    const names = Object.keys(needed) as (keyof typeof needed)[];
    return names
      .filter((name) => given[name] === undefined)
      .map((name) => ({ path: [side, name], message: `is missing: give ${needed[name]}` }));
  });
}

function sameBucket({ source, destination }: ReplicationInput): Remark[] {
  if (source?.bucket === undefined || source.bucket !== destination?.bucket) return [];
  const message = `must be another bucket than the source bucket, both are ${shown(source.bucket)}`;
  return [{ path: ['destination', 'bucket'], involves: [['source', 'bucket']], message }];
}

const keys = (side: SideName, given: Partial<SideInput> | undefined): Remark[] =>
  given?.key === undefined ? [] : keyPlace([side, 'key'], given.key, side, given);

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html */
function keyPlace(path: Path, named: string, side: SideName, { account, region }: Partial<SideInput>): Remark[] {
  const arn = parseArn(named);
  if (arn === undefined) return [];
  const remarks: Remark[] = [];
  if (region !== undefined && arn.region !== region) {
    const message = `must be a key in the region of the ${side} bucket, ${region}; this one is in ${arn.region}`;
    remarks.push({ path, involves: [[side, 'region']], message });
  }
  if (account !== undefined && arn.account !== account) {
    const message = `must be a key of the ${side} account, ${account}; this one belongs to ${arn.account}`;
    remarks.push({ path, involves: [[side, 'account']], message });
  }
  return remarks;
}

function furtherKeys(source: ReplicationInput['source']): Remark[] {
  return (source?.keys ?? []).flatMap((named, index) => {
    const path = ['source', 'keys', index];
    const isRepeated = named === source?.key || source?.keys?.indexOf(named) !== index;
    const repeated = {
      path,
      involves: [['source', 'key']],
      message: 'is listed already: source.keys is for further keys, each once',
    };
    return [...keyPlace(path, named, 'source', source ?? {}), ...(isRepeated ? [repeated] : [])];
  });
}

// Replication cannot cross partitions: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
function partitions({ source, destination }: ReplicationInput): Remark[] {
  if (source?.region === undefined || destination?.region === undefined) return [];
  const [from, to] = [partitionOf(source.region), partitionOf(destination.region)];
  if (from === to) return [];
  const message = `must be in the same partition as the source: ${destination.region} is in "${to}", ${source.region} in "${from}", and S3 does not replicate between them`;
  return [{ path: ['destination', 'region'], involves: [['source', 'region']], message }];
}

// S3 assumes the role in the account of the source bucket: https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
function role({ role: named, source }: ReplicationInput): Remark[] {
  const arn = named === undefined ? undefined : parseRoleArn(named)?.arn;
  if (arn === undefined) return [];
  const remarks: Remark[] = [];
  if (source?.account !== undefined && arn.account !== source.account) {
    const message = `must be a role of the source account, ${source.account}; this one belongs to ${arn.account}`;
    remarks.push({ path: ['role'], involves: [['source', 'account']], message });
  }
  const partition = source?.region === undefined ? arn.partition : partitionOf(source.region);
  if (arn.partition !== partition) {
    const message = `must be in the partition of ${source?.region}, "${partition}", got ${shown(arn.partition)}`;
    remarks.push({ path: ['role'], involves: [['source', 'region']], message });
  }
  return remarks;
}

function pause(input: ReplicationInput): Remark[] {
  const fields = ['until', 'reason'] as const;
  const paused = [['mode']];
  if (input.mode === 'paused') {
    const wanted = { until: 'the moment repairs begin again, such as "2030-01-31T18:00:00Z"', reason: 'why repairs are paused' };
    const absent = fields.filter((field) => input[field] === undefined);
    return absent.map((field) => ({
      path: [field],
      involves: paused,
      message: `is missing: mode "paused" needs ${wanted[field]}`,
    }));
  }
  const idle = fields.filter((field) => input[field] !== undefined);
  return idle.map((field) => ({
    path: [field],
    involves: paused,
    message: 'has a meaning only with mode "paused": remove it, or pause',
  }));
}

function ruleRemarks(rule: RuleInput, index: number): Remark[] {
  const path = ['rules', index];
  const tags = toTags(rule.tags);
  const remarks: Remark[] = tags.flatMap(({ Key }) => {
    // The keys of a list were checked with its shape.
    const message = Array.isArray(rule.tags) ? undefined : checkTagKey(Key);
    return message === undefined ? [] : [{ path: [...path, 'tags', Key], message: `has a tag key that ${message}` }];
  });
  // An object has at most ten tags: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
  if (tags.length > 10)
    remarks.push({
      path: [...path, 'tags'],
      message: `must be at most 10 tags, as no object can carry more, got ${tags.length}`,
    });
  tags.forEach(({ Key }, at) => {
    const isRepeated = tags.findIndex((tag) => tag.Key === Key) !== at;
    if (isRepeated)
      remarks.push({ path: [...path, 'tags', at], message: `must name each tag key once, ${shown(Key)} is there twice` });
  });
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-marker-replication.html
  if (rule.deleteMarkers && tags.length > 0) {
    const message = 'must not be true in a rule with tags: S3 does not replicate delete markers for tag filters';
    remarks.push({ path: [...path, 'deleteMarkers'], involves: [[...path, 'tags']], message });
  }
  return remarks;
}

function lifecycle(side: SideName, given: LifecycleInput | undefined): Remark[] {
  if (given === undefined) return [];
  const path = ['lifecycle', side];
  const { expireAfterDays, noncurrentExpireAfterDays, abortIncompleteUploadsAfterDays, removeExpiredDeleteMarkers } = given;
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleExpiration.html
  if (removeExpiredDeleteMarkers && expireAfterDays !== undefined) {
    const message =
      'must not be true together with expireAfterDays: S3 refuses the two in one rule, and expiry removes such markers anyway';
    return [{ path: [...path, 'removeExpiredDeleteMarkers'], involves: [[...path, 'expireAfterDays']], message }];
  }
  const names = ['expireAfterDays', 'noncurrentExpireAfterDays', 'abortIncompleteUploadsAfterDays', 'removeExpiredDeleteMarkers'];
  const actions = [
    expireAfterDays,
    noncurrentExpireAfterDays,
    abortIncompleteUploadsAfterDays,
    removeExpiredDeleteMarkers || undefined,
  ];
  if (actions.some((action) => action !== undefined)) return [];
  const message = `says nothing to do: give ${names.join(', ')}, or leave it out`;
  return [{ path, involves: names.map((name) => [...path, name]), message }];
}
