/** The command line where there is a topic for replication failures. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { core } from '../../functions/cli/core.ts';
import { createLocalAws } from '../../infra/sandbox/local-aws.ts';
import { aDocument, live, sourceEnd } from '../support/live-replication.ts';
import type { LocalGateway } from '../support/local-gateway.ts';
import { createTopicForS3, someoneAt } from '../support/world.ts';
import { aFolder, lockstep } from './support/command-line.ts';

const env = { LOCKSTEP_FAILURE_TOPIC: 'failures' };
const aws = createLocalAws();
let gateway: LocalGateway;
let folder: string;

beforeAll(async () => {
  ({ gateway } = await live(aDocument(), aws));
  folder = await aFolder({ 'orders.json': JSON.stringify(aDocument()) });
});
afterAll(() => rm(folder, { recursive: true }));

async function run(argv: readonly string[], environment: Readonly<Record<string, string>> = env) {
  const before = gateway.sent.length;
  const seen = await lockstep(argv, {
    env: environment,
    core: { ...core, accounts: async () => ({ spokeGateway: () => gateway }) },
  });
  return { ...seen, calls: gateway.sent.slice(before).map(({ operation }) => operation) };
}
const onDocument = (command: string, environment = env) =>
  run([command, '--document', join(folder, 'orders.json'), '--json'], environment);

const pair = [
  ...['--source-bucket', 'orders', '--source-account', '111111111111'],
  ...['--destination-bucket', 'orders-dr', '--destination-account', '222222222222'],
];
const imported = async () => {
  const { code, stdout } = await run(['import', ...pair]);
  return { code, failureEvents: JSON.parse(stdout).replications['orders-dr'].failureEvents };
};

describe('LOCKSTEP_FAILURE_TOPIC', () => {
  it('left out: nothing is looked at for it', async () => {
    const { code, calls } = await onDocument('plan', {} as typeof env);

    expect(code).toBe(0);
    expect(calls.filter((operation) => operation.includes('Notification'))).toEqual([]);
    // One more for each of the two keys that are named by an alias.
    expect(calls.length).toBeLessThanOrEqual(17 + 2);
  });

  it('that is no name is refused in one sentence', async () => {
    const { code, stderr } = await run(['plan', '--document', join(folder, 'orders.json')], {
      LOCKSTEP_FAILURE_TOPIC: 'arn:aws:sns:eu-west-1:111111111111:failures',
    });

    expect(code).toBe(1);
    expect(stderr).toContain('LOCKSTEP_FAILURE_TOPIC must be the name of an SNS topic');
  });

  it('is missed by plan, recorded as false by import, and rendered', async () => {
    const plan = await onDocument('plan');
    const { stdout } = await run(['render', '--document', join(folder, 'orders.json'), '--side', 'source']);

    expect(plan.code).toBe(2);
    expect(plan.stdout).toContain('TopicConfigurations[lockstep-replication-failures]');
    expect(await imported()).toEqual({ code: 0, failureEvents: false });
    expect(stdout).toContain('event notifications');
    expect(stdout).toContain('"TopicArn": "arn:aws:sns:eu-west-1:111111111111:failures"');
  });

  it('fails to be told while it is not there, and is told once it is', async () => {
    const without = await onDocument('apply');
    await createTopicForS3(sourceEnd, 'failures', someoneAt({ requestHandler: aws.requestHandler() }));
    const within = await onDocument('apply');
    const after = await onDocument('plan');

    expect([without.code, within.code, after.code]).toEqual([1, 0, 0]);
    expect(without.stdout).toContain('The destination topic does not exist');
    expect(await imported()).toEqual({ code: 0, failureEvents: undefined });
  });
});
