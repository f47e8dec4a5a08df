/** Terraform's AWS provider against the local AWS: what people write by hand is applied, stays as it is, changes and goes. */
import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalAws } from '../../infra/sandbox/local-aws.ts';

const run = promisify(execFile);
const program = 'terraform';

// Where Terraform itself looks for providers on disk:
// https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
const mirrors = [
  process.env.LOCKSTEP_TF_PLUGINS,
  join(homedir(), '.terraform.d/plugins'),
  '/usr/local/share/terraform/plugins',
  '/usr/share/terraform/plugins',
];
const mirror = mirrors.find(
  (path) => path !== undefined && existsSync(join(path, ['registry', 'terraform', 'io'].join('.'), 'hashicorp', 'aws')),
);
const hasTerraform = spawnSync(program, ['version'], { stdio: 'ignore' }).status === 0;
const isInstalled = hasTerraform && mirror !== undefined;
if (!isInstalled)
  console.info(
    hasTerraform
      ? 'No copy of the Terraform AWS provider is on this machine (LOCKSTEP_TF_PLUGINS): its contract tests are left out.'
      : 'Terraform is not installed: its contract tests are left out.',
  );

const aws = createLocalAws();
const folder = mkdtempSync(join(tmpdir(), 'lockstep-terraform-'));
let server: Awaited<ReturnType<typeof aws.listen>>;

/** 0: nothing to change, 2: changes. https://developer.hashicorp.com/terraform/cli/commands/plan#detailed-exitcode */
async function terraform(command: string, days: number, ...more: readonly string[]): Promise<{ code: number; output: string }> {
  const variables = ['-var', `endpoint=${server.url}`, '-var', `expire_after_days=${days}`];
  const args = [command, '-input=false', '-no-color', ...more, ...(command === 'init' ? [] : variables)];
  const env = { PATH: process.env.PATH, HOME: folder, TF_CLI_CONFIG_FILE: join(folder, 'terraform.rc'), CHECKPOINT_DISABLE: '1' };
  try {
    const { stdout } = await run(program, args, { cwd: folder, env });
    return { code: 0, output: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}

describe.runIf(isInstalled)('Terraform', { timeout: 300_000 }, () => {
  beforeAll(async () => {
    server = await aws.listen();
    copyFileSync(join(import.meta.dirname, '../fixtures/terraform/main.tf'), join(folder, 'main.tf'));
    const installation = `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`;
    writeFileSync(join(folder, 'terraform.rc'), installation);
    expect(await terraform('init', 30)).toMatchObject({ code: 0 });
  }, 120_000);
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('applies a replication across two accounts', async () => {
    const { code, output } = await terraform('apply', 30, '-auto-approve');

    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('13 added, 0 changed, 0 destroyed') });
    expect([...aws.world.s3.buckets.values()].map(({ account, region }) => `${account} ${region}`)).toEqual(
      expect.arrayContaining(['111111111111 eu-west-1', '222222222222 eu-central-1']),
    );
    expect(aws.world.s3.buckets.get('orders')?.replication?.Rules).toMatchObject([
      { SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } } },
    ]);
  });

  it('finds nothing to change afterwards', async () => {
    expect(await terraform('plan', 30, '-detailed-exitcode')).toMatchObject({ code: 0 });
  });

  it('changes one setting and nothing else', async () => {
    const { code, output } = await terraform('apply', 90, '-auto-approve');

    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('0 added, 1 changed, 0 destroyed') });
    expect(aws.world.s3.buckets.get('orders')?.lifecycle?.Rules).toMatchObject([{ Expiration: { Days: 90 } }]);
  });

  it('sees what was changed behind its back', async () => {
    const bucket = aws.world.s3.buckets.get('orders-dr');
    if (bucket) bucket.versioning = 'Suspended';

    expect(await terraform('plan', 90, '-detailed-exitcode')).toMatchObject({
      code: 2,
      output: expect.stringContaining('aws_s3_bucket_versioning.destination will be updated in-place'),
    });
    expect(await terraform('apply', 90, '-auto-approve')).toMatchObject({ code: 0 });
  });

  it('takes everything away again', async () => {
    const { code, output } = await terraform('destroy', 90, '-auto-approve');

    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('13 destroyed') });
    expect(aws.world.s3.buckets.size).toBe(0);
    expect([...aws.world.kms.keys.values()].map(({ state }) => state)).toEqual(['PendingDeletion', 'PendingDeletion']);
  });
});
