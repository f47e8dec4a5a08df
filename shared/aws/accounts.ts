import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@aws-sdk/types';
import pLimit from 'p-limit';
import { partitionOf } from '../model/arn.ts';
import type { AwsCall, AwsGateway, Reply } from '../model/aws-call.ts';
import { type Operation, type Output, operations } from '../model/operations.ts';
import { type AnyClient, clientModule, hasOwnEndpoint, maxAttempts } from './clients.ts';
import { failureOf } from './failure-of.ts';

export interface SpokeAccess {
  /** Name (or path and name) of the role to assume in each account; undefined: use the credentials at hand. */
  readonly role?: string;
  readonly externalId?: string;
  /** Without a role: the profile for each account; else one named as the account, else the default credentials. */
  readonly profiles?: Readonly<Record<string, string>>;
  /** Region whose STS is asked; default: AWS_REGION, else the region of the call. */
  readonly region?: string;
  readonly partition?: string;
  readonly userAgent?: string;
}

export interface SpokeGateway extends AwsGateway {
  /** What was sent so far, AssumeRole not counted. */
  readonly counts: { reads: number; writes: number };
}

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
 * Sends calls in the accounts they name: as the spoke role there, assumed once an account and kept until it expires,
 * or with a person's own credentials. One client a service, account and region.
 */
export function spokeGateway(access: SpokeAccess = {}): SpokeGateway {
  const clients = new Map<string, Promise<AnyClient>>();
  const credentials = new Map<string, AwsCredentialIdentityProvider>();
  const counts = { reads: 0, writes: 0 };
  const limit = pLimit(callsAtOnce);

  function credentialsFor(call: AwsCall): AwsCredentialIdentityProvider | undefined {
    if (access.role === undefined) return undefined;
    const provider = credentials.get(call.account) ?? assumeOnce(access, access.role, call);
    credentials.set(call.account, provider);
    return provider;
  }

  async function clientFor(call: AwsCall): Promise<AnyClient> {
    const service = call.operation.slice(0, call.operation.indexOf(':'));
    const key = `${service} ${call.account} ${call.region}`;
    const client = clients.get(key) ?? createClient(service, call, access, credentialsFor(call));
    clients.set(key, client);
    return client;
  }

  async function send<O extends Operation>(call: AwsCall<O>): Promise<Reply<O>> {
    counts[operations[call.operation].kind === 'read' ? 'reads' : 'writes']++;
    const [service = '', name = ''] = call.operation.split(':');
    try {
      const { commands } = await clientModule(service);
      const Command = commands[name];
      if (Command === undefined) throw new Error(`no command for ${call.operation}`);
      const client = await clientFor(call as AwsCall);
      return { ok: true, output: (await limit(() => client.send(new Command(call.input as never)))) as unknown as Output<O> };
    } catch (error) {
      return { ok: false, error: failureOf(error, callerOf(access, call)) };
    }
  }
  return { send, counts };
}

async function createClient(
  service: string,
  call: AwsCall,
  access: SpokeAccess,
  credentials: AwsCredentialIdentityProvider | undefined,
): Promise<AnyClient> {
  const profile = credentials === undefined ? await profileFor(call.account, access) : undefined;
  return (await clientModule(service)).create({
    region: call.region,
    ...(credentials && { credentials }),
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

/** Assumes the spoke role when first asked and again shortly before the credentials expire; a refusal is not asked again. */
function assumeOnce(access: SpokeAccess, role: string, call: AwsCall): AwsCredentialIdentityProvider {
  let current: Promise<AwsCredentialIdentity> | undefined;
  let expires = Number.POSITIVE_INFINITY;
  return async () => {
    if (current === undefined || Date.now() > expires - marginMilliseconds) {
      expires = Number.POSITIVE_INFINITY;
      current = assume(access, role, call);
      current.then((got) => (expires = got.expiration?.getTime() ?? expires)).catch(() => undefined);
    }
    return current;
  };
}

async function assume(access: SpokeAccess, role: string, call: AwsCall): Promise<AwsCredentialIdentity> {
  const { AssumeRoleCommand, STSClient } = await import('./clients/sts.ts');
  const arn = spokeRoleArn(call.account, role, partitionOf(call.region));
  const region = access.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? call.region;
  const sts = new STSClient({ region, maxAttempts, customUserAgent: access.userAgent ?? 'lockstep' });
  try {
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'lockstep', ExternalId: access.externalId }),
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
