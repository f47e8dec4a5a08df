/** Which resources a call was about, whose they are, and where. */
import type { CallContext } from '../service.ts';
import { findRole } from '../services/iam/state.ts';
import type { World } from '../world.ts';

/** As CloudTrail lists it. */
export interface TrailResource {
  readonly accountId?: string;
  readonly type: string;
  readonly ARN: string;
}

type Members = Readonly<Record<string, unknown>>;

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Looked at before the call (what it deletes) and after it (what it makes). */
export function resourcesOf(call: CallContext, input: object, output?: object): readonly TrailResource[] {
  const given = input as Members;
  switch (call.service) {
    case 's3':
      return bucketOf(call.world, textOf(given.Bucket));
    case 'kms':
      return keysOf(call, given, (output ?? {}) as Members);
    case 'sts':
      return roleOf(call.world, textOf(given.RoleArn));
    default:
      return [];
  }
}

function bucketOf(world: World, name: string | undefined): readonly TrailResource[] {
  if (name === undefined) return [];
  const owner = world.s3.buckets.get(name)?.account;
  return [{ ...(owner !== undefined && { accountId: owner }), type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${name}` }];
}

function roleOf(world: World, arn: string | undefined): readonly TrailResource[] {
  const [, account = '', path] = /^arn:aws:iam::(\d{12}):role\/(.+)$/.exec(arn ?? '') ?? [];
  if (arn === undefined || path === undefined) return [];
  const name = path.slice(path.lastIndexOf('/') + 1);
  const known = findRole(world.iam, account, name) !== undefined || world.sts.impliedRoles.includes(name);
  return known ? [{ accountId: account, type: 'AWS::IAM::Role', ARN: arn }] : [];
}

function keysOf(call: CallContext, input: Members, output: Members): readonly TrailResource[] {
  const made = (output.KeyMetadata as Members | undefined)?.Arn;
  const alias = aliasArnOf(textOf(input.AliasName), call);
  const aliased = alias === undefined ? undefined : call.world.kms.aliases.get(alias)?.keyArn;
  const named = [input.KeyId, input.TargetKeyId, input.SourceKeyId, input.DestinationKeyId, made, aliased];
  const keys = new Set(named.flatMap((name) => keyArnOf(textOf(name), call) ?? []));
  return [
    ...(alias === undefined ? [] : [{ accountId: call.caller.account, type: 'AWS::KMS::Alias', ARN: alias }]),
    ...[...keys].map((ARN) => ({ accountId: ARN.split(':')[4] ?? '', type: 'AWS::KMS::Key', ARN })),
  ];
}

const aliasArnOf = (name: string | undefined, { caller, region }: CallContext): string | undefined =>
  name?.startsWith('alias/') ? `arn:aws:kms:${region}:${caller.account}:${name}` : undefined;

/** The ARN of the key that an id, an ARN or an alias names; undefined: there is none such. */
function keyArnOf(name: string | undefined, call: CallContext): string | undefined {
  const { kms } = call.world;
  const alias = name?.includes(':alias/') ? name : aliasArnOf(name, call);
  if (alias !== undefined) return kms.aliases.get(alias)?.keyArn;
  const arn = name?.startsWith('arn:') ? name : `arn:aws:kms:${call.region}:${call.caller.account}:key/${name}`;
  return kms.keys.has(arn) ? arn : undefined;
}

/** The region a call on an existing bucket is filed in; undefined: as it was signed. */
export function bucketRegionOf(call: CallContext, input: object): string | undefined {
  if (call.service !== 's3') return undefined;
  return call.world.s3.buckets.get(textOf((input as Members).Bucket) ?? '')?.region;
}

/** What events are looked up by, beyond the resources of the record: S3 by bucket name, IAM by names. */
export function lookupResourcesOf(
  eventSource: string,
  parameters: Members | null,
  resources: readonly TrailResource[],
): readonly { readonly ResourceType: string; readonly ResourceName: string }[] {
  const named = resources.map(({ type, ARN }) => ({
    ResourceType: type,
    ResourceName: type === 'AWS::S3::Bucket' ? ARN.slice('arn:aws:s3:::'.length) : ARN,
  }));
  return eventSource === 'iam.amazonaws.com' ? [...named, ...iamNames(parameters ?? {})] : named;
}

const iamTypes: readonly (readonly [parameter: string, type: string])[] = [
  ['roleName', 'AWS::IAM::Role'],
  ['userName', 'AWS::IAM::User'],
  ['policyArn', 'AWS::IAM::Policy'],
  ['policyName', 'AWS::IAM::Policy'],
];

const iamNames = (parameters: Members) =>
  iamTypes.flatMap(([parameter, type]) => {
    const name = textOf(parameters[parameter]);
    return name === undefined ? [] : [{ ResourceType: type, ResourceName: name }];
  });
