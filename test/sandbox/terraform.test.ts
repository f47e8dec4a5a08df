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

/** A configuration in a folder of its own, against a local AWS of its own. */
function workspace(fixture: string) {
  const aws = createLocalAws();
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-terraform-'));
  let server: Awaited<ReturnType<typeof aws.listen>>;

  /** Code 0: nothing to change, 2: changes. https://developer.hashicorp.com/terraform/cli/commands/plan#detailed-exitcode */
  async function terraform(command: string, variables: Readonly<Record<string, string>> = {}, ...more: readonly string[]) {
    const given = Object.entries({ endpoint: server.url, ...variables }).flatMap(([name, value]) => ['-var', `${name}=${value}`]);
    const args = [command, '-input=false', '-no-color', ...more, ...(command === 'init' ? [] : given)];
    const env = {
      PATH: process.env.PATH,
      HOME: folder,
      TF_CLI_CONFIG_FILE: join(folder, 'terraform.rc'),
      CHECKPOINT_DISABLE: '1',
    };
    try {
      const { stdout } = await run(program, args, { cwd: folder, env });
      return { code: 0, output: stdout };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, output: stdout + stderr };
    }
  }

  beforeAll(async () => {
    server = await aws.listen();
    copyFileSync(join(import.meta.dirname, '../fixtures', fixture, 'main.tf'), join(folder, 'main.tf'));
    const installation = `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`;
    writeFileSync(join(folder, 'terraform.rc'), installation);
    expect(await terraform('init')).toMatchObject({ code: 0 });
  }, 120_000);
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { aws, terraform };
}

// The provider itself takes its time: it reads a lifecycle ten times and a queue six times, five seconds apart, before it believes it.
describe.runIf(isInstalled)('Terraform', { timeout: 300_000 }, () => {
  const { aws, terraform } = workspace('terraform');
  const before = { delete_markers: 'Disabled' };
  const after = { delete_markers: 'Enabled' };

  it('applies a replication across two accounts', async () => {
    const { code, output } = await terraform('apply', before, '-auto-approve');

    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('13 added, 0 changed, 0 destroyed') });
    expect([...aws.world.s3.buckets.values()].map(({ account, region }) => `${account} ${region}`)).toEqual(
      expect.arrayContaining(['111111111111 eu-west-1', '222222222222 eu-central-1']),
    );
    expect(aws.world.s3.buckets.get('orders')).toMatchObject({
      replication: { Rules: [{ SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } } }] },
      lifecycle: { Rules: [{ Expiration: { Days: 30 } }] },
    });
  });

  it('finds nothing to change afterwards', async () => {
    expect(await terraform('plan', before, '-detailed-exitcode')).toMatchObject({ code: 0 });
  });

  it('changes one setting and nothing else', async () => {
    const { code, output } = await terraform('apply', after, '-auto-approve');

    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('0 added, 1 changed, 0 destroyed') });
    expect(aws.world.s3.buckets.get('orders')?.replication?.Rules).toMatchObject([
      { DeleteMarkerReplication: { Status: 'Enabled' } },
    ]);
  });

  it('sees what was changed behind its back', async () => {
    const bucket = aws.world.s3.buckets.get('orders-dr');
    if (bucket) bucket.versioning = 'Suspended';

    expect(await terraform('plan', after, '-detailed-exitcode')).toMatchObject({
      code: 2,
      output: expect.stringContaining('aws_s3_bucket_versioning.destination will be updated in-place'),
    });
    expect(await terraform('apply', after, '-auto-approve')).toMatchObject({ code: 0 });
  });

  it('takes everything away again', async () => {
    const { code, output } = await terraform('destroy', after, '-auto-approve');

    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('13 destroyed') });
    expect(aws.world.s3.buckets.size).toBe(0);
    expect([...aws.world.kms.keys.values()].map(({ state }) => state)).toEqual(['PendingDeletion', 'PendingDeletion']);
  });
});

describe.runIf(isInstalled)('Terraform with what stands around a replication', { timeout: 300_000 }, () => {
  const { aws, terraform } = workspace('terraform-around');
  const resources = 37;

  it('applies it', async () => {
    const { code, output } = await terraform('apply', {}, '-auto-approve');

    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining(`${resources} added, 0 changed`) });
  });

  it('finds nothing to change afterwards', async () => {
    expect(await terraform('plan', {}, '-detailed-exitcode')).toMatchObject({ code: 0 });
  });

  it('takes it away again', async () => {
    const { code, output } = await terraform('destroy', {}, '-auto-approve');

    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining(`${resources} destroyed`) });
    const left = [aws.world.s3.buckets, aws.world.sqs.queues, aws.world.sns.topics, aws.world.cloudwatch.alarms];
    expect(left.map(({ size }) => size)).toEqual([0, 0, 0, 0]);
  });
});
