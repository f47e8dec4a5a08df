/** SCPs and RCPs for the proof: read from Organizations, or given in a file. */
import type { CannotReadOrganization } from '../../shared/aws/organization.ts';
import { toHub } from '../../shared/model/aws-call.ts';
import type { Replication } from '../../shared/model/replication.ts';
import type { AccountState } from '../../shared/policy/replication-state.ts';
import { type Cli, userAgentOf } from './cli.ts';
import { CommandFailure, hintFor } from './failure.ts';
import { readValue, tellingFaults } from './json-file.ts';

export interface OrganizationOptions {
  /** Read them, with the credentials at hand. */
  readonly organization?: boolean;
  readonly organizationFile?: string;
}

export type AccountStates = Readonly<Record<string, AccountState>>;

export function insistOnOneSource({ organization = false, organizationFile }: OrganizationOptions): void {
  if (organization && organizationFile !== undefined)
    throw new CommandFailure(
      '--organization and --organization-file cannot be combined: one says to read, the other what there is.',
    );
}

export async function accountsInFile(cli: Cli, file: string): Promise<AccountStates> {
  const what = 'file of organization policies';
  const [{ value, source }, { readAccounts }] = await Promise.all([readValue(cli, file, what), cli.core.states()]);
  const { accounts, notes } = tellingFaults(what, () => readAccounts(value, source));
  for (const note of notes) cli.terminal.stderr.write(`note: ${source.name}: ${note}\n`);
  return accounts;
}

const whoMay =
  'Use credentials of the management account, or of a delegated administrator for Organizations policies; or give the policies with --organization-file.';

const isRefusal = (error: unknown): error is CannotReadOrganization =>
  error instanceof Error && error.name === 'CannotReadOrganization';

async function readAll(cli: Cli, replications: readonly Replication[]): Promise<AccountStates> {
  const { organizationRegion, readOrganization } = await cli.core.organization();
  const region = organizationRegion(replications[0]?.partition);
  const aws = await cli.core.hub({ userAgent: userAgentOf(cli), region });
  const accounts = replications.flatMap(({ source, destination }) => [source.account, destination.account]);
  try {
    return await readOrganization(accounts, aws, { ...toHub, region });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw new CommandFailure(error.message, { hint: hintFor(error.failure) ?? whoMay, cause: error });
  }
}

/** undefined: nobody asked for them. @throws CommandFailure when they cannot be had */
export async function accountsFor(
  cli: Cli,
  replications: readonly Replication[],
  options: OrganizationOptions,
): Promise<AccountStates | undefined> {
  insistOnOneSource(options);
  if (options.organizationFile !== undefined) return accountsInFile(cli, options.organizationFile);
  return options.organization && replications.length > 0 ? readAll(cli, replications) : undefined;
}
