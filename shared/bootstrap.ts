/**
 * What a person wants created once, before repairs can keep it: buckets, and keys that documents name by an alias.
 * This is the only code that creates them. No aspect does, and the roles of the Lambdas hold no right to.
 */
import { createBucket } from './bootstrap/create-bucket.ts';
import { createKey } from './bootstrap/create-key.ts';
import { BootstrapFailure, type Created, type Problem, refusal } from './bootstrap/failure.ts';
import { type Foundation, foundationsOf, foundationText } from './bootstrap/foundation.ts';
import { lookAt } from './bootstrap/look.ts';
import { pauses, type Wait } from './bootstrap/patience.ts';
import type { AwsCall, AwsGateway } from './model/aws-call.ts';
import type { Replication } from './model/replication.ts';

export { BootstrapFailure, type Created, type Problem } from './bootstrap/failure.ts';
export { type Foundation, foundationText } from './bootstrap/foundation.ts';

/**
 * The buckets and keys that do not exist yet, each once: buckets first, since only their names can turn out to be taken.
 * Writes nothing.
 *
 * @throws BootstrapFailure listing everything that cannot be told or could not be created
 */
export async function missingFoundations(replications: readonly Replication[], aws: AwsGateway): Promise<readonly Foundation[]> {
  const wanted = foundationsOf(replications);
  const sights = await Promise.all(wanted.map((foundation) => lookAt(foundation, aws)));
  const missing = wanted.filter((_, index) => sights[index]?.status === 'missing');
  const unclear = sights.flatMap((sight) => (sight.status === 'unclear' ? [sight.problem] : []));
  const problems = [...unclear, ...(await wrongAccounts(missing, aws))];
  if (problems.length > 0) throw new BootstrapFailure(distinct(problems));
  return [...missing.filter(({ kind }) => kind === 'bucket'), ...missing.filter(({ kind }) => kind === 'key')];
}

const distinct = (problems: readonly Problem[]): readonly Problem[] => [
  ...new Map(problems.map((problem) => [problem.message, problem])).values(),
];

/**
 * Creating takes no owner as a condition, unlike all else that is sent to S3: a bucket or key ends up in the account of the
 * credentials, whichever that is. So they are asked for first.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
 */
async function wrongAccounts(missing: readonly Foundation[], aws: AwsGateway): Promise<readonly Problem[]> {
  const places = [...new Map(missing.map(({ account, region }) => [account, { account, region }])).values()];
  const answers = await Promise.all(
    places.map(async ({ account, region }): Promise<Problem | undefined> => {
      const call: AwsCall<'sts:GetCallerIdentity'> = { operation: 'sts:GetCallerIdentity', account, region, input: {} };
      const reply = await aws.send(call);
      if (!reply.ok) return refusal(call as AwsCall, reply.error);
      const { Account, Arn } = reply.output;
      if (Account === account) return undefined;
      return {
        message: `The credentials used for account ${account} are those of account ${Account} (${Arn}): what is created with them would end up there.`,
        denied: true,
      };
    }),
  );
  return answers.filter((problem) => problem !== undefined);
}

export interface CreateOptions {
  /** Looks whether what was created can be seen. */
  readonly observer: AwsGateway;
  /** May create. */
  readonly creator: AwsGateway;
  readonly wait: Wait;
  readonly onProgress?: (foundation: Foundation, done: number) => void;
}

/**
 * Creates one after the other, each until a read shows it. Killed anywhere, the next run goes on from there.
 *
 * @param missing as `missingFoundations` gives them
 * @throws BootstrapFailure with what was created before
 */
export async function createFoundations(missing: readonly Foundation[], options: CreateOptions): Promise<readonly Created[]> {
  const problems = await wrongAccounts(missing, options.creator);
  if (problems.length > 0) throw new BootstrapFailure(problems);
  const created: Created[] = [];
  try {
    for (const foundation of missing) {
      options.onProgress?.(foundation, created.length);
      created.push(await create(foundation, options));
      await untilSeen(foundation, options);
    }
  } catch (error) {
    throw error instanceof BootstrapFailure ? new BootstrapFailure(error.problems, created) : error;
  }
  return created;
}

const create = (foundation: Foundation, { creator, wait }: CreateOptions): Promise<Created> =>
  foundation.kind === 'bucket' ? createBucket(foundation, creator, wait) : createKey(foundation, creator, wait);

async function untilSeen(foundation: Foundation, { observer, wait }: CreateOptions): Promise<void> {
  for (const seconds of pauses) {
    const sight = await lookAt(foundation, observer);
    if (sight.status === 'there') return;
    if (sight.status === 'unclear') throw new BootstrapFailure([sight.problem]);
    await wait(seconds);
  }
  throw new BootstrapFailure([
    { message: `${foundationText(foundation)} was created but cannot be seen yet. Run bootstrap again in a minute.` },
  ]);
}
