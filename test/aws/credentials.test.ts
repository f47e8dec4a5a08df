/** Whose credentials a gateway uses when a person runs it: profiles, those at hand, or none. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLocalAws } from '../../infra/sandbox/local-aws.ts';
import { spokeGateway } from '../../shared/aws/accounts.ts';

const call = { operation: 'sts:GetCallerIdentity', account: '222222222222', region: 'eu-west-1', input: {} } as const;

let folder: string;

// The SDK reads each of these files once in the life of a process.
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-credentials-'));
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  for (const name of ['AWS_PROFILE', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])
    vi.stubEnv(name, undefined);
  writeFileSync(join(folder, 'config'), '');
  writeFileSync(join(folder, 'credentials'), '');
});
afterEach(() => rmSync(folder, { recursive: true }));

const keysOf = (profile: string, account: string): string =>
  `[${profile}]\naws_access_key_id = ${account}\naws_secret_access_key = local\n`;

async function caller(access: Parameters<typeof spokeGateway>[0] = {}): Promise<string> {
  const reply = await spokeGateway({ requestHandler: createLocalAws().requestHandler(), ...access }).send(call);
  return reply.ok ? (reply.output.Account ?? '') : `${reply.error.code}: ${reply.error.message}`;
}

describe('a gateway without a role', () => {
  it('uses the profile that was chosen for the account', async () => {
    writeFileSync(join(folder, 'credentials'), keysOf('staging', '333333333333') + keysOf('222222222222', '444444444444'));

    expect(await caller({ profiles: { '222222222222': 'staging' } })).toBe('333333333333');
  });

  it('uses a profile named as the account', async () => {
    writeFileSync(join(folder, 'credentials'), keysOf('222222222222', '444444444444'));

    expect(await caller()).toBe('444444444444');
  });

  it('uses what is at hand where there is no such profile', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', '555555555555');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');

    expect(await caller()).toBe('555555555555');
  });
});

describe('a gateway with a role', () => {
  it('says what to do without any credentials', async () => {
    expect(await caller({ role: 'lockstep-observer' })).toMatch(
      /^NoCredentials: There are no AWS credentials to assume the spoke roles with\. Set AWS_PROFILE or sign in/,
    );
  });

  it.each([
    { externalId: undefined, says: 'no external id was given (--external-id)' },
    { externalId: 'orders', says: 'with the external id given' },
  ])('says of a refusal whether an external id was given ($externalId)', async ({ externalId, says }) => {
    const credentials = async () => ({ accessKeyId: '111111111111', secretAccessKey: 'local' });
    const given = externalId === undefined ? {} : { externalId };

    expect(await caller({ role: 'nobody', credentials, ...given })).toContain(says);
  });
});
