import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { core } from '../../functions/cli/core.ts';
import { aDocument, live, pass } from '../support/live-replication.ts';
import type { LocalGateway } from '../support/local-gateway.ts';
import { aFolder, lockstep } from './support/command-line.ts';

let gateway: LocalGateway;
let drifted: LocalGateway;
let folder: string;

beforeAll(async () => {
  ({ gateway } = await live(aDocument()));
  ({ gateway: drifted } = await live(aDocument()));
  const on = { account: '222222222222', region: 'eu-central-1' };
  const input = { Bucket: 'orders-dr', VersioningConfiguration: { Status: 'Suspended' as const } };
  await drifted.send({ operation: 's3:PutBucketVersioning', ...on, input });
});

beforeEach(async () => {
  folder = await aFolder();
});
afterEach(() => rm(folder, { recursive: true }));

const pair = [
  '--source-bucket',
  'orders',
  '--source-account',
  '111111111111',
  '--destination-bucket',
  'orders-dr',
  '--destination-account',
  '222222222222',
];

const run = (argv: readonly string[] = [], aws = gateway) =>
  lockstep(['import', ...pair, ...argv], { core: { ...core, accounts: async () => ({ spokeGateway: () => aws }) } });

describe('lockstep import', () => {
  it('prints the document, and nothing else, on the standard output', async () => {
    const { code, stdout, stderr } = await run();

    expect({ code, stderr }).toEqual({ code: 0, stderr: 'plan finds nothing to repair.\n' });
    expect((await pass(JSON.parse(stdout), gateway, false)).flatMap(({ steps }) => steps)).toEqual([]);
  });

  it('prints the same as YAML with --yaml', async () => {
    const [json, yaml] = [await run(), await run(['--yaml'])];

    expect(yaml.stdout).toMatch(/^version: 1\n/);
    expect(parseYaml(yaml.stdout)).toEqual(JSON.parse(json.stdout));
  });

  it('prints one object with --json: the document, and what plan finds', async () => {
    const { code, stdout, stderr } = await run(['--json'], drifted);

    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      command: 'import',
      document: { version: 1 },
      plan: { inSync: false, replications: [{ steps: [{ aspect: 'bucket-versioning' }] }] },
    });
  });

  it('writes the document all the same where plan would repair something, and says what', async () => {
    const { code, stdout, stderr } = await run([], drifted);

    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toHaveProperty('replications.orders-dr');
    expect(stderr).toMatch(/^plan would make 1 repair: destination bucket versioning\.\n/);
    expect(stderr).toContain('Status: Suspended -> Enabled');
  });

  it('tells what keeps it from a document in one message', async () => {
    const { code, stdout, stderr } = await run(['--source-region', 'us-west-2', '--output', join(folder, 'orders.json')]);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe('lockstep: Bucket orders is in eu-west-1, not in us-west-2. Correct the region, or leave it out.\n');
    expect(await readdir(folder)).toEqual([]);
  });

  it('leaves the destination alone with --unmanaged-destination', async () => {
    const before = gateway.sent.length;

    const { code, stdout } = await run(['--unmanaged-destination']);

    expect(code).toBe(0);
    expect(JSON.parse(stdout).replications['orders-dr'].destination.managed).toBe(false);
    expect(gateway.sent.slice(before).every(({ account }) => account === '111111111111')).toBe(true);
  });
});

describe('lockstep import --output', () => {
  it('writes the file, whole, and nothing beside it', async () => {
    const { code, stdout, stderr } = await run(['--output', join(folder, 'orders.json')]);

    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain(`Written to ${join(folder, 'orders.json')}.`);
    expect(await readdir(folder)).toEqual(['orders.json']);
    expect(JSON.parse(await readFile(join(folder, 'orders.json'), 'utf8'))).toHaveProperty('version', 1);
  });

  it('writes YAML where the name of the file says so', async () => {
    await run(['--output', join(folder, 'orders.yml')]);

    expect(await readFile(join(folder, 'orders.yml'), 'utf8')).toMatch(/^version: 1\n/);
  });

  it('leaves a file that exists alone, before AWS is asked anything', async () => {
    await writeFile(join(folder, 'orders.json'), 'mine');
    const before = gateway.sent.length;

    const { code, stderr } = await run(['--output', join(folder, 'orders.json')]);

    expect(code).toBe(1);
    expect(stderr).toContain('exists already.\nChoose another name, or add --force to replace it.');
    expect(await readFile(join(folder, 'orders.json'), 'utf8')).toBe('mine');
    expect(gateway.sent.length).toBe(before);
  });

  it('replaces it with --force, behind a link as well', async () => {
    await writeFile(join(folder, 'orders.json'), 'mine');
    await symlink(join(folder, 'orders.json'), join(folder, 'link.json'));

    const { code } = await run(['--force', '--output', join(folder, 'link.json')]);

    expect(code).toBe(0);
    expect(await readFile(join(folder, 'orders.json'), 'utf8')).toMatch(/^\{\n {2}"version": 1/);
    expect((await readdir(folder)).sort()).toEqual(['link.json', 'orders.json']);
  });

  const places: readonly { because: string; place: (folder: string) => Promise<string> | string; says: RegExp }[] = [
    {
      because: 'there is no such folder',
      place: (at) => join(at, 'nowhere', 'orders.json'),
      says: /^lockstep: There is no folder .*nowhere, so .*orders\.json was not written\./,
    },
    {
      because: 'the folder is a file',
      place: async (at) => {
        await writeFile(join(at, 'file'), '');
        return join(at, 'file', 'orders.json');
      },
      says: /^lockstep: .*file is not a folder/,
    },
    {
      because: 'the name is that of a folder',
      place: async (at) => {
        await mkdir(join(at, 'orders.json'));
        return join(at, 'orders.json');
      },
      says: /^lockstep: .*orders\.json is a folder: name a file in it\./,
    },
    {
      because: 'the disk is full',
      place: () => '/dev/full',
      says: /^lockstep: There is no space left for \/dev\/full: nothing was left half-written\./,
    },
  ];

  it.each(places)('says in one message that $because', async ({ place, says }) => {
    const output = await place(folder);
    const before = await readdir(folder);

    const { code, stdout, stderr } = await run(['--output', output]);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(says);
    expect(await readdir(folder)).toEqual(before);
  });

  it.skipIf(process.getuid?.() === 0)('says who may write where it may not', async () => {
    await chmod(folder, 0o500);

    const { code, stderr } = await run(['--output', join(folder, 'orders.json')]);

    await chmod(folder, 0o700);
    expect(code).toBe(1);
    expect(stderr).toMatch(/No permission to write/);
  });
});
