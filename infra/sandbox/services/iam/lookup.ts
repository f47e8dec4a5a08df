/** Finding what an operation names, in the caller's own account: IAM never reaches into another one. */
import type { CallContext } from '../../service.ts';
import { awsManagedPolicy } from './aws-managed.ts';
import { noSuchEntity } from './errors.ts';
import { roleName, userName } from './inputs.ts';
import { accountOf, type IamAccount, type IamRole, type IamUser, type ManagedPolicy } from './state.ts';

export const homeOf = ({ world, caller }: CallContext): IamAccount => accountOf(world.iam, caller.account);

/** @throws AwsError `NoSuchEntity` */
export function theRole(call: CallContext, name: string | undefined): IamRole {
  const role = homeOf(call).roles.get(roleName(name));
  if (!role) throw noSuchEntity(`The role with name ${name} cannot be found.`);
  return role;
}

/** @throws AwsError `NoSuchEntity` */
export function theUser(call: CallContext, name: string | undefined): IamUser {
  const user = homeOf(call).users.get(userName(name));
  if (!user) throw noSuchEntity(`The user with name ${name} cannot be found.`);
  return user;
}

/** A managed policy that the caller's account can use: its own, or one of AWS's. */
export const findPolicy = (call: CallContext, arn: string): ManagedPolicy | undefined =>
  awsManagedPolicy(arn) ?? homeOf(call).policies.get(arn);

/** Whether two names are one to IAM, which tells names apart by case only when it reads. */
export const nameTaken = (things: Iterable<string>, name: string): boolean => {
  const wanted = name.toLowerCase();
  return [...things].some((taken) => taken.toLowerCase() === wanted);
};
