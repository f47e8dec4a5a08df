import type { AwsCall, AwsGateway } from '../model/aws-call.ts';
import { BootstrapFailure, type Created, type Problem, refusal } from './failure.ts';
import { aliasNameOf, type Foundation } from './foundation.ts';
import { lookAt } from './look.ts';
import { sendPatiently, type Wait } from './patience.ts';
import { descriptionFor, unfinishedKey } from './unfinished-key.ts';

/**
 * Creates a symmetric key with KMS's default key policy, then its alias. A key that an earlier run left without its alias is taken up again.
 *
 * @param foundation a key named by an alias that does not exist
 * @throws BootstrapFailure naming the key that was left without alias, if there is one
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html
 */
export async function createKey(foundation: Foundation, aws: AwsGateway, wait: Wait): Promise<Created> {
  const arn = (await unfinishedKey(foundation, aws)) ?? (await newKey(foundation, aws));
  await createAlias(foundation, arn, aws, wait);
  return { ...foundation, arn };
}

async function newKey({ name, account, region }: Foundation, aws: AwsGateway): Promise<string> {
  const call: AwsCall<'kms:CreateKey'> = {
    operation: 'kms:CreateKey',
    account,
    region,
    input: { Description: descriptionFor(name) },
  };
  const reply = await aws.send(call);
  if (!reply.ok) throw new BootstrapFailure([refusal(call as AwsCall, reply.error)]);
  const arn = reply.output.KeyMetadata?.Arn;
  if (arn === undefined)
    throw new BootstrapFailure([{ message: `KMS answered kms:CreateKey in account ${account} (${region}) without a key.` }]);
  return arn;
}

async function createAlias(foundation: Foundation, key: string, aws: AwsGateway, wait: Wait): Promise<void> {
  const { name, account, region } = foundation;
  const input = { AliasName: aliasNameOf(name), TargetKeyId: key };
  const call: AwsCall<'kms:CreateAlias'> = { operation: 'kms:CreateAlias', account, region, input };
  // A new key may not be known everywhere yet: https://docs.aws.amazon.com/kms/latest/developerguide/accessing-kms.html#programming-eventual-consistency
  const reply = await sendPatiently(call, aws, wait, ({ code }) => code === 'NotFoundException');
  if (reply.ok) return;
  if (reply.error.code !== 'AlreadyExistsException')
    throw new BootstrapFailure([unfinished(key, name, refusal(call as AwsCall, reply.error))]);
  const sight = await lookAt(foundation, aws);
  if (sight.status === 'there' && sight.arn === key) return;
  throw new BootstrapFailure([overtaken(key, name)]);
}

const unfinished = (key: string, alias: string, { message, denied }: Problem): Problem => ({
  message: `The key ${key} was created, but its alias ${aliasNameOf(alias)} was not: ${message} Run bootstrap again: it finds this key and gives it the alias.`,
  denied,
});

const overtaken = (key: string, alias: string): Problem => ({
  message: `The key ${key} was created, but meanwhile somebody gave the alias ${aliasNameOf(alias)} to another key. Run bootstrap again to go on with that one; nothing uses ${key}, so its deletion can be scheduled.`,
});
