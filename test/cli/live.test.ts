/** The command line against the local AWS: nothing made up but the AWS itself. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { core } from '../../functions/cli/core.ts';
import { createLocalAws, type LocalAws } from '../../infra/sandbox/local-aws.ts';
import { aFolder, lockstep } from './support/command-line.ts';

const document = `
version: 1
replications:
  orders-dr:
    source: { account: 111111111111, region: eu-west-1, bucket: orders, key: "arn:aws:kms:eu-west-1:111111111111:alias/orders" }
    destination: { account: 222222222222, region: eu-central-1, bucket: orders-dr, key: "arn:aws:kms:eu-central-1:222222222222:alias/orders-dr" }
`;

let aws: LocalAws;
let url: string;
let folder: string;
let close: () => Promise<void>;

beforeAll(async () => {
  aws = createLocalAws({ impliedRoles: ['lockstep-observer', 'lockstep-healer'] });
  ({ url, close } = await aws.listen());
  folder = await aFolder({ 'orders.yaml': document });
});

afterAll(async () => {
  await close();
  await rm(folder, { recursive: true });
});

async function run(...argv: string[]) {
  vi.stubEnv('AWS_ENDPOINT_URL', url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', '111111111111');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  const before = aws.calls.length;
  const seen = await lockstep(argv, { core });
  const writes = aws.calls.slice(before).filter(({ operation }) => /^(Put|Create|Update|Delete|Enable|Disable)/.test(operation));
  return { ...seen, writes };
}

const file = (name: string): string => join(folder, name);

async function suspendVersioning(): Promise<void> {
  const s3 = new S3Client({
    endpoint: url,
    region: 'eu-central-1',
    forcePathStyle: true,
    credentials: { accessKeyId: '222222222222', secretAccessKey: 'local' },
  });
  await s3.send(new PutBucketVersioningCommand({ Bucket: 'orders-dr', VersioningConfiguration: { Status: 'Suspended' } }));
}

describe('a journey along the commands', () => {
  it('begins with bootstrap, which creates everything', async () => {
    const dry = await run('bootstrap', '--dry-run', '--document', file('orders.yaml'));
    const { code, stdout } = await run('bootstrap', '--document', file('orders.yaml'));

    expect(dry).toMatchObject({ code: 2, writes: [] });
    expect(stdout).toContain('4 resources created');
    expect(code).toBe(0);
  });

  it('goes on with a plan that finds nothing and writes nothing', async () => {
    expect(await run('plan', '--document', file('orders.yaml'))).toMatchObject({
      code: 0,
      writes: [],
      stdout: expect.stringMatching(/^In sync: orders-dr \((un)?proven\)/),
    });
  });

  it('finds drift, repairs it, and then has nothing left to do', async () => {
    await suspendVersioning();

    const plan = await run('plan', '--document', file('orders.yaml'));
    const apply = await run('apply', '--document', file('orders.yaml'));
    const again = await run('apply', '--document', file('orders.yaml'));

    expect(plan).toMatchObject({ code: 2, writes: [] });
    expect(plan.stdout).toContain('Status: Suspended -> Enabled');
    expect(apply.code).toBe(0);
    expect(apply.writes.map(({ operation }) => operation)).toEqual(['PutBucketVersioning']);
    expect(again).toMatchObject({ code: 0, writes: [] });
  });

  it('takes the document from Parameter Store once it is pushed', async () => {
    const pushed = await run('push', file('orders.yaml'));
    const again = await run('push', file('orders.yaml'));
    const { code, stdout } = await run('plan', '--json');

    expect(pushed.code).toBe(0);
    expect(again).toMatchObject({ code: 0, writes: [] });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).replications[0]).toMatchObject({ name: 'orders-dr', document: '/lockstep/desired-state/orders' });
  });

  it('explains why objects may pass', async () => {
    const { code, stdout } = await run('explain', 'orders-dr');

    expect(code).toBe(0);
    expect(stdout).toContain('✓ S3 assumes the replication role');
    expect(stdout).not.toContain('✗');
  });

  it('imports a document for which a plan finds nothing', async () => {
    const ends = [
      '--source-bucket',
      'orders',
      '--source-account',
      '111111111111',
      '--destination-bucket',
      'orders-dr',
      '--destination-account',
      '222222222222',
    ];
    const { code, writes } = await run('import', ...ends, '--output', file('imported.json'));
    const again = await run('import', ...ends, '--output', file('imported.json'));
    const plan = await run('plan', '--document', file('imported.json'));

    const imported = JSON.parse(await readFile(file('imported.json'), 'utf8'));
    expect({ code, writes }).toEqual({ code: 0, writes: [] });
    expect(Object.keys(imported.replications['orders-dr'])).toEqual(['source', 'destination']);
    expect(plan.code).toBe(0);
    expect(again.stderr, 'a file is never overwritten').toContain('exists already');
  });

  it('says what is missing when the spoke role cannot be assumed', async () => {
    const { code, stdout } = await run('plan', '--observer-role', 'nobody');

    expect(code).toBe(1);
    expect(stdout).toContain('arn:aws:iam::222222222222:role/nobody could not be assumed');
    expect(stdout.match(/role\/nobody could not be assumed/g)?.length, 'once an account').toBeLessThanOrEqual(4);
  });
});

describe('lockstep sandbox', () => {
  it('prints its endpoint and ends when told to', async () => {
    const { code, stdout } = await lockstep(['sandbox', '--port', '0', '--json'], { core });

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      command: 'sandbox',
      endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    });
  });

  it('prints what to set in another terminal', async () => {
    const { stdout } = await lockstep(['sandbox', '--port', '0'], { core });

    expect(stdout).toMatch(/export AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:\d+\n/);
    expect(stdout).toContain('AWS_ACCESS_KEY_ID=111111111111');
  });

  it('says when its port is taken', async () => {
    const { code, stderr } = await lockstep(['sandbox', '--port', new URL(url).port], { core });

    expect(code).toBe(1);
    expect(stderr).toContain('is in use');
  });
});
