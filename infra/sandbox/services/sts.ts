/**
 * AWS Security Token Service.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html
 */
import { createHash, randomBytes } from 'node:crypto';
import type * as sts from '@aws-sdk/client-sts';
import { AwsError, type CallContext, type Handler } from '../service.ts';
import type { World } from '../world.ts';
import { findRole, type IamRole, uniqueId, wholeSeconds } from './iam/state.ts';
import { validator } from './validation.ts';

/** A role session. */
export interface RoleSession {
  /** `ASIA…`. */
  readonly accessKeyId: string;
  readonly token: string;
  readonly account: string;
  readonly roleName: string;
  readonly roleArn: string;
  /** Unique id of the role it was started from; the session dies with that role. */
  readonly roleId: string;
  /** RoleSessionName. */
  readonly name: string;
  readonly started: Date;
  readonly expires: Date;
  /** Of a role that nobody created. */
  readonly implied: boolean;
  /** The session policy, which can only take away. */
  readonly policy: string | undefined;
  readonly policyArns: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

export interface StsState {
  readonly impliedRoles: readonly string[];
  /** By access key id. */
  readonly sessions: Map<string, RoleSession>;
}

export const newStsState = (impliedRoles: readonly string[] = []): StsState => ({ impliedRoles, sessions: new Map() });

/** Whether the very role of a session still lives. */
export const liveSession = ({ iam }: World, session: RoleSession): boolean =>
  session.implied || iam.principals.has(session.roleId);

export const stsHandlers: Readonly<Record<string, Handler>> = { GetCallerIdentity: getCallerIdentity, AssumeRole: assumeRole };

function getCallerIdentity(_input: sts.GetCallerIdentityCommandInput, { caller }: CallContext) {
  return { Account: caller.account, Arn: caller.arn, UserId: caller.userId };
}

function assumeRole(input: sts.AssumeRoleCommandInput, call: CallContext) {
  const request = readRequest(input);
  const target = targetOf(call, input.RoleArn ?? '');
  const session = startSession(call, target, request, durationOf(input, call, target.role));
  call.world.sts.sessions.set(session.accessKeyId, session);
  return {
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: randomBytes(30).toString('base64'),
      SessionToken: session.token,
      Expiration: session.expires,
    },
    AssumedRoleUser: {
      AssumedRoleId: `${session.roleId}:${session.name}`,
      Arn: `arn:aws:sts::${session.account}:assumed-role/${session.roleName}/${session.name}`,
    },
    ...(session.policy === undefined ? {} : { PackedPolicySize: Math.ceil((session.policy.length / 2048) * 100) }),
    ...(input.SourceIdentity === undefined ? {} : { SourceIdentity: input.SourceIdentity }),
  };
}

const valid = validator('ValidationError');
const sessionName = /^[\w+=,.@-]*$/;

function readRequest(input: sts.AssumeRoleCommandInput): Pick<RoleSession, 'name' | 'policy' | 'policyArns' | 'tags'> {
  valid.text('roleArn', input.RoleArn, { min: 20, max: 2048 });
  valid.optionalText('externalId', input.ExternalId, { min: 2, max: 1224, pattern: /^[\w+=,.@:/-]*$/ });
  return {
    name: valid.text('roleSessionName', input.RoleSessionName, { min: 2, max: 64, pattern: sessionName }),
    policy: sessionPolicy(input.Policy),
    policyArns: (input.PolicyArns ?? []).flatMap(({ arn }) => arn ?? []),
    tags: Object.fromEntries((input.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
  };
}

function sessionPolicy(policy: string | undefined): string | undefined {
  if (policy === undefined) return undefined;
  valid.text('policy', policy, { min: 1, max: 2048 });
  try {
    JSON.parse(policy);
    return policy;
  } catch {
    throw new AwsError('MalformedPolicyDocument', 'This policy contains invalid Json');
  }
}

interface Target {
  readonly account: string;
  readonly name: string;
  readonly arn: string;
  readonly id: string;
  /** undefined: implied, nobody created it. */
  readonly role: IamRole | undefined;
}

/** The role behind an ARN. Whether it exists is not told to those who may not assume it. */
function targetOf(call: CallContext, arn: string): Target {
  const [, account, path] = /^arn:aws:iam::(\d{12}):role\/(.+)$/.exec(arn) ?? [];
  if (account === undefined || path === undefined) throw new AwsError('ValidationError', `${arn} is invalid`);
  const name = path.slice(path.lastIndexOf('/') + 1);
  const role = findRole(call.world.iam, account, name);
  if (role && role.arn === arn && !call.world.iam.unseen.has(role.id)) return { account, name, arn, id: role.id, role };
  if (role || path !== name || !call.world.sts.impliedRoles.includes(name)) throw notAuthorised(call, arn);
  return { account, name, arn, id: impliedId(arn), role: undefined };
}

const impliedId = (arn: string): string => `AROA${createHash('sha256').update(arn).digest('hex').toUpperCase().slice(0, 17)}`;

function durationOf({ DurationSeconds }: sts.AssumeRoleCommandInput, { caller }: CallContext, role: IamRole | undefined): number {
  const seconds = valid.between('durationSeconds', DurationSeconds, 900, 43_200) ?? 3600;
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
  if (caller.kind === 'assumed-role' && seconds > 3600) {
    throw new AwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  }
  if (seconds > (role?.maxSessionDuration ?? 43_200)) {
    throw new AwsError('ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  return seconds;
}

function startSession(call: CallContext, target: Target, request: ReturnType<typeof readRequest>, seconds: number): RoleSession {
  return {
    ...request,
    accessKeyId: uniqueId(call.world.iam, 'ASIA'),
    token: randomBytes(120).toString('base64'),
    account: target.account,
    roleName: target.name,
    roleArn: target.arn,
    roleId: target.id,
    started: wholeSeconds(call.world.clock.now()),
    expires: wholeSeconds(new Date(call.world.clock.now().getTime() + seconds * 1000)),
    implied: target.role === undefined,
  };
}

const notAuthorised = ({ caller }: CallContext, arn: string): AwsError =>
  new AwsError('AccessDenied', `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`, 403);
