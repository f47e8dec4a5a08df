/** Giving a role to a service is a permission of its own. */
import type { Check } from '../check.ts';

/**
 * The permission to pass a role on; none when no role is named.
 *
 * @param service whom it is passed to, e.g. `scheduler.amazonaws.com`
 * @param about ARN of what will act in the role
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
 */
export function passRole(role: string | undefined, service: string, about: string): readonly Check[] {
  const account = /^arn:aws(?:-[a-z-]+)?:iam::(\d{12}):role\/.+/.exec(role ?? '')?.[1];
  if (role === undefined || account === undefined) return [];
  const keys = { 'iam:PassedToService': service, 'iam:AssociatedResourceArn': about };
  return [{ action: 'iam:PassRole', resource: role, account, keys }];
}
