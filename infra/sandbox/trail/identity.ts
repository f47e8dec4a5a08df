/**
 * Who called, as CloudTrail shows it.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
import type { Caller } from '../service.ts';
import type { World } from '../world.ts';

export interface UserIdentity {
  readonly type?: 'Root' | 'IAMUser' | 'AssumedRole' | 'AWSAccount' | 'AWSService';
  readonly principalId?: string;
  readonly arn?: string;
  readonly accountId?: string;
  readonly accessKeyId?: string;
  readonly userName?: string;
  readonly invokedBy?: string;
  readonly sessionContext?: SessionContext;
}

interface SessionContext {
  readonly sessionIssuer: {
    readonly type: 'Role';
    readonly principalId: string;
    readonly arn: string;
    readonly accountId: string;
    readonly userName: string;
  };
  readonly attributes: { readonly creationDate: string; readonly mfaAuthenticated: string };
}

const afterLast = (text: string, mark: string): string => text.slice(text.lastIndexOf(mark) + 1);

/** CloudTrail's times have whole seconds. */
export const trailTime = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

/** The caller in the record that the caller's own account gets. */
export function identityOf(world: World, caller: Caller): UserIdentity {
  const { account: accountId, arn, userId: principalId, accessKeyId } = caller;
  const common = { principalId, arn, accountId, accessKeyId };
  switch (caller.kind) {
    case 'root':
      return { type: 'Root', ...common };
    case 'user':
      return { type: 'IAMUser', ...common, userName: afterLast(arn, '/') };
    case 'assumed-role':
      return { type: 'AssumedRole', ...common, sessionContext: sessionContextOf(world, caller) };
  }
}

function sessionContextOf(world: World, { account, arn, userId, roleArn, accessKeyId }: Caller): SessionContext {
  const started = world.sts.sessions.get(accessKeyId)?.started ?? world.clock.now();
  return {
    sessionIssuer: {
      type: 'Role',
      principalId: userId.split(':')[0] ?? '',
      arn: roleArn ?? '',
      accountId: account,
      userName: roleArn === undefined ? (arn.split('/')[1] ?? '') : afterLast(roleArn, '/'),
    },
    attributes: { creationDate: trailTime(started), mfaAuthenticated: 'false' },
  };
}

/** The caller in the copy that a resource's owner gets: of the other account's caller no ARN, no session, no name. */
export const foreignIdentityOf = ({ account, userId }: Caller): UserIdentity => ({
  type: 'AWSAccount',
  principalId: userId,
  accountId: account,
});

/** Something AWS did by itself. */
export const serviceIdentity = (accountId: string): UserIdentity => ({ accountId, invokedBy: 'AWS Internal' });

/** The name events are looked up by: of a role session the session's, of a user the user's. */
export function userNameOf({ type, arn, userName }: UserIdentity): string | undefined {
  if (type === 'Root') return 'root';
  if (type === 'AssumedRole') return arn && afterLast(arn, '/');
  return userName;
}
