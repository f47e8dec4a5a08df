/** The settings each side needs, as documents that can be handed to its owner. Pure. */
import type { Aspect, NonEmpty } from '../../shared/aspects/aspect.ts';
import type { AwsCall } from '../../shared/model/aws-call.ts';
import type { ResourceRef } from '../../shared/model/finding.ts';
import type { Input, Operation } from '../../shared/model/operations.ts';
import type { Group, Replication } from '../../shared/model/replication.ts';
import { type Side, sidesOf } from '../../shared/model/sides.ts';

/** `add`: its statements or rules go beside those that are there; `set`: this is the whole of it. */
type How = 'add' | 'set';

interface Shape<O extends Operation> {
  readonly setting: string;
  readonly how: How;
  readonly document: (input: Input<O>) => unknown;
}

const parsed = (text: string | undefined): unknown => (text === undefined ? undefined : JSON.parse(text));

const shapes: { readonly [O in Operation]?: Shape<O> } = {
  'iam:CreateRole': { setting: 'role trust policy', how: 'set', document: (input) => parsed(input.AssumeRolePolicyDocument) },
  'iam:PutRolePolicy': { setting: 'role policy', how: 'set', document: (input) => parsed(input.PolicyDocument) },
  'kms:PutKeyPolicy': { setting: 'key policy', how: 'add', document: (input) => parsed(input.Policy) },
  's3:PutBucketPolicy': { setting: 'bucket policy', how: 'add', document: (input) => parsed(input.Policy) },
  's3:PutBucketVersioning': { setting: 'bucket versioning', how: 'set', document: (input) => input.VersioningConfiguration },
  's3:PutBucketEncryption': {
    setting: 'bucket encryption',
    how: 'set',
    document: (input) => input.ServerSideEncryptionConfiguration,
  },
  's3:PutPublicAccessBlock': {
    setting: 'public access block',
    how: 'set',
    document: (input) => input.PublicAccessBlockConfiguration,
  },
  's3:PutBucketOwnershipControls': { setting: 'object ownership', how: 'set', document: (input) => input.OwnershipControls },
  's3:PutBucketLifecycleConfiguration': {
    setting: 'lifecycle rules',
    how: 'add',
    document: (input) => input.LifecycleConfiguration,
  },
  's3:PutBucketNotificationConfiguration': {
    setting: 'event notifications',
    how: 'add',
    document: (input) => input.NotificationConfiguration,
  },
  's3:PutBucketReplication': {
    setting: 'replication configuration',
    how: 'add',
    document: (input) => input.ReplicationConfiguration,
  },
};

export interface RequiredSetting {
  readonly side: Side;
  readonly setting: string;
  readonly how: How;
  readonly aspect: string;
  readonly resource: ResourceRef;
  /** Replications that meet at the resource, by name. */
  readonly replications: readonly string[];
  readonly document: unknown;
}

type Documented = Pick<RequiredSetting, 'setting' | 'how' | 'document'>;

function documented<O extends Operation>(call: AwsCall<O>): Documented | undefined {
  const shape = shapes[call.operation] as Shape<O> | undefined;
  return shape && { setting: shape.setting, how: shape.how, document: shape.document(call.input) };
}

/** An owner that lets nobody in still has to set up the same things. */
const asIfManaged = (r: Replication): Replication => ({ ...r, destination: { ...r.destination, managed: true } });

function settingsOf(aspect: Aspect<unknown>, replications: readonly Replication[]): readonly RequiredSetting[] {
  const places = new Map(replications.flatMap((r) => aspect.resources(r).map((on) => [on.arn, on] as const)));
  return [...places.values()].flatMap((on) => {
    const [first, ...others] = replications.filter((r) => aspect.resources(r).some(({ arn }) => arn === on.arn));
    if (!first) return [];
    const sharers: NonEmpty<Replication> = [first, ...others];
    const calls = aspect.write(on, aspect.merge(aspect.desired(sharers, on), undefined, on), undefined);
    const found = calls.map(documented).filter((setting) => setting !== undefined);
    return sidesOf(on, sharers).flatMap((side) =>
      found.map((setting) => ({
        side,
        ...setting,
        aspect: aspect.name,
        resource: on,
        replications: sharers.map(({ name }) => name),
      })),
    );
  });
}

/**
 * Everything the resources of a group need, source first, in the order of the aspects.
 *
 * @throws UnresolvedKey when a key is named by an alias that was not resolved
 */
export function requiredSettings(group: Group, aspects: readonly Aspect<unknown>[]): readonly RequiredSetting[] {
  const replications = group.replications.map(asIfManaged);
  const all = aspects.flatMap((aspect) => settingsOf(aspect, replications));
  return [...all.filter(({ side }) => side === 'source'), ...all.filter(({ side }) => side === 'destination')];
}
