import {
  CreateGrantCommand,
  CreateKeyCommand,
  DecryptCommand,
  DisableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  type KMSClient,
  PutKeyPolicyCommand,
  ReEncryptCommand,
} from '@aws-sdk/client-kms';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../infra/sandbox/local-aws.ts';
import { allow, aSession, clients, destination, policy, refusal, rootOf, source, world } from './authorisation-support.ts';

let aws: LocalAws;
let kms: KMSClient;
let KeyId: string;
beforeEach(async () => {
  ({ aws } = world());
  ({ kms } = clients(aws, rootOf(source)));
  KeyId = (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
});

const bytes = (text: string) => new TextEncoder().encode(text);
const encrypted = async (EncryptionContext?: Record<string, string>): Promise<Uint8Array> => {
  const command = new EncryptCommand({ KeyId, Plaintext: bytes('orders'), ...(EncryptionContext && { EncryptionContext }) });
  return (await kms.send(command)).CiphertextBlob ?? new Uint8Array();
};
const workerWith = async (...statements: readonly object[]) =>
  clients(aws, await aSession(aws, { inline: policy(...statements) })).kms;

describe('a ciphertext', () => {
  it('opens again, without being told the key, under the same context in any order and under no other', async () => {
    const context = fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { maxKeys: 3, noNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 64 }), context, async (Plaintext, EncryptionContext) => {
        const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext }));
        const turned = Object.fromEntries(Object.entries(EncryptionContext).reverse());
        const other = { ...EncryptionContext, more: `${EncryptionContext.more}!` };

        const answer = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: turned }));

        expect({ text: [...(answer.Plaintext ?? [])], key: answer.KeyId }).toEqual({ text: [...Plaintext], key: KeyId });
        expect(await refusal(kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: other })))).toMatchObject({
          code: 'InvalidCiphertextException',
        });
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    {
      because: 'it was changed',
      change: (blob: Uint8Array) => blob.with(-1, (blob.at(-1) ?? 0) ^ 1),
      code: 'InvalidCiphertextException',
    },
    { because: 'it is none', change: () => bytes('nothing'), code: 'InvalidCiphertextException' },
  ])('is refused when $because', async ({ change, code }) => {
    const CiphertextBlob = change(await encrypted());

    expect((await refusal(kms.send(new DecryptCommand({ CiphertextBlob }))))?.code).toBe(code);
  });

  it('is refused under another key, and while its key is disabled', async () => {
    const other = (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.KeyId;
    const CiphertextBlob = await encrypted();

    expect((await refusal(kms.send(new DecryptCommand({ CiphertextBlob, KeyId: other }))))?.code).toBe('IncorrectKeyException');
    await kms.send(new DisableKeyCommand({ KeyId }));
    expect((await refusal(kms.send(new DecryptCommand({ CiphertextBlob }))))?.code).toBe('DisabledException');
  });

  it('comes under another key without being seen', async () => {
    const other = (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn;
    const again = await kms.send(new ReEncryptCommand({ CiphertextBlob: await encrypted(), DestinationKeyId: other }));

    const { Plaintext, KeyId: under } = await kms.send(new DecryptCommand({ CiphertextBlob: again.CiphertextBlob }));

    expect({ text: new TextDecoder().decode(Plaintext), under }).toEqual({ text: 'orders', under: other });
  });
});

describe('a data key', () => {
  it.each([
    { asked: { KeySpec: 'AES_128' } as const, length: 16 },
    { asked: { KeySpec: 'AES_256' } as const, length: 32 },
    { asked: { NumberOfBytes: 48 }, length: 48 },
  ])('has the length that is asked for: $asked', async ({ asked, length }) => {
    const { Plaintext, CiphertextBlob } = await kms.send(new GenerateDataKeyCommand({ KeyId, ...asked }));
    const { Plaintext: again } = await kms.send(new DecryptCommand({ CiphertextBlob }));

    expect({ length: Plaintext?.length, again }).toEqual({ length, again: Plaintext });
  });

  it('can be had encrypted only', async () => {
    const answer = await kms.send(new GenerateDataKeyWithoutPlaintextCommand({ KeyId, KeySpec: 'AES_256' }));

    expect(Object.keys(answer)).not.toContain('Plaintext');
    expect((await kms.send(new DecryptCommand({ CiphertextBlob: answer.CiphertextBlob }))).Plaintext?.length).toBe(32);
  });
});

describe('permission to use a key', () => {
  const encrypt = (client: KMSClient, EncryptionContext?: Record<string, string>) =>
    refusal(client.send(new EncryptCommand({ KeyId, Plaintext: bytes('x'), ...(EncryptionContext && { EncryptionContext }) })));

  it('may depend on the encryption context', async () => {
    const worker = await workerWith(
      allow('kms:Encrypt', KeyId, { Condition: { StringEquals: { 'kms:EncryptionContext:of': 'us' } } }),
    );

    expect(await encrypt(worker, { of: 'us', more: 'x' })).toBeUndefined();
    expect(await encrypt(worker, { of: 'them' })).toMatchObject({
      code: 'AccessDeniedException',
      message: `User: arn:aws:sts::${source}:assumed-role/worker/job is not authorized to perform: kms:Encrypt on resource: ${KeyId} because no identity-based policy allows the kms:Encrypt action`,
    });
  });

  it('through a service only is none for direct calls', async () => {
    const viaS3 = { Condition: { StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } } };

    expect((await encrypt(await workerWith(allow('kms:*', KeyId, viaS3))))?.code).toBe('AccessDeniedException');
  });

  it('is needed to decrypt, and who lacks it is not told of which key', async () => {
    const CiphertextBlob = await encrypted();
    const worker = await workerWith(allow('kms:Encrypt'));

    expect(await refusal(worker.send(new DecryptCommand({ CiphertextBlob })))).toMatchObject({
      code: 'AccessDeniedException',
      message:
        'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
    });
  });

  it.each([
    { because: 'both sides allow', open: true, allowed: true },
    { because: 'the key policy does not let the account in', open: false, allowed: false },
  ])('across accounts: $allowed, when $because', async ({ open, allowed }) => {
    const Policy = policy({ ...allow('kms:*'), Principal: { AWS: open ? [source, destination] : [source] } });
    await kms.send(new PutKeyPolicyCommand({ KeyId, Policy }));
    const client = clients(aws, await aSession(aws, { account: destination, inline: policy(allow('kms:Encrypt', KeyId)) })).kms;

    expect((await encrypt(client))?.code).toBe(allowed ? undefined : 'AccessDeniedException');
  });

  const grants: readonly { kind: string; given: Record<string, string>; allowed: boolean }[] = [
    { kind: 'EncryptionContextEquals', given: { of: 'us' }, allowed: true },
    { kind: 'EncryptionContextEquals', given: { of: 'us', more: 'x' }, allowed: false },
    { kind: 'EncryptionContextSubset', given: { of: 'us', more: 'x' }, allowed: true },
    { kind: 'EncryptionContextSubset', given: { more: 'x' }, allowed: false },
  ];

  it.each(grants)('by a grant under $kind of {of: us}, with $given: $allowed', async ({ kind, given, allowed }) => {
    const worker = await workerWith(allow('s3:*'));
    const GranteePrincipal = `arn:aws:iam::${source}:role/worker`;
    const Constraints = { [kind]: { of: 'us' } };
    await kms.send(new CreateGrantCommand({ KeyId, GranteePrincipal, Operations: ['Encrypt'], Constraints }));

    expect((await encrypt(worker, given))?.code).toBe(allowed ? undefined : 'AccessDeniedException');
  });
});
