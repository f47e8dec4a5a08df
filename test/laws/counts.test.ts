import { beforeAll, describe, expect, it } from 'vitest';
import { createLocalAws } from '../../infra/sandbox/local-aws.ts';
import { spokeGateway } from '../../shared/aws/accounts.ts';
import { worlds } from '../scenarios/catalogue.ts';
import { groupsFor, source, type WorldPlan } from '../support/builders.ts';
import { recording } from '../support/gateways.ts';
import { build } from '../support/random.ts';
import { foundationsFor, pass, someoneAt } from '../support/world.ts';

describe('how many calls a check takes', () => {
  it('is at most 18 for one replication in sync, none of them a write', async () => {
    const world = await build(worlds.pair);
    await pass(world.groups(), { gateway: world.gateway });
    const watched = recording(world.gateway);

    const [told] = await pass(world.groups(), { gateway: watched });

    expect(told?.verdict).toBe('proven');
    expect(watched.writes()).toEqual([]);
    expect(watched.sent.length).toBeLessThanOrEqual(18);
  });

  it('does not grow for what replications share', async () => {
    const plan = (count: number): WorldPlan => {
      const sources = Array.from({ length: count }, (_, at) => ({ ...source, name: `orders-${at}`, key: 'shared' }));
      const ways = sources.map(({ name }) => [name, { from: name, to: 'orders-dr' }] as const);
      return { buckets: [...sources, ...worlds.pair.buckets.slice(1)], replications: Object.fromEntries(ways) };
    };
    const callsFor = async (count: number): Promise<readonly string[]> => {
      const world = await build(plan(count));
      await pass(world.groups(), { gateway: world.gateway });
      const watched = recording(world.gateway);
      await pass(world.groups(), { gateway: watched });
      return watched.sent.map(({ call }) => JSON.stringify([call.operation, call.account, call.input]));
    };

    const [one, three] = [await callsFor(1), await callsFor(3)];

    expect(new Set(three).size).toBe(three.length);
    // A further source bucket brings its own five settings and its role's four; keys and destination are shared.
    expect(three.length - one.length).toBe(2 * 9);
  });
});

describe('credentials', () => {
  const aws = createLocalAws({ impliedRoles: ['lockstep-observer'] });
  let close: () => Promise<void> = async () => {};

  beforeAll(async () => {
    const listening = await aws.listen(0);
    close = listening.close;
    process.env.AWS_ENDPOINT_URL = listening.url;
    process.env.AWS_ACCESS_KEY_ID = '111111111111';
    process.env.AWS_SECRET_ACCESS_KEY = 'any';
    return async () => {
      for (const name of ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) delete process.env[name];
      await close();
    };
  });

  it('are fetched once an account, however many services and regions are asked', async () => {
    const someone = someoneAt({ endpoint: process.env.AWS_ENDPOINT_URL });
    const plan = worlds.pair;
    const groups = groupsFor(plan, await foundationsFor(plan.buckets, someone));
    const before = aws.calls.length;

    await pass(groups, { gateway: spokeGateway({ role: 'lockstep-observer' }), write: false });

    const assumed = aws.calls.slice(before).filter(({ operation }) => operation === 'AssumeRole');
    expect(assumed.map(({ input }) => (input as { RoleArn?: string }).RoleArn).sort()).toEqual([
      'arn:aws:iam::111111111111:role/lockstep-observer',
      'arn:aws:iam::222222222222:role/lockstep-observer',
    ]);
  });
});
