import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@aws-sdk/types';
import pLimit from 'p-limit';
import { partitionOf } from '../model/arn.ts';
import type { AwsCall, AwsGateway, Reply } from '../model/aws-call.ts';
import { type Operation, operations, serviceIn } from '../model/operations.ts';
import { type AnyClient, type ClientConfig, type ClientModules, clientModule, commandFor, hasOwnEndpoint } from './clients.ts';
import { connection, maxAttempts } from './connection.ts';
import { failureOf } from './failure-of.ts';

export interface SpokeAccess {
  /** Name (or path and name) of the role to assume in each account; undefined: use the credentials at hand. */
  readonly role?: string;
  readonly externalId?: string;
  /** Without a role: the profile for each account; else one named as the account, else the default credentials. */
  readonly profiles?: Readonly<Record<string, string>>;
  /** Region whose STS is asked; default: AWS_REGION, else the region of the call. */
  readonly region?: string;
  readonly userAgent?: string;
  /** Of the spoke roles' sessions, as CloudTrail shows it; `lockstep` by default. */
  readonly sessionName?: string;
  /** What is left of the role's rights in the session that sends a call; calls with the same policy share a session. Undefined: all of them. */
  readonly sessionPolicy?: (call: AwsCall) => string | undefined;
  /** Clients of services that `clientModule` does not know, or with more commands than its own. */
  readonly services?: ClientModules;
  /** Whose credentials assume the roles, or are used without one; default: those at hand. */
  readonly credentials?: ClientConfig['credentials'];
  /** In place of connections over the network. */
  readonly requestHandler?: ClientConfig['requestHandler'];
  readonly now?: () => Date;
}

export interface SpokeGateway extends AwsGateway {
  /** What was sent so far, AssumeRole not counted. */
  readonly counts: { reads: number; writes: number };
}

/** Sessions kept at a time; the one made longest ago goes first. */
const sessionsAtOnce = 200;

/** Calls of one gateway that are under way at a time; more would only meet AWS's throttling. */
export const callsAtOnce = 32;

/** Credentials of a spoke could not be had; every call there fails with this. */
class SpokeNotAssumable extends Error {
  override readonly name: string;

  constructor(arn: string, access: SpokeAccess, cause: unknown) {
    const isMissing = failureOf(cause, arn).code === 'CredentialsProviderError';
    super(isMissing ? noCredentials(cause) : refusedAssume(arn, access, cause), { cause });
    this.name = isMissing ? 'NoCredentials' : 'SpokeNotAssumable';
  }
}

/**
 * Sends calls in the accounts they name: as the spoke role there, assumed once an account (and session policy) and kept until it expires or
 * AWS takes it no more, or with a person's own credentials. A refusal to assume counts for half a minute. One client a service, account and region.
 */
export function spokeGateway(access: SpokeAccess = {}): SpokeGateway {
  const counts = { reads: 0, writes: 0 };
  const limit = pLimit(callsAtOnce);
  const sessions = sessionsOf(access);

  async function attempt(call: AwsCall): Promise<Reply<Operation>> {
    try {
      const command = await commandFor(call, access.services);
      const client = await sessions.clientFor(call);
      return { ok: true, output: (await limit(() => client.send(command))) as never };
    } catch (error) {
      return { ok: false, error: failureOf(error, callerOf(access, call)) };
    }
  }

  async function send(call: AwsCall): Promise<Reply<Operation>> {
    counts[operations[call.operation].kind === 'read' ? 'reads' : 'writes']++;
    const used = sessions.credentialsOf(call);
    const reply = await attempt(call);
    if (reply.ok || used === undefined || !revoked.has(reply.error.code)) return reply;
    sessions.renew(call, used);
    return attempt(call);
  }

  return { send: <O extends Operation>(call: AwsCall<O>) => send(call as AwsCall) as Promise<Reply<O>>, counts };
}

interface Sessions {
  /** The client that sends a call, in its session. */
  clientFor(call: AwsCall): Promise<AnyClient>;
  /** What the session of a call has; undefined: nothing was sent in it yet, or no role is assumed. */
  credentialsOf(call: AwsCall): AwsCredentialIdentityProvider | undefined;
  /** Has the session begin anew, unless that was done since `used` were its credentials: calls under way at once find out one after the other. */
  renew(call: AwsCall, used: AwsCredentialIdentityProvider): void;
}

function sessionsOf(access: SpokeAccess): Sessions {
  const clients = new Map<string, Promise<AnyClient>>();
  const credentials = new Map<string, AwsCredentialIdentityProvider>();
  const sessionOf = (call: AwsCall): string => `${call.account} ${access.sessionPolicy?.(call) ?? ''} `;

  function forget(session: string): void {
    credentials.delete(session);
    for (const key of clients.keys()) if (key.startsWith(session)) clients.delete(key);
  }

  function credentialsFor(call: AwsCall): AwsCredentialIdentityProvider | undefined {
    if (access.role === undefined) return undefined;
    const session = sessionOf(call);
    const provider = credentials.get(session) ?? assumeOnce(access, access.role, call);
    credentials.set(session, provider);
    for (const eldest of credentials.keys()) if (credentials.size > sessionsAtOnce) forget(eldest);
    return provider;
  }

  return {
    clientFor(call) {
      const service = serviceIn(call.operation);
      const key = `${sessionOf(call)}${service} ${call.region}`;
      const client = clients.get(key) ?? createClient(service, call, access, credentialsFor(call));
      clients.set(key, client);
      return client;
    },
    credentialsOf: (call) => credentials.get(sessionOf(call)),
    renew: (call, used) => void (credentials.get(sessionOf(call)) === used && forget(sessionOf(call))),
  };
}

/** What AWS says of a session whose role was deleted and made anew, or whose time is up: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_disable-perms.html */
const revoked = new Set([
  ...['ExpiredToken', 'ExpiredTokenException', 'InvalidToken', 'InvalidClientTokenId', 'InvalidAccessKeyId'],
  ...['UnrecognizedClientException', 'TokenRefreshRequired'],
]);

async function createClient(
  service: string,
  call: AwsCall,
  access: SpokeAccess,
  credentials: AwsCredentialIdentityProvider | undefined,
): Promise<AnyClient> {
  const profile =
    credentials === undefined && access.credentials === undefined ? await profileFor(call.account, access) : undefined;
  return (await clientModule(service, access.services)).create({
    region: call.region,
    requestHandler: access.requestHandler ?? connection,
    ...((credentials ?? access.credentials) && { credentials: credentials ?? access.credentials }),
    ...(profile && { profile }),
    customUserAgent: access.userAgent ?? 'lockstep',
    maxAttempts,
    ownEndpoint: hasOwnEndpoint(service),
  });
}

/** The profile a person chose for the account, or one named as the account, if there is one. */
async function profileFor(account: string, { profiles }: SpokeAccess): Promise<string | undefined> {
  const chosen = profiles?.[account];
  if (chosen !== undefined) return chosen;
  const { loadSharedConfigFiles } = await import('@smithy/core/config');
  const files = await loadSharedConfigFiles();
  return account in files.configFile || account in files.credentialsFile ? account : undefined;
}

export const spokeRoleArn = (account: string, role: string, partition = 'aws'): string =>
  `arn:${partition}:iam::${account}:role/${role}`;

function callerOf(access: SpokeAccess, call: AwsCall): string {
  return access.role === undefined
    ? `the credentials used for account ${call.account}`
    : spokeRoleArn(call.account, access.role, partitionOf(call.region));
}

const marginMilliseconds = 5 * 60 * 1000;
const refusalMilliseconds = 30 * 1000;

/** Assumes the spoke role when first asked and again shortly before the credentials expire; a refusal is asked again after half a minute. */
function assumeOnce(access: SpokeAccess, role: string, call: AwsCall): AwsCredentialIdentityProvider {
  const now = (): number => (access.now?.() ?? new Date()).getTime();
  let current: Promise<AwsCredentialIdentity> | undefined;
  let goodUntil = Number.POSITIVE_INFINITY;
  return () => {
    if (current !== undefined && now() <= goodUntil) return current;
    goodUntil = Number.POSITIVE_INFINITY;
    const asked = assume(access, role, call);
    asked.then(
      ({ expiration }) => {
        if (expiration) goodUntil = expiration.getTime() - marginMilliseconds;
      },
      () => {
        goodUntil = now() + refusalMilliseconds;
      },
    );
    current = asked;
    return asked;
  };
}

async function assume(access: SpokeAccess, role: string, call: AwsCall): Promise<AwsCredentialIdentity> {
  const { AssumeRoleCommand, STSClient } = await import('./clients/sts.ts');
  const arn = spokeRoleArn(call.account, role, partitionOf(call.region));
  const region = access.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? call.region;
  const sts = new STSClient({
    ...{ region, maxAttempts, customUserAgent: access.userAgent ?? 'lockstep' },
    requestHandler: access.requestHandler ?? connection,
    ...(access.credentials && { credentials: access.credentials }),
  });
  const policy = access.sessionPolicy?.(call);
  try {
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({
        ...{ RoleArn: arn, RoleSessionName: access.sessionName ?? 'lockstep', ExternalId: access.externalId },
        ...(policy !== undefined && { Policy: policy }),
      }),
    );
    return {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken,
      expiration: Credentials?.Expiration,
    };
  } catch (error) {
    throw new SpokeNotAssumable(arn, access, error);
  }
}

const noCredentials = (error: unknown): string =>
  `There are no AWS credentials to assume the spoke roles with. Set AWS_PROFILE or sign in (aws sso login); or use --no-assume with a profile for each account. (${failureOf(error, '').message})`;

function refusedAssume(arn: string, { externalId }: SpokeAccess, error: unknown): string {
  const { code, message } = failureOf(error, arn);
  const withId = externalId === undefined ? 'no external id was given (--external-id)' : 'with the external id given';
  return `The spoke role ${arn} could not be assumed; ${withId}. Deploy the spoke in that account, let its trust policy name the caller, or use --no-assume. AWS says: ${code}: ${message}`;
}
