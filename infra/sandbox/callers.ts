import type { Caller } from './service.ts';
import { liveSession } from './services/sts.ts';
import type { SigningScope } from './wire/credential.ts';
import type { Refusal } from './wire/protocol.ts';
import type { World } from './world.ts';

interface Refused {
  readonly refusal: Refusal;
  readonly message: string;
}

const convention =
  "The local AWS takes a 12-digit account id as access key id (any secret) for that account's administrator, e.g. AWS_ACCESS_KEY_ID=111111111111, " +
  'or keys from sts:AssumeRole or iam:CreateAccessKey.';

/** Whose access key a request is signed with. The secret, and so the signature, is not looked at. */
export function resolveCaller(world: World, { accessKeyId, sessionToken }: SigningScope): Caller | Refused {
  if (/^\d{12}$/.test(accessKeyId)) return rootOf(accessKeyId);
  if (accessKeyId.startsWith('ASIA')) return sessionCaller(world, accessKeyId, sessionToken);
  return userCaller(world, accessKeyId) ?? refused('unknownKey', `The access key id ${accessKeyId} is not known. ${convention}`);
}

const rootOf = (account: string): Caller => ({
  account,
  arn: `arn:aws:iam::${account}:root`,
  kind: 'root',
  userId: account,
  accessKeyId: account,
  administrator: true,
});

function sessionCaller(world: World, accessKeyId: string, token: string | undefined): Caller | Refused {
  const session = world.sts.sessions.get(accessKeyId);
  if (!session) return refused('unknownKey', `The security token included in the request is invalid. ${convention}`);
  if (token !== session.token) return refused('invalidToken', 'The security token included in the request is invalid.');
  if (session.expires <= world.clock.now())
    return refused('expiredToken', 'The security token included in the request is expired');
  if (!liveSession(world, session))
    return refused('invalidToken', 'The security token included in the request is invalid: its role was deleted.');
  return {
    account: session.account,
    arn: `arn:aws:sts::${session.account}:assumed-role/${session.roleName}/${session.name}`,
    kind: 'assumed-role',
    userId: `${session.roleId}:${session.name}`,
    roleArn: session.roleArn,
    accessKeyId,
    ...(session.implied ? { administrator: true } : {}),
    ...(session.policy === undefined ? {} : { sessionPolicy: session.policy }),
  };
}

function userCaller(world: World, accessKeyId: string): Caller | undefined {
  const key = world.iam.accessKeys.get(accessKeyId);
  const user = key?.status === 'Active' ? world.iam.accounts.get(key.account)?.users.get(key.userName) : undefined;
  return user && { account: user.account, arn: user.arn, kind: 'user', userId: user.id, accessKeyId };
}

const refused = (refusal: Refusal, message: string): Refused => ({ refusal, message });
