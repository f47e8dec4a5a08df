/** With whose rights a game day breaks things: a person's, never Lockstep's. */
import type { AwsGateway } from '../../shared/model/aws-call.ts';
import { defaultHealer, defaultObserver, profilesOf } from './access.ts';
import { type Cli, userAgentOf } from './cli.ts';
import { CommandFailure, refusedBy } from './failure.ts';
import { loopbackEndpoint } from './loopback.ts';

export interface BreakerOptions {
  /** Assumed in each account; undefined: a person's own profiles. */
  readonly role?: string;
  readonly externalId?: string;
  readonly profile: readonly string[];
  readonly region?: string;
}

/** CloudTrail shows it, and so does every notification. */
const sessionName = 'lockstep-gameday';

/** The controller takes calls of its own roles for its echo, and does not look. @throws CommandFailure */
function refuseOwnRoles({ terminal: { env } }: Cli, { role, externalId, profile }: BreakerOptions): void {
  const own = [env.LOCKSTEP_OBSERVER_ROLE || defaultObserver, env.LOCKSTEP_HEALER_ROLE || defaultHealer];
  if (role !== undefined && own.includes(role))
    throw new CommandFailure(`--role ${role} is a role of Lockstep: the controller would take what it does for its own doing.`, {
      hint: 'Name a role of administrators, or leave it out to use your own profiles.',
    });
  if (role !== undefined && profile.length > 0)
    throw new CommandFailure('--profile goes without --role: a role is assumed with your own credentials.');
  if (role === undefined && externalId !== undefined) throw new CommandFailure('--external-id goes with --role.');
}

/** Calls in the accounts of a replication. @throws CommandFailure */
export async function openBreaker(cli: Cli, options: BreakerOptions): Promise<AwsGateway> {
  refuseOwnRoles(cli, options);
  const { role, externalId, profile, region } = options;
  const { spokeGateway } = await cli.core.accounts();
  return spokeGateway({
    ...{ sessionName, userAgent: `${userAgentOf(cli)} ${sessionName}` },
    services: { s3: () => import('../../shared/aws/clients/objects.ts') },
    ...(role === undefined ? { profiles: profilesOf(profile) } : { role }),
    ...(externalId !== undefined && { externalId }),
    ...(region !== undefined && { region }),
  });
}

/** An account, and a region to ask its STS in. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

/**
 * IAM's calls name no account: with credentials of another one they would break a role of the same name there.
 *
 * @returns who acts, by account
 * @throws CommandFailure when the credentials are of another account, or are refused
 */
export async function insistOnAccounts(aws: AwsGateway, places: readonly Place[]): Promise<ReadonlyMap<string, string>> {
  const callers = new Map<string, string>();
  for (const { account, region } of new Map(places.map((place) => [place.account, place])).values()) {
    const reply = await aws.send({ operation: 'sts:GetCallerIdentity', account, region, input: {} });
    if (!reply.ok) throw refusedBy(`No credentials for account ${account}`, reply.error);
    if (reply.output.Account !== account)
      throw new CommandFailure(`The credentials for account ${account} are those of account ${reply.output.Account}.`, {
        hint: `Give a profile, --profile ${account}=NAME, or a role to assume there, --role NAME.`,
      });
    callers.set(account, reply.output.Arn ?? account);
  }
  return callers;
}

/** Whether every call ends at the local AWS, where nothing can be harmed. */
export async function isHarmless(cli: Cli): Promise<boolean> {
  const endpoint = loopbackEndpoint(cli.terminal.env);
  return endpoint !== undefined && (await (await cli.core.localEndpoint()).isLocalAws(endpoint));
}
