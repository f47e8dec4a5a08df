/** Our own calls come back as events; they are recognised by what nobody else can choose. */
import { parseRoleArn } from '../../model/arn.ts';
import { type Fields, fieldsOf } from './fields.ts';

/** The spoke roles as they are configured: a name, or a path and a name, the same in every account. */
export interface OurRoles {
  readonly observerRole: string;
  readonly healerRole: string;
}

/**
 * Whether one of our spoke roles made the call. The issuer of the session alone counts: a session's name is the caller's to choose, and a
 * user, or a role of another path, may be called as ours.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
export function isOurOwn(detail: Fields, { observerRole, healerRole }: OurRoles): boolean {
  const issuer = fieldsOf(fieldsOf(fieldsOf(detail.userIdentity).sessionContext).sessionIssuer).arn;
  const role = typeof issuer === 'string' ? parseRoleArn(issuer) : undefined;
  if (role === undefined || !/^\d{12}$/.test(role.arn.account)) return false;
  return [observerRole, healerRole].some((ours) => `${role.path}${role.name}` === `/${ours.replace(/^\//, '')}`);
}
