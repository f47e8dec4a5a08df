/** Secrets of Parameter Store are encrypted under KMS keys, in the name of whoever writes and reads them. */
import {
  CreateAliasCommand,
  CreateGrantCommand,
  CreateKeyCommand,
  DisableKeyCommand,
  ListAliasesCommand,
  PutKeyPolicyCommand,
} from '@aws-sdk/client-kms';
import {
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
} from '@aws-sdk/client-ssm';
import { beforeEach, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../infra/sandbox/local-aws.ts';
import { allow, aSession, clients, destination, policy, refusal, rootOf, source, world } from './authorisation-support.ts';

const Name = '/app/secret';
const parameterArn = `arn:aws:ssm:eu-west-1:${source}:parameter${Name}`;
const secret = (more: object = {}) =>
  new PutParameterCommand({ Name, Type: 'SecureString', Value: 'open sesame', KeyId: 'alias/app', Overwrite: true, ...more });
const reading = new GetParameterCommand({ Name, WithDecryption: true });

let aws: LocalAws;
let key: string;
beforeEach(async () => {
  ({ aws } = world());
  const { kms } = clients(aws, rootOf(source));
  key = (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
  await kms.send(new CreateAliasCommand({ AliasName: 'alias/app', TargetKeyId: key }));
});

const workerWith = async (...statements: readonly object[]) =>
  clients(aws, await aSession(aws, { inline: policy(allow('ssm:*'), ...statements) })).ssm;
const through = (Action: string, more: object = {}) =>
  allow(Action, key, {
    Condition: {
      StringEquals: { 'kms:ViaService': 'ssm.eu-west-1.amazonaws.com', 'kms:EncryptionContext:PARAMETER_ARN': parameterArn },
      ...more,
    },
  });

describe('a secret under a key of the customer', () => {
  it('is written by whoever may encrypt under the key, for this parameter, through Parameter Store', async () => {
    const ssm = await workerWith(through('kms:Encrypt'));

    expect(await refusal(ssm.send(secret()))).toBeUndefined();
    expect(await refusal(ssm.send(secret({ Name: '/app/other' })))).toMatchObject({
      code: 'AccessDeniedException',
      message: expect.stringMatching(
        new RegExp(
          `^User: arn:aws:sts::${source}:assumed-role/worker/job is not authorized to perform: kms:Encrypt on resource: ${key} because no identity-based policy allows the kms:Encrypt action \\(Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException;`,
        ),
      ),
    });
  });

  it('of the advanced tier needs a data key instead', async () => {
    const ssm = await workerWith(through('kms:GenerateDataKey'));

    expect(await refusal(ssm.send(secret()))).toMatchObject({ message: expect.stringContaining('kms:Encrypt') });
    expect(await refusal(ssm.send(secret({ Tier: 'Advanced' })))).toBeUndefined();
  });

  it('that may not be written stays as it was', async () => {
    await clients(aws, rootOf(source)).ssm.send(secret());
    const ssm = await workerWith();

    expect(await refusal(ssm.send(secret({ Value: 'guess' })))).toMatchObject({ code: 'AccessDeniedException' });
    const { Parameter } = await clients(aws, rootOf(source)).ssm.send(reading);
    expect(Parameter).toMatchObject({ Value: 'open sesame', Version: 1 });
  });

  const reads = [
    { name: 'GetParameter', command: reading },
    { name: 'GetParameters', command: new GetParametersCommand({ Names: [Name], WithDecryption: true }) },
    { name: 'GetParametersByPath', command: new GetParametersByPathCommand({ Path: '/app', WithDecryption: true }) },
    { name: 'GetParameterHistory', command: new GetParameterHistoryCommand({ Name, WithDecryption: true }) },
  ] as const;

  it.each(reads)('is read by $name by whoever may decrypt it', async ({ command }) => {
    await clients(aws, rootOf(source)).ssm.send(secret());
    const ssm = await workerWith(through('kms:Decrypt'));

    const answer = await ssm.send(command as typeof reading);

    expect(JSON.stringify(answer)).toContain('open sesame');
  });

  it.each(reads)('is kept by $name from whoever may not, in the words of KMS', async ({ command }) => {
    await clients(aws, rootOf(source)).ssm.send(secret());
    const ssm = await workerWith();

    expect(await refusal(ssm.send(command as typeof reading))).toMatchObject({
      code: 'AccessDeniedException',
      message: expect.stringMatching(
        /^The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access\. \(Service: AWSKMS;/,
      ),
    });
  });

  it('is seen, encrypted, by whoever does not ask for more', async () => {
    await clients(aws, rootOf(source)).ssm.send(secret());
    const ssm = await workerWith();

    const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
    const { Parameters } = await ssm.send(new GetParameterHistoryCommand({ Name }));

    expect([Parameter?.Value, Parameters?.[0]?.Value].filter((value) => value?.includes('sesame'))).toEqual([]);
  });

  it('is decrypted under the key it was written under, wherever its alias points by now', async () => {
    const { kms, ssm } = clients(aws, rootOf(source));
    await ssm.send(secret());
    const other = (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.KeyId;
    aws.world.kms.aliases.delete(`arn:aws:kms:eu-west-1:${source}:alias/app`);
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/app', TargetKeyId: other }));
    const worker = await workerWith(through('kms:Decrypt'));

    expect((await worker.send(reading)).Parameter?.Value).toBe('open sesame');
  });

  it('is read by whoever has a grant', async () => {
    const { kms, ssm } = clients(aws, rootOf(source));
    await ssm.send(secret());
    const worker = await workerWith();
    const GranteePrincipal = `arn:aws:iam::${source}:role/worker`;
    await kms.send(new CreateGrantCommand({ KeyId: key, GranteePrincipal, Operations: ['Decrypt'] }));

    expect((await worker.send(reading)).Parameter?.Value).toBe('open sesame');
  });

  it('keeps its key and its description when it is overwritten without', async () => {
    const { ssm } = clients(aws, rootOf(source));
    await ssm.send(secret({ Description: 'for the cave' }));
    await ssm.send(new PutParameterCommand({ Name, Value: 'new', Overwrite: true }));

    const { Parameters } = await ssm.send(new DescribeParametersCommand({}));

    expect(Parameters).toMatchObject([{ KeyId: 'alias/app', Description: 'for the cave', Version: 2 }]);
  });

  it.each([
    { because: 'there is no such key', KeyId: 'alias/none', code: 'NotFoundException' },
    { because: 'it is disabled', KeyId: 'alias/app', code: 'DisabledException' },
  ])('is refused when $because', async ({ KeyId, code }) => {
    const { kms, ssm } = clients(aws, rootOf(source));
    await kms.send(new DisableKeyCommand({ KeyId: key }));

    expect(await refusal(ssm.send(secret({ KeyId })))).toMatchObject({
      code: 'InvalidKeyId',
      message: expect.stringContaining(`(Service: AWSKMS; Status Code: 400; Error Code: ${code};`),
    });
  });

  it('can be under the key of another account that lets the caller in', async () => {
    const other = clients(aws, rootOf(destination));
    const theirs = (await other.kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
    const ssm = await workerWith(allow('kms:*', theirs));

    expect(await refusal(ssm.send(secret({ KeyId: theirs })))).toMatchObject({ code: 'AccessDeniedException' });
    const own = { ...allow('kms:*'), Principal: { AWS: [source, destination] } };
    await other.kms.send(new PutKeyPolicyCommand({ KeyId: theirs, Policy: policy(own) }));
    expect(await refusal(ssm.send(secret({ KeyId: theirs })))).toBeUndefined();
  });
});

describe('a secret under the key of AWS', () => {
  it('needs no permission on the key, which is made when it is first used', async () => {
    const ssm = await workerWith();

    expect(await refusal(ssm.send(secret({ KeyId: undefined })))).toBeUndefined();
    expect((await ssm.send(reading)).Parameter?.Value).toBe('open sesame');
    const { Aliases } = await clients(aws, rootOf(source)).kms.send(new ListAliasesCommand({}));
    expect(Aliases?.map(({ AliasName }) => AliasName)).toContain('alias/aws/ssm');
  });
});
