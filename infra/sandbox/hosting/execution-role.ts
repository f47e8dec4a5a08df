/**
 * The role that a function runs in.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
 */
import { randomBytes } from 'node:crypto';
import { AwsError, type Caller } from '../service.ts';
import { uniqueId, wholeSeconds } from '../services/iam/state.ts';
import type { HostedFunction } from '../services/lambda/state.ts';
import { liveSession, type RoleSession } from '../services/sts.ts';
import { type TrustedRole, trustedRole } from '../targets/permission.ts';
import { TargetError, type TargetParams } from '../targets.ts';
import type { World } from '../world.ts';

type Identified = Pick<HostedFunction, 'arn' | 'account' | 'name'>;

/** Hours that the keys of an execution environment are good for. */
const sessionHours = 12;

/** In whose name a function itself sends. */
export const sender = ({ arn, account }: Identified): TargetParams => ({
  service: 'lambda.amazonaws.com',
  sourceArn: arn,
  sourceAccount: account,
});

/** @throws AwsError `InvalidParameterValueException` unless Lambda may assume the role */
export function executionRole(world: World, fn: Identified, roleArn: string): TrustedRole {
  try {
    const trusted = trustedRole(world, roleArn, sender(fn));
    const isSeen = trusted.role === undefined || !world.iam.unseen.has(trusted.role.id);
    if (isSeen && trusted.account === fn.account) return trusted;
    throw cannotAssume();
  } catch (error) {
    if (error instanceof TargetError) throw cannotAssume(error.message);
    throw error;
  }
}

const cannotAssume = (reason?: string): AwsError =>
  new AwsError('InvalidParameterValueException', 'The role defined for the function cannot be assumed by Lambda.', 400, {
    ...(reason !== undefined && { reason }),
  });

/** Starts a session named after the function: CloudTrail shows `assumed-role/ROLE/FUNCTION`. @throws AwsError as `executionRole` */
export function startSession(world: World, fn: Identified, roleArn: string): RoleSession {
  const { account, name: roleName, role } = executionRole(world, fn, roleArn);
  const started = wholeSeconds(world.clock.now());
  const session: RoleSession = {
    accessKeyId: uniqueId(world.iam, 'ASIA'),
    token: randomBytes(120).toString('base64'),
    account,
    roleName,
    roleArn,
    roleId: role?.id ?? 'AROAIMPLIED0000000000',
    name: fn.name,
    started,
    expires: new Date(started.getTime() + sessionHours * 3600_000),
    implied: role === undefined,
    policy: undefined,
    policyArns: [],
    tags: {},
  };
  world.sts.sessions.set(session.accessKeyId, session);
  return session;
}

/** Whether a session outlasts another run, and its very role still lives. */
export function isUsable(world: World, accessKeyId: string, seconds: number): boolean {
  const session = world.sts.sessions.get(accessKeyId);
  if (!session || !liveSession(world, session)) return false;
  return session.expires.getTime() > world.clock.now().getTime() + seconds * 1000;
}

/** Lambda itself in the function's role, as it calls the services that the function is fed from. @throws AwsError as `executionRole` */
export function roleCaller(world: World, fn: HostedFunction): Caller {
  const { account, name, role } = executionRole(world, fn, fn.settings.role);
  return {
    account,
    arn: `arn:aws:sts::${account}:assumed-role/${name}/${fn.name}`,
    kind: 'assumed-role',
    userId: `${role?.id ?? ''}:${fn.name}`,
    roleArn: fn.settings.role,
    accessKeyId: '',
    ...(role === undefined && { administrator: true }),
  };
}
