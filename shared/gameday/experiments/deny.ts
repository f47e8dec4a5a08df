import { callOn, readCall } from '../../aspects/read-call.ts';
import { bucketArn, type RoleRef, roleOf } from '../../aspects/resources.ts';
import { noSuchEntity, parseIamPolicy } from '../../aspects/role-documents.ts';
import { roleOtherPolicies } from '../../aspects/role-other-policies.ts';
import { type PolicyDocument, policyOf, statementsOf } from '../../policy/statements.ts';
import type { Ending, Experiment, Mark, Scene } from '../experiment.ts';

/** The inline policy that a game day adds: whoever finds it may delete it. */
export const gamedayPolicy = 'lockstep-gameday';

const sidPrefix = 'LockstepGameday';

const isOurs = (document: PolicyDocument): boolean =>
  statementsOf(document).length > 0 && statementsOf(document).every(({ Sid = '' }) => Sid.startsWith(sidPrefix));

/** In an exclusive replication policies of others are drift, and removed. */
const ending = ({ replication, group }: Scene): Ending =>
  group.filter(({ role }) => role.arn === replication.role.arn).every(({ exclusive }) => exclusive) ? 'repaired' : 'blocked';

/** A Deny that is not ours: as of a colleague, or of a landing zone. */
export const deny: Experiment = {
  name: 'deny',
  breaks: ({ replication: { role, destination } }) =>
    `adds the inline policy ${gamedayPolicy} to the role ${role.name}: a Deny of the replication's actions on objects of ${destination.bucket}`,
  reversible:
    'The policy is deleted again. It carries an end, after which it denies nothing even if nobody deletes it; it names one role and one bucket.',
  setting: ({ replication }) => ({ aspect: roleOtherPolicies.name, resource: roleOf(replication) }),
  ending,
  alarm: (scene) => (ending(scene) === 'blocked' ? 'lockstep-blocked' : undefined),
  read: ({ resource }) =>
    readCall(callOn(resource, 'iam:GetRolePolicy', { RoleName: (resource as RoleRef).name, PolicyName: gamedayPolicy }), {
      absentWhen: noSuchEntity,
      parse: ({ PolicyDocument: text }) => parseIamPolicy(text),
    }),
  damage({ replication }, observed, mark) {
    const on = roleOf(replication);
    if (observed !== undefined)
      return {
        refused: `The role ${on.name} has an inline policy ${gamedayPolicy} already: another game day, or what is left of one.`,
      };
    const PolicyDocument = JSON.stringify(policyOf([statementFor(replication, mark)]));
    return { calls: [callOn(on, 'iam:PutRolePolicy', { RoleName: on.name, PolicyName: gamedayPolicy, PolicyDocument })] };
  },
  undo({ replication }, observed) {
    const on = roleOf(replication);
    if (observed === undefined) return { calls: [] };
    if (!isOurs(observed as PolicyDocument))
      return { refused: `The inline policy ${gamedayPolicy} of the role ${on.name} holds statements that no game day wrote.` };
    return { calls: [callOn(on, 'iam:DeleteRolePolicy', { RoleName: on.name, PolicyName: gamedayPolicy })] };
  },
};

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-currenttime */
const statementFor = (r: Scene['replication'], { sid, until }: Mark) => ({
  Sid: sid,
  Effect: 'Deny',
  Action: ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'],
  Resource: `${bucketArn(r, r.destination.bucket)}/*`,
  Condition: { DateLessThan: { 'aws:CurrentTime': until } },
});

/** An end some time after the run, so that a run that was killed does little harm. */
export function markOf(now: Date, minutes: number): Mark {
  const instant = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;
  const until = new Date(now.getTime() + (minutes + graceMinutes) * 60_000);
  return { sid: `${sidPrefix}${instant(now).replace(/\W/g, '')}`, until: instant(until) };
}

const graceMinutes = 15;
