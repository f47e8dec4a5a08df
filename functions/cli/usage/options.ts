/** Options that several commands share, and the parts of help that they have in common. */
import { type Command, Option } from 'commander';
import { defaultHealer, defaultObserver } from '../access.ts';
import type { ExitCode } from '../failure.ts';
import { defaultPath } from '../parameters.ts';

/** Takes over the exit code of the command that was called. */
export type Run = (code: Promise<ExitCode>) => Promise<void>;

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export const repeatable = (flags: string, description: string): Option => new Option(flags, description).argParser(collect);

export const exitCodesText = `
Exit codes:
  0  in sync      everything is as desired, and S3 may replicate (or it cannot be told)
  2  not in sync  something has drifted, is held back, or is blocked
  1  error        a document or an argument is wrong, something could not be read, or a repair failed`;

export function examples(...lines: readonly (readonly [command: string, says: string])[]): string {
  return `\nExamples:\n${lines.map(([command, says]) => `  $ ${command}\n      ${says}`).join('\n')}`;
}

export const regionOption = (what = 'region of Parameter Store and STS') =>
  new Option('--region <region>', `${what}, e.g. eu-west-1 (default: AWS_REGION, else the region of the profile)`);

export function withDocuments(command: Command): Command {
  return command
    .optionsGroup('Which documents:')
    .addOption(
      repeatable(
        '--document <file>',
        'a document: .yaml or .yml is YAML, all else JSON, - is JSON from the standard input; can be repeated (default: all documents in Parameter Store)',
      ),
    )
    .option('--path <path>', 'where documents are in Parameter Store, in the account of your own credentials', defaultPath)
    .addOption(
      repeatable(
        '--replication <name>',
        'only this replication, and those that share a bucket, key or role with it; can be repeated (default: all)',
      ),
    );
}

export function withAccess(command: Command): Command {
  return command
    .optionsGroup('Access to the accounts:')
    .option(
      '--observer-role <role>',
      `role to read with, assumed in each account: name, or path/name (default: ${defaultObserver})`,
    )
    .option(
      '--healer-role <role>',
      `role to repair with, assumed in each account: name, or path/name (default: ${defaultHealer})`,
    )
    .option('--external-id <id>', 'external id that the trust policies of these roles ask for (default: none)')
    .option('--no-assume', 'assume no role: use the profile of each account, see --profile')
    .addOption(
      repeatable(
        '--profile <account=name>',
        'with --no-assume: AWS profile for an account; can be repeated (default: the profile named like the account, else your default credentials)',
      ),
    )
    .addOption(regionOption());
}

export function withOrganization(command: Command): Command {
  return command
    .optionsGroup('Policies of the organization:')
    .option(
      '--organization',
      'read SCPs and RCPs of both accounts with your own credentials, those of the management account or a delegated administrator (default: left out, and said so)',
    )
    .option(
      '--organization-file <file>',
      'take them from a file: the `accounts` of a state, see `lockstep schema --state` (default: none)',
    );
}

export const withJson = (command: Command, what = 'print one JSON object, for scripts'): Command =>
  command.optionsGroup('Output:').option('--json', what, false);

export interface Flags {
  /** Undefined when never given, as are the other repeatable options. */
  readonly document?: readonly string[];
  readonly path: string;
  readonly replication?: readonly string[];
  readonly observerRole?: string;
  readonly healerRole?: string;
  readonly externalId?: string;
  readonly assume: boolean;
  readonly profile?: readonly string[];
  readonly region?: string;
  readonly json: boolean;
  /** Undefined where a command has no such options. */
  readonly organization?: boolean;
  readonly organizationFile?: string;
}

/** Names may be given as arguments and with `--replication`. */
export const named = <F extends Pick<Flags, 'document' | 'profile' | 'replication'>>(names: readonly string[], flags: F) => ({
  ...flags,
  document: flags.document ?? [],
  profile: flags.profile ?? [],
  replications: [...names, ...(flags.replication ?? [])],
});
