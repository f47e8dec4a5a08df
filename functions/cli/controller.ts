/** The controller as the command line sees it: its ledger, its queue, the freeze parameter, and who is asking. */
import { failureOf } from '../../shared/aws/failure-of.ts';
import type { Ledger, ReplicationRecord } from '../../shared/controller/ledger.ts';
import { type AwsGateway, toHub } from '../../shared/model/aws-call.ts';
import { isDenied } from '../../shared/model/failure.ts';
import { type Cli, userAgentOf } from './cli.ts';
import type { HubPlace } from './core.ts';
import { CommandFailure, hintFor, refusedBy } from './failure.ts';

export interface LedgerOptions {
  /** Name of its table; undefined: LOCKSTEP_LEDGER_TABLE, else `lockstep-ledger`. */
  readonly ledger?: string;
  readonly region?: string;
}

export interface QueueOptions {
  /** URL; undefined: LOCKSTEP_QUEUE_URL. */
  readonly queue?: string;
}

export const defaultTable = 'lockstep-ledger';
export const defaultFreeze = '/lockstep/freeze';

export const freezeParameterOf = ({ terminal: { env } }: Cli): string => env.LOCKSTEP_FREEZE_PARAMETER || defaultFreeze;

export const placeOf = (cli: Cli, { region }: { readonly region?: string }): HubPlace => ({
  userAgent: userAgentOf(cli),
  ...(region !== undefined && { region }),
});

const tableOf = ({ terminal: { env } }: Cli, { ledger }: LedgerOptions): string =>
  ledger ?? (env.LOCKSTEP_LEDGER_TABLE || defaultTable);

const permissions =
  'The credentials in use need dynamodb:Query, GetItem, BatchGetItem, PutItem, UpdateItem, DeleteItem and BatchWriteItem on that table: `aws sts get-caller-identity` tells whose they are.';

/** What DynamoDB answered, in words that say what to do. */
function ledgerFailure(table: string, error: unknown): unknown {
  if (error instanceof CommandFailure || !(error instanceof Error)) return error;
  const failure = failureOf(error, 'your own AWS credentials');
  if (failure.code === 'ResourceNotFoundException')
    return new CommandFailure(`There is no ledger: table ${table} does not exist in this account and region.`, {
      hint: 'Use the credentials of the account the controller runs in, and check --ledger (LOCKSTEP_LEDGER_TABLE), --region and AWS_PROFILE. Without a controller there is none: `lockstep plan` works without.',
      cause: error,
    });
  const isOfAws = '$metadata' in error || hintFor(failure) !== undefined;
  if (!isOfAws) return error;
  const hint = isDenied(failure) ? permissions : hintFor(failure);
  return new CommandFailure(`The ledger (table ${table}) could not be used: ${failure.code}: ${failure.message}`, {
    ...(hint !== undefined && { hint }),
    cause: error,
  });
}

/** Works with the ledger. @throws CommandFailure for what DynamoDB refuses */
export async function withLedger<T>(cli: Cli, options: LedgerOptions, work: (ledger: Ledger) => Promise<T>): Promise<T> {
  const table = tableOf(cli, options);
  try {
    return await work(await cli.core.ledger({ ...placeOf(cli, options), table }));
  } catch (error) {
    throw ledgerFailure(table, error);
  }
}

export const hubOf = (cli: Cli, options: { readonly region?: string }): Promise<AwsGateway> =>
  cli.core.hub(placeOf(cli, options));

/** Whose credentials these are, as an ARN. @throws CommandFailure when STS does not say */
export async function callerOf(hub: AwsGateway): Promise<string> {
  const reply = await hub.send({ operation: 'sts:GetCallerIdentity', ...toHub, input: {} });
  if (!reply.ok) throw refusedBy('Could not tell who you are (sts:GetCallerIdentity)', reply.error);
  return reply.output.Arn ?? 'unknown';
}

/** The replications named, in the order given. @throws CommandFailure when the controller knows one of them not */
export function recordsNamed(records: readonly ReplicationRecord[], names: readonly string[]): readonly ReplicationRecord[] {
  const known = new Map(records.map((record) => [record.replication.name, record]));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length === 0) return [...new Set(names)].flatMap((name) => known.get(name) ?? []);
  const hint =
    known.size === 0 || known.size > 20
      ? `The ledger holds ${known.size} replications.`
      : `The ledger holds: ${[...known.keys()].sort().join(', ')}.`;
  throw new CommandFailure(`The controller knows no replication ${unknown.map((name) => `"${name}"`).join(', ')}.`, { hint });
}

/**
 * Asks for a full pass of some groups.
 *
 * @returns false when no queue is known: the next sweep looks at them anyway
 */
export async function askForPass(
  cli: Cli,
  options: QueueOptions & { readonly region?: string },
  groups: readonly string[],
  by: string,
): Promise<boolean> {
  const url = options.queue ?? (cli.terminal.env.LOCKSTEP_QUEUE_URL || undefined);
  if (url === undefined) return false;
  const at = cli.now().toISOString();
  const queue = await cli.core.queue({ ...placeOf(cli, options), url });
  const messages = [...new Set(groups)].map(
    (group) =>
      ({
        message: { version: 1, group, trigger: { kind: 'request', reason: 'person', by } },
        deduplication: `person:${group}:${by}:${at}`,
      }) as const,
  );
  await queue.send(messages).catch((error: unknown) => {
    throw refusedBy(`Could not ask for a pass (sqs:SendMessage on ${url})`, failureOf(error, by));
  });
  return true;
}
