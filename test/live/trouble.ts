/** How checks break what Lockstep keeps, and how it is mended: by Lockstep. */
import { GetRolePolicyCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { clientsAt, until } from './ground.ts';
import { leftIn, look, type Stage } from './stage.ts';

const policyName = 'lockstep-replication';

/** @throws when the edit changes nothing: then the check would show nothing */
export async function editRolePolicy(stage: Stage, edit: (text: string) => string): Promise<void> {
  const { iam } = clientsAt(stage.ground, stage.replication.source);
  const named = { RoleName: roleName(stage), PolicyName: policyName };
  const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand(named));
  const before = decodeURIComponent(PolicyDocument);
  const after = edit(before);
  if (after === before) throw new Error(`the edit found nothing to change in ${before}`);
  await iam.send(new PutRolePolicyCommand({ ...named, PolicyDocument: after }));
}

export const roleName = ({ replication: { role } }: Stage): string => role.arn.slice(role.arn.lastIndexOf('/') + 1);

/** Repairs until nothing is left. @throws what is left after five minutes */
export async function sync({ ground, document }: Stage): Promise<void> {
  const left = await until(
    ground,
    5,
    async () => leftIn(await look(ground, document, true)),
    (some) => some.length === 0,
  );
  if (left.length > 0) throw new Error(`Lockstep could not repair what the check broke: ${left.join('; ')}`);
}
