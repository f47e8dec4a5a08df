import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AwsCall } from '../../shared/model/aws-call.ts';
import { resolveKeys } from '../../shared/stages/resolve-keys.ts';
import { aDocument, live, replicationsIn } from '../support/live-replication.ts';
import { aGateway, lockstep, type Situation } from './support/command-line.ts';
import { aController, adopt, aHub, aStatus } from './support/controlled.ts';

const writes = (calls: readonly AwsCall[]) => calls.map(({ operation }) => operation).filter((one) => /:(Put|Delete)/.test(one));

/** A replication that is proven, whose controller sleeps. */
async function aFleet(status: Parameters<typeof aStatus>[0] = {}) {
  const { gateway } = await live(aDocument());
  const before = gateway.sent.length;
  const controller = aController();
  await adopt(controller.ledger, await resolveKeys(replicationsIn(aDocument()), gateway));
  await controller.ledger.putStatuses([aStatus(status)]);
  const opened: unknown[] = [];
  let clock = Date.parse('2030-01-01T00:00:00Z');
  const time: Situation['time'] = {
    now: () => new Date(clock),
    wait: async (seconds) => {
      clock += seconds * 1000;
    },
    untilStopped: () => new Promise(() => {}),
  };
  const gameday = (argv: readonly string[], more: Situation = {}) =>
    lockstep(['gameday', 'orders-dr', ...argv], {
      hub: aHub(),
      time,
      ...more,
      core: {
        ...controller.core,
        accounts: async () => ({
          spokeGateway: (options) => {
            opened.push(options);
            return gateway;
          },
        }),
        alarms: async () => aGateway(() => ({ MetricAlarms: [] })),
        ...more.core,
      },
    });
  return { ...controller, gameday, opened, sent: () => gateway.sent.slice(before) };
}

const local = {
  env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' },
  core: { localEndpoint: async () => ({ isLocalAws: async () => true }) },
};

afterEach(() => vi.unstubAllEnvs());

describe('lockstep gameday', () => {
  it.each([
    { argv: [], more: {}, says: 'Add --yes-break orders-dr to break it for real', because: 'nobody is there to ask' },
    {
      argv: ['--json'],
      more: { tty: true, typed: 'orders-dr' },
      says: 'Add --yes-break orders-dr',
      because: 'a script is not asked',
    },
    { argv: ['--yes-break', 'orders'], more: local, says: '--yes-break says \\"orders\\"', because: 'it is another name' },
    { argv: [], more: { tty: true, typed: 'yes' }, says: 'Nothing was broken.', because: 'the name was not typed' },
    {
      argv: [],
      more: { env: local.env, core: { localEndpoint: async () => ({ isLocalAws: async () => false }) } },
      says: 'this is not the local AWS',
      because: 'something else answers on this machine',
    },
    {
      argv: ['--experiment', 'flood'],
      more: local,
      says: 'There are: deny, rule, policy, key-policy',
      because: 'there is none of that name',
    },
    { argv: ['--role', 'lockstep-healer'], more: local, says: 'is a role of Lockstep', because: 'its calls are an echo' },
    {
      argv: ['--role', 'ops/healer'],
      more: { ...local, env: { ...local.env, LOCKSTEP_HEALER_ROLE: 'ops/healer' } },
      says: 'is a role of Lockstep',
      because: 'so are those of a role that is called otherwise',
    },
    {
      argv: ['--role', 'Admin', '--profile', '111111111111=x'],
      more: local,
      says: '--profile goes without --role',
      because: 'one or the other',
    },
    { argv: ['--external-id', 'x'], more: local, says: '--external-id goes with --role', because: 'there is no role' },
    { argv: ['--minutes', '0'], more: local, says: 'a number up to 30', because: 'that is no time' },
    { argv: ['--undo', '--dry-run'], more: local, says: 'do not go together', because: 'one writes and the other does not' },
  ])('breaks nothing with $argv, because $because', async ({ argv, more, says }) => {
    const fleet = await aFleet();
    const { code, stdout, stderr } = await fleet.gameday(argv, more);

    expect(code).toBe(1);
    expect(`${stdout}${stderr.replaceAll('"', '\\"')}`).toContain(says);
    expect(writes(fleet.sent())).toEqual([]);
  });

  it.each([
    { argv: ['--yes-break', 'orders-dr'], more: {}, because: 'its name was given' },
    { argv: [], more: { tty: true, typed: 'orders-dr' }, because: 'its name was typed' },
    { argv: [], more: local, because: 'this is the local AWS' },
  ])('breaks it with $argv, because $because; and says what did not come', async ({ argv, more }) => {
    const fleet = await aFleet();
    const { code, stdout } = await fleet.gameday([...argv, '--minutes', '1'], more);

    expect(code).toBe(2);
    expect(stdout).toContain(' The controller notices the change.');
    expect(stdout).toContain(' The alarm lockstep-blocked goes off.');
    expect(writes(fleet.sent())).toEqual(['iam:PutRolePolicy', 'iam:DeleteRolePolicy']);
  });

  it('refuses one that is not proven, and names all that stands against it', async () => {
    const fleet = await aFleet({ verdict: 'drifted' });
    const { code, stderr } = await fleet.gameday([], { ...local, hub: aHub({ '/lockstep/freeze': 'moving house' }) });

    expect(code).toBe(1);
    expect(stderr).toMatch(/Nothing was broken: All repairs are frozen.*\norders-dr is drifted, not proven/);
    expect(writes(fleet.sent())).toEqual([]);
  });

  it('refuses credentials of another account, where a role of the same name would be broken', async () => {
    const fleet = await aFleet();
    const stranger = aGateway(() => ({ Account: '999999999999' }));
    const { code, stderr } = await fleet.gameday([], {
      ...local,
      core: { ...local.core, accounts: async () => ({ spokeGateway: () => stranger }) },
    });

    expect(code).toBe(1);
    expect(stderr).toContain('The credentials for account 111111111111 are those of account 999999999999.');
    expect(stderr).toContain('--profile 111111111111=NAME');
    expect(stranger.calls.map(({ operation }) => operation)).toEqual(['sts:GetCallerIdentity']);
  });

  it('shows with --dry-run what would be sent, and sends none of it', async () => {
    const fleet = await aFleet();
    const shown = await fleet.gameday(['--dry-run']);
    const json = JSON.parse((await fleet.gameday(['--dry-run', '--experiment', 'policy', '--json'])).stdout);

    expect(shown).toMatchObject({ code: 0, stdout: expect.stringMatching(/iam:PutRolePolicy[\s\S]*Nothing was changed\./) });
    expect(json).toMatchObject({ dryRun: true, experiment: 'policy', calls: [{ operation: 's3:DeleteBucketPolicy' }] });
    expect(writes(fleet.sent())).toEqual([]);
  });

  it('acts under a name that CloudTrail, and every notification, shows', async () => {
    const fleet = await aFleet();
    await fleet.gameday(['--dry-run', '--role', 'Admin', '--external-id', 'x']);
    await fleet.gameday(['--dry-run', '--profile', '111111111111=prod']);

    expect(fleet.opened).toMatchObject([
      { role: 'Admin', externalId: 'x', sessionName: 'lockstep-gameday', userAgent: 'lockstep/1.2.3 lockstep-gameday' },
      { profiles: { 111111111111: 'prod' }, sessionName: 'lockstep-gameday' },
    ]);
  });

  it('undoes nothing of what is left as it is on purpose', async () => {
    const fleet = await aFleet();
    await fleet.ledger.putPause({ replication: 'orders-dr', until: '2031-01-01T00:00:00Z', reason: 'x', by: 'bob' });
    const { code, stdout } = await fleet.gameday(['--undo', '--json']);

    expect(code).toBe(0);
    expect(JSON.parse(stdout).experiments).toEqual([{ experiment: 'deny', how: 'nothing-left' }]);
  });

  it('says which replication it does not know', async () => {
    const fleet = await aFleet();
    const { code, stderr } = await lockstep(['gameday', 'letters-dr'], { core: fleet.core, hub: aHub() });

    expect(code).toBe(1);
    expect(stderr).toContain('The controller knows no replication "letters-dr".');
  });
});
