/**
 * A new role or user is not known everywhere at once: for a while other services refuse policies that name it, and STS refuses to
 * assume it.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html#troubleshoot_general_eventual-consistency
 */
import type { Interceptor } from '../wire/dispatch.ts';

interface Created {
  readonly Role?: { readonly RoleId?: string };
  readonly User?: { readonly UserId?: string };
}

/** @param seconds for how long, as of now */
export function hidingPrincipals(seconds: () => number): Interceptor {
  return {
    after({ world, service, operation }, _input, result) {
      if (service !== 'iam' || !/^Create(Role|User)$/.test(operation) || 'error' in result || seconds() <= 0) return;
      const { Role, User } = result.output as Created;
      const id = Role?.RoleId ?? User?.UserId ?? '';
      const { unseen } = world.iam;
      unseen.add(id);
      world.clock.after(seconds(), () => void unseen.delete(id));
    },
  };
}
