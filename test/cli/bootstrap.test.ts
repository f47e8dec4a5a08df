import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { core } from '../../functions/cli/core.ts';
import { createLocalAws, type LocalAws } from '../../infra/sandbox/local-aws.ts';
import { AwsError } from '../../infra/sandbox/service.ts';
import { aDocument, destinationEnd, sourceEnd } from '../support/live-replication.ts';
import { type LocalGateway, localGateway } from '../support/local-gateway.ts';
import { aFolder, lockstep, type Situation } from './support/command-line.ts';

let folder: string;
beforeEach(async () => {
  folder = await aFolder();
});
afterEach(() => rm(folder, { recursive: true }));

interface World {
  readonly aws: LocalAws;
  readonly gateway: LocalGateway;
}

function aWorld(aws = createLocalAws(), credentialsOf?: (account: string) => string): World {
  return { aws, gateway: localGateway(aws, credentialsOf) };
}

async function bootstrap({ gateway }: World, document: object, argv: readonly string[] = [], situation: Situation = {}) {
  const file = join(folder, 'orders.json');
  await writeFile(file, JSON.stringify(document));
  const before = gateway.counts.writes;
  const seen = await lockstep(['bootstrap', '--document', file, ...argv], {
    ...situation,
    core: { ...core, accounts: async () => ({ spokeGateway: () => gateway }) },
  });
  return { ...seen, writes: gateway.counts.writes - before };
}

describe('lockstep bootstrap', () => {
  it('creates what is missing, applies the rest, and has nothing to do the second time', async () => {
    const world = aWorld();

    const first = await bootstrap(world, aDocument());
    const second = await bootstrap(world, aDocument());

    expect(first).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^4 resources created: bucket orders \(account 111111111111, eu-west-1\), /),
    });
    expect(first.stdout).toContain('In sync again: orders-dr (proven)');
    expect(second).toMatchObject({ code: 0, writes: 0, stdout: expect.stringMatching(/^In sync: orders-dr \(proven\)/) });
  });

  it('only lists with --dry-run', async () => {
    const world = aWorld();

    const { code, stdout, writes } = await bootstrap(world, aDocument(), ['--dry-run']);

    expect({ code, writes }).toEqual({ code: 2, writes: 0 });
    expect(stdout).toBe(`To be created:
  + bucket orders (account 111111111111, eu-west-1)
  + bucket orders-dr (account 222222222222, eu-central-1)
  + key ${sourceEnd.key} (account 111111111111, eu-west-1)
  + key ${destinationEnd.key} (account 222222222222, eu-central-1)
Roles and settings follow as \`lockstep apply\` makes them.
`);
  });

  it('has nothing to list with --dry-run once all is there', async () => {
    const world = aWorld();
    await bootstrap(world, aDocument());

    const { code, stdout, writes } = await bootstrap(world, aDocument(), ['--dry-run']);

    expect({ code, writes }).toEqual({ code: 0, writes: 0 });
    expect(stdout).toMatch(/^All buckets and keys are there\./);
  });

  it('tells scripts what is missing, and what was created with its ARN', async () => {
    const world = aWorld();

    const dry = JSON.parse((await bootstrap(world, aDocument(), ['--dry-run', '--json'])).stdout);
    const done = JSON.parse((await bootstrap(world, aDocument(), ['--json'])).stdout);

    expect(dry).toEqual({ version: 1, command: 'bootstrap', dryRun: true, missing: expect.any(Array) });
    expect(dry.missing[0]).toEqual({ kind: 'bucket', name: 'orders', account: '111111111111', region: 'eu-west-1' });
    expect(done).toMatchObject({ version: 1, command: 'bootstrap', dryRun: false, inSync: true });
    expect(done.created.map(({ arn }: { arn: string }) => arn)).toEqual([
      'arn:aws:s3:::orders',
      'arn:aws:s3:::orders-dr',
      ...world.aws.world.kms.keys.keys(),
    ]);
  });

  it('asks on a terminal, and changes nothing without a yes', async () => {
    const world = aWorld();

    const { code, stdout, stderr, writes } = await bootstrap(world, aDocument(), [], {
      tty: true,
      typed: 'n',
      env: { NO_COLOR: '1' },
    });

    expect({ code, writes }).toEqual({ code: 2, writes: 0 });
    expect(stdout).toMatch(/^To be created:\n {2}\+ bucket orders /);
    expect(stderr).toContain('Create this, then repair all settings? [y/N]');
  });

  it('creates nothing for a replication that is only watched, and says so', async () => {
    const world = aWorld();

    const { stderr, writes } = await bootstrap(world, aDocument({ mode: 'observe' }), ['--dry-run']);

    expect(stderr).toBe('orders-dr: nothing is created for it, its document says `mode: observe`.\n');
    expect(writes).toBe(0);
  });

  it('says who should run it when something is denied', async () => {
    const before = ({ operation }: { operation: string }): undefined => {
      if (operation === 'CreateBucket')
        throw new AwsError('AccessDenied', 'User is not authorized to perform: s3:CreateBucket', 403);
    };
    const world = aWorld(createLocalAws({ interceptors: [{ before }] }));

    const { code, stderr, stdout } = await bootstrap(world, aDocument());

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^lockstep: s3:CreateBucket on bucket orders in account 111111111111 \(eu-west-1\) was refused/);
    expect(stderr).toContain('Bootstrap is run by a person');
    expect(stderr).toContain('--no-assume with a profile for each account');
    expect(stderr).toContain('--healer-role');
  });

  it('says what was created before it broke off', async () => {
    const before = ({ operation }: { operation: string }): undefined => {
      if (operation === 'CreateAlias') throw new AwsError('LimitExceededException', 'Too many aliases.', 400);
    };
    const world = aWorld(createLocalAws({ interceptors: [{ before }] }));

    const { code, stderr } = await bootstrap(world, aDocument());

    expect(code).toBe(1);
    expect(stderr).toMatch(
      /The key arn:aws:kms:eu-west-1:111111111111:key\/\S+ was created, but its alias alias\/orders was not/,
    );
    expect(stderr).toContain('Created before that, and kept: bucket orders (account 111111111111, eu-west-1), bucket orders-dr');
    expect(stderr).not.toContain('run by a person');
  });

  it('refuses to create with credentials of another account', async () => {
    const world = aWorld(createLocalAws(), () => '111111111111');

    const { code, stderr } = await bootstrap(world, aDocument(), ['--no-assume']);

    expect(code).toBe(1);
    expect(stderr).toContain('The credentials used for account 222222222222 are those of account 111111111111');
    expect(world.aws.world.s3.buckets.size).toBe(0);
  });

  it('advises an alias where a key ARN names nothing', async () => {
    const key = 'arn:aws:kms:eu-west-1:111111111111:key/11111111-1111-4111-8111-111111111111';

    const { code, stderr } = await bootstrap(aWorld(), aDocument({ source: { key } }));

    expect(code).toBe(1);
    expect(stderr).toContain('Name the key by an alias instead, for example arn:aws:kms:eu-west-1:111111111111:alias/orders');
  });
});
