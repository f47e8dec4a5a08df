/** Grants of the destination that somebody takes away: the part of a policy that only this replication wants. */
import type { Aspect, NonEmpty } from '../../aspects/aspect.ts';
import { bucketPolicy } from '../../aspects/bucket-policy.ts';
import { keyPolicy } from '../../aspects/key-policy.ts';
import type { PolicySetting } from '../../aspects/policy-setting.ts';
import { bucketArn } from '../../aspects/resources.ts';
import type { ResourceRef } from '../../model/finding.ts';
import type { Replication } from '../../model/replication.ts';
import type { Experiment, Move, Scene } from '../experiment.ts';

interface Grants {
  readonly name: string;
  readonly aspect: Aspect<PolicySetting>;
  /** ARN of the resource whose policy it is. */
  readonly at: (r: Replication) => string;
  readonly breaks: Experiment['breaks'];
  readonly reversible: string;
}

const resourceOf = ({ aspect, at }: Grants, { replication }: Scene): ResourceRef | undefined =>
  replication.destination.managed ? aspect.resources(replication).find(({ arn }) => arn === at(replication)) : undefined;

function sharersAt({ aspect }: Grants, on: ResourceRef, group: readonly Replication[]): NonEmpty<Replication> | undefined {
  const [first, ...others] = group.filter((r) => aspect.resources(r).some(({ arn }) => arn === on.arn));
  return first && [first, ...others];
}

/** Without what is ours and wanted by this replication alone. */
function withoutGrants(grants: Grants, scene: Scene, setting: PolicySetting | undefined): Move {
  const { aspect } = grants;
  const on = resourceOf(grants, scene);
  if (on === undefined || setting === undefined || aspect.retire === undefined) return nothingOurs;
  const others = sharersAt(
    grants,
    on,
    scene.group.filter(({ name }) => name !== scene.replication.name),
  );
  const left = aspect.retire.leave(aspect.desired([scene.replication], on), others && aspect.desired(others, on), setting, on);
  if (aspect.retire.differences(left, setting).length === 0) return nothingOurs;
  return { calls: aspect.retire.isEmpty(left) ? aspect.retire.remove(on) : aspect.write(on, left, setting) };
}

const nothingOurs: Move = {
  refused:
    'The policy has no grant of Lockstep that only this replication needs, so taking one away would break nothing, or others too.',
};

/** With all that those who meet there want; the policy's other statements stay word for word. */
function withGrants(grants: Grants, scene: Scene, setting: PolicySetting | undefined): Move {
  const { aspect } = grants;
  const on = resourceOf(grants, scene);
  const sharers = on && sharersAt(grants, on, scene.group);
  if (on === undefined || sharers === undefined) return { calls: [] };
  const desired = aspect.desired(sharers, on);
  if (aspect.diff(desired, setting, on).length === 0) return { calls: [] };
  return { calls: aspect.write(on, aspect.merge(desired, setting, on), setting) };
}

const grantsExperiment = (grants: Grants): Experiment => ({
  name: grants.name,
  breaks: grants.breaks,
  reversible: grants.reversible,
  setting(scene) {
    const resource = resourceOf(grants, scene);
    return resource && { aspect: grants.aspect.name, resource };
  },
  ending: () => 'repaired',
  alarm: () => undefined,
  read: ({ resource }) => grants.aspect.read(resource),
  damage: (scene, observed) => withoutGrants(grants, scene, observed as PolicySetting | undefined),
  undo: (scene, observed) => withGrants(grants, scene, observed as PolicySetting | undefined),
});

export const bucketPolicyGrants = grantsExperiment({
  name: 'policy',
  aspect: bucketPolicy,
  at: (r) => bucketArn(r, r.destination.bucket),
  breaks: ({ replication: { role, destination } }) =>
    `removes what Lockstep grants the role ${role.name} from the bucket policy of ${destination.bucket}`,
  reversible:
    'The grants are written again, by the controller or in the end by this command; statements of others stay word for word.',
});

export const keyPolicyGrants = grantsExperiment({
  name: keyPolicy.name,
  aspect: keyPolicy,
  at: ({ destination }) => destination.key.arn ?? '',
  breaks: ({ replication: { role, destination } }) =>
    `removes what Lockstep grants the role ${role.name} from the policy of the key of ${destination.bucket}`,
  // https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
  reversible:
    'The grants are written again, by the controller or in the end by this command. The delegation to the account of the key stays, and so does KMS’s lockout check.',
});
