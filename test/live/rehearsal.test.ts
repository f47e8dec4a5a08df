/** The live checks on the local AWS: not whether AWS is so, but whether the checks would see it, and clean up. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { virtualClock } from '../../infra/sandbox/clock.ts';
import { createLocalAws, type LocalAws, type LocalAwsOptions } from '../../infra/sandbox/local-aws.ts';
import { replicationWorker } from '../../infra/sandbox/replication/worker.ts';
import type { Bucket } from '../../infra/sandbox/services/s3/bucket.ts';
import { spokeGateway } from '../../shared/aws/accounts.ts';
import { checks, describeChecks } from './checks.ts';
import type { Ground } from './ground.ts';
import { newInventory } from './inventory.ts';
import { write } from './objects.ts';
import { setUp } from './stage.ts';

/** Two accounts on a virtual clock. */
function localGround(options: LocalAwsOptions = {}) {
  const clock = virtualClock();
  const aws = createLocalAws({ clock, ...options });
  const said: string[] = [];
  const credentialsOf = (account: string) => ({ accessKeyId: account, secretAccessKey: 'local' });
  const gateways = new Map(
    ['111111111111', '222222222222'].map((account) => [
      account,
      spokeGateway({ credentials: async () => credentialsOf(account), requestHandler: aws.requestHandler(), services }),
    ]),
  );
  const ground: Ground = {
    source: { account: '111111111111', region: 'eu-west-1' },
    destination: { account: '222222222222', region: 'eu-central-1' },
    name: 'rehearsal-1',
    gateway: { send: (call) => (gateways.get(call.account) ?? spokeGateway()).send(call) },
    settings: ({ account, region }) => ({
      ...{ region, maxAttempts: 1, requestHandler: aws.requestHandler(), forcePathStyle: true },
      credentials: credentialsOf(account),
    }),
    wait: (seconds) => clock.advance(seconds),
    now: () => clock.now(),
    say: (line) => void said.push(line),
  };
  return { ground, aws, said };
}

const services = { cloudwatch: () => import('../../shared/aws/clients/cloudwatch.ts') };

/** What somebody made and did not take away, by name; keys that wait for their deletion apart. */
function leftIn({ world }: LocalAws): readonly string[] {
  return [
    ...world.s3.buckets.keys(),
    ...[...world.iam.accounts.values()].flatMap(({ roles }) => [...roles.keys()]),
    ...[...world.kms.keys.values()].filter(({ state }) => state !== 'PendingDeletion').map(({ arn }) => arn),
    ...world.kms.aliases.keys(),
    ...world.sqs.queues.keys(),
    ...world.sns.topics.keys(),
  ];
}

describeChecks('the live checks, on the local AWS', async () => localGround().ground, 60_000);

describe('a live check', () => {
  const others: readonly {
    readonly number: number;
    readonly where: string;
    readonly options?: LocalAwsOptions;
    readonly spoil?: (aws: LocalAws) => void;
  }[] = [
    { number: 2, where: 'nothing replicates', spoil: ({ world }) => replicationWorker(world).pause() },
    { number: 4, where: 'S3 attempts nothing', spoil: ({ world }) => void bucketIn(world).replication?.Rules?.splice(0) },
    { number: 11, where: 'versioning can be suspended', spoil: ({ world }) => void delete bucketIn(world).replication },
    { number: 13, where: 'nobody needs a permission', options: { authorise: false } },
    { number: 15, where: 'CloudTrail shows nothing', options: { cloudtrail: { lookupDelay: 10 * 3600 } } },
  ];

  it.each(others)('fails where $where ($number)', async ({ number, options, spoil }) => {
    const { ground, aws } = localGround(options);
    const stage = await setUp(ground, newInventory(ground));
    spoil?.(aws);

    await expect(checks.find((check) => check.number === number)?.holds(stage)).rejects.toMatchObject({ name: 'AssertionError' });
  });
});

function bucketIn({ s3 }: LocalAws['world']): Bucket {
  const bucket = s3.buckets.get('rehearsal-1-src');
  if (bucket === undefined) throw new Error('there is no bucket rehearsal-1-src');
  return bucket;
}

describe('clearing up', () => {
  it('leaves nothing but keys that wait for their deletion', async () => {
    const { ground, aws, said } = localGround();
    const inventory = newInventory(ground);
    const stage = await setUp(ground, inventory);
    await write(stage, 'one');
    const before = leftIn(aws);

    const remaining = await inventory.clear();

    expect(before.length).toBeGreaterThan(6);
    expect(leftIn(aws)).toEqual([]);
    expect(remaining).toEqual([
      expect.stringMatching(/^remains for 7 days, then deleted by KMS: key arn:aws:kms:eu-central-1:222222222222:key\//),
      expect.stringMatching(/^remains for 7 days, then deleted by KMS: key arn:aws:kms:eu-west-1:111111111111:key\//),
    ]);
    expect(said).toContain('removed bucket rehearsal-1-src (account 111111111111, eu-west-1)');
  });

  it('takes away what was made before the set-up failed', async () => {
    const { ground, aws } = localGround();
    const inventory = newInventory(ground);
    aws.trouble.add({ match: { operation: 'CreateAlias' }, fault: { kind: 'deny' }, nth: 2 });

    const failed = await setUp(ground, inventory).catch((error: Error) => error.message);
    await inventory.clear();

    expect(failed).toContain('alias');
    expect(leftIn(aws)).toEqual([]);
  });

  it('takes away what a run of the same mark left when it was killed', async () => {
    const { ground, aws } = localGround();
    await setUp(ground, newInventory(ground));
    const again = newInventory(ground);

    await setUp(ground, again);
    await again.clear();

    expect(leftIn(aws)).toEqual([]);
    expect(aws.world.kms.keys.size).toBe(2);
  });

  it('goes on where one thing cannot be removed, and says what that was', async () => {
    const said: string[] = [];
    const inventory = newInventory({ say: (line) => void said.push(line) });
    inventory.add('bucket one', async () => undefined);
    inventory.add('bucket two', () => Promise.reject(new Error('AccessDenied')));

    const remaining = await inventory.clear();

    expect(remaining).toEqual(['STILL THERE, remove it by hand: bucket two (Error: AccessDenied)']);
    expect(said).toContain('removed bucket one');
  });

  it('makes nothing with credentials of another account', async () => {
    const { ground, aws } = localGround();
    const mistaken = { ...ground, destination: { account: '111111111111', region: 'eu-central-1' } };
    const settings: Ground['settings'] = (end) => ground.settings({ ...end, account: '222222222222' });

    await expect(setUp({ ...mistaken, settings }, newInventory(ground))).rejects.toThrow('those of account 222222222222');
    expect(leftIn(aws)).toEqual([]);
  });
});

describe('the README', () => {
  it('lists every live check, by its number', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

    expect(checks.map(({ number }) => number)).toEqual(checks.map((_, at) => at + 1));
    expect(checks.map(({ number, fact }) => `| ${number} | ${fact} |`).filter((row) => !readme.includes(row))).toEqual([]);
  });
});
