import { describe, expect, it } from 'vitest';
import type { GroupMemory, RepairRecord, StatusRecord, StoryRecord } from '../../shared/controller/ledger.ts';
import { type Play, play, type Stage } from '../../shared/gameday/play.ts';
import type { AwsCall, AwsGateway, Reply } from '../../shared/model/aws-call.ts';
import type { Operation } from '../../shared/model/operations.ts';
import { aReplication } from '../support/builders.ts';
import { aMemory, aScene, aStatus, experiment, mark, now } from './scenes.ts';

interface Made {
  readonly experiment?: string;
  readonly probe?: boolean;
  /** What AWS answers instead, by operation; undefined: as it should. */
  readonly refuse?: (operation: Operation, times: number) => string | undefined;
  /** What the controller does about it, as seconds pass. */
  readonly controller?: (world: World) => void;
  /** Seconds after which somebody stops it. */
  readonly stopAfter?: number;
}

/** A role, a ledger, a clock: all of it in the hands of the test. */
interface World {
  seconds: number;
  policy: string | undefined;
  status: StatusRecord;
  repairs: RepairRecord[];
  stories: StoryRecord[];
  alarm: string;
  failures: number;
  ledgerFails: boolean;
  replication: string;
}

const at = (seconds: number): string => new Date(now.getTime() + seconds * 1000).toISOString();

/** Notices the Deny after a second, tells and counts; and proves it again once the Deny is gone. */
function wellBehaved(world: World): void {
  const isDenied = world.policy !== undefined;
  if (isDenied && world.seconds >= 1) {
    world.status = aStatus({
      verdict: 'blocked',
      since: at(1),
      blockers: [{ reason: 'denied', statement: { Sid: mark.sid }, remedy: '' }],
    });
    world.stories = [{ key: 'blocked orders-dr 1', fingerprint: 'f', body: '{}', at: at(1), told: true }];
  }
  if (isDenied && world.seconds >= 3) Object.assign(world, { alarm: 'ALARM', failures: 1, replication: 'FAILED' });
  if (!isDenied && world.status.verdict === 'blocked')
    Object.assign(world, { status: aStatus({ lastProof: at(world.seconds) }), replication: 'COMPLETED' });
}

function staged(made: Made) {
  const world: World = {
    ...{ seconds: 0, policy: undefined, status: aStatus(), repairs: [], stories: [], alarm: 'OK', failures: 0 },
    ...{ ledgerFails: false, replication: 'PENDING' },
  };
  const sent: AwsCall[] = [];
  const { controller = wellBehaved, refuse = () => undefined } = made;
  const stopped = Promise.withResolvers<void>();
  const step = (): void => {
    controller(world);
    if (made.stopAfter !== undefined && world.seconds >= made.stopAfter) stopped.resolve();
  };
  const answer = ({ operation, input }: AwsCall): unknown => {
    switch (operation) {
      case 'iam:GetRolePolicy':
        return world.policy === undefined ? 'NoSuchEntity' : { PolicyDocument: world.policy };
      case 'iam:PutRolePolicy':
        world.policy = (input as { PolicyDocument: string }).PolicyDocument;
        return {};
      case 'iam:DeleteRolePolicy':
        world.policy = undefined;
        return {};
      case 's3:PutObject':
        return { VersionId: `v${sent.length}` };
      case 's3:HeadObject':
        return { ReplicationStatus: world.replication };
      case 'cloudwatch:DescribeAlarms':
        return { MetricAlarms: [{ AlarmName: 'lockstep-blocked', StateValue: world.alarm }] };
      default:
        return {};
    }
  };
  const aws: AwsGateway = {
    send: async <O extends Operation>(call: AwsCall<O>): Promise<Reply<O>> => {
      sent.push(call as AwsCall);
      const times = sent.filter(({ operation }) => operation === call.operation).length;
      const refused = refuse(call.operation, times);
      // AWS did it, and nobody heard.
      if (refused === 'TimeoutError') answer(call as AwsCall);
      const output = refused ?? answer(call as AwsCall);
      return typeof output === 'string'
        ? { ok: false, error: { code: output, message: output, caller: 'jane' } }
        : { ok: true, output: output as never };
    },
  };
  const scene = aScene(aReplication({}, 'orders-dr', { failureTopic: 'failures' }));
  const memory = (): GroupMemory => ({
    ...aMemory(scene),
    statuses: new Map([['orders-dr', world.status]]),
    failures: new Map(
      world.failures === 0
        ? []
        : [
            [
              'orders-dr',
              { replication: 'orders-dr', since: at(3), last: at(3), from: at(0), outage: at(0), counts: { x: world.failures } },
            ],
          ],
    ),
  });
  const ledger: Stage['ledger'] = {
    group: async () => {
      if (world.ledgerFails) throw new Error('the table is gone');
      return memory();
    },
    repairs: async () => world.repairs,
    stories: async () => world.stories,
  };
  const stage: Stage = {
    ...{ ledger, aws, alarms: aws, stopped: stopped.promise, onMoment: () => {} },
    now: () => new Date(now.getTime() + world.seconds * 1000),
    wait: async (seconds) => {
      world.seconds += seconds;
      step();
    },
  };
  const chosen = experiment(made.experiment ?? 'deny');
  const setting = chosen.setting(scene);
  const [record] = memory().replications;
  if (setting === undefined || record === undefined) throw new Error('no setting');
  const plan: Play = { experiment: chosen, setting, record, scene, mark, probe: made.probe ?? false, minutes: 1 };
  return { world, sent, run: () => play(plan, stage) };
}

/** The ledger, soon. */
function breaking(world: World): void {
  world.ledgerFails = world.seconds > 0.1;
}

const kindsOf = ({ timeline }: Awaited<ReturnType<typeof play>>) => timeline.map(({ kind }) => kind);
const writes = (sent: readonly AwsCall[]) => sent.map(({ operation }) => operation).filter((one) => /Put|Delete/.test(one));

describe('a game day', () => {
  it('ends when all has come that was expected, long before its time', async () => {
    const { world, sent, run } = staged({ probe: true });

    const played = await run();

    expect(kindsOf(played)).toEqual([
      'broken',
      'noticed',
      'blocked',
      'told',
      'probe-failed',
      'counted',
      'alarm',
      'undone',
      'proven',
      'replicated',
    ]);
    expect(played).toMatchObject({ missing: [], undone: { how: 'undone' }, wasStopped: false });
    expect(played.notes).toEqual([expect.stringContaining('The alarm goes back to OK with the next sweep')]);
    expect(world.policy).toBeUndefined();
    expect(world.seconds).toBeLessThan(20);
    expect(writes(sent)).toEqual([
      ...['iam:PutRolePolicy', 's3:PutObject', 'iam:DeleteRolePolicy', 's3:PutObject'],
      ...['s3:DeleteObject', 's3:DeleteObject', 's3:DeleteObject', 's3:DeleteObject'],
    ]);
  });

  it('says what did not come, and undoes it when its time is over', async () => {
    const { world, run } = staged({ controller: () => {} });

    const played = await run();

    expect(played.missing.map(({ kind }) => kind)).toEqual(['noticed', 'blocked', 'told', 'alarm', 'proven']);
    expect(kindsOf(played)).toEqual(['broken', 'undone']);
    expect(world).toMatchObject({ policy: undefined });
    expect(world.seconds).toBeGreaterThanOrEqual(120);
  });

  it.each([
    { what: 'the ledger breaks', made: { controller: breaking } },
    { what: 'somebody stops it', made: { stopAfter: 0.1 } },
    {
      what: 'the answer to the break is lost',
      made: { refuse: (o: Operation) => (o === 'iam:PutRolePolicy' ? 'TimeoutError' : undefined) },
    },
  ])('is undone when $what', async ({ made }) => {
    const { world, sent, run } = staged(made);
    world.policy = undefined;

    const played = await run();

    expect('how' in played.undone).toBe(true);
    expect(world.policy).toBeUndefined();
    expect(kindsOf(played)).toContain('undone');
    expect(played.trouble !== undefined || played.wasStopped).toBe(true);
    expect(sent.at(-1)?.operation).toBe('iam:GetRolePolicy');
  });

  it('tries again to undo it while AWS refuses', async () => {
    const { world, run } = staged({
      refuse: (operation, times) => (operation === 'iam:DeleteRolePolicy' && times < 4 ? 'Throttling' : undefined),
    });

    const played = await run();

    expect(played.undone).toEqual({ how: 'undone' });
    expect(world.policy).toBeUndefined();
  });

  it('says so when it cannot be undone', async () => {
    const { run } = staged({ refuse: (operation) => (operation === 'iam:DeleteRolePolicy' ? 'AccessDenied' : undefined) });

    expect((await run()).undone).toMatchObject({ failed: expect.stringContaining('jane needs iam:DeleteRolePolicy') });
  });

  it('touches nothing where it could not begin', async () => {
    const { world, sent, run } = staged({});
    world.policy = JSON.stringify({ Statement: [{ Sid: 'LockstepGameday2' }] });

    const played = await run();

    expect(played.trouble).toMatchObject({ name: 'NotBroken', message: expect.stringContaining('already') });
    expect(writes(sent)).toEqual([]);
    expect(world.policy).toBeDefined();
  });

  it.each([
    { alarms: 'AccessDenied', note: /Alarms were not watched .*AccessDenied/ },
    { alarms: 'ALARM', note: /was on before/ },
  ])('does not wait for an alarm that cannot be seen to go off: $alarms', async ({ alarms, note }) => {
    const { world, run } = staged({
      refuse: (operation) => (alarms === 'AccessDenied' && operation === 'cloudwatch:DescribeAlarms' ? alarms : undefined),
    });
    world.alarm = alarms;

    const played = await run();

    expect(played.missing).toEqual([]);
    expect(kindsOf(played)).not.toContain('alarm');
    expect(played.notes.join()).toMatch(note);
  });

  it('goes on without a probe that may not be written', async () => {
    const { run } = staged({ probe: true, refuse: (operation) => (operation === 's3:PutObject' ? 'AccessDenied' : undefined) });

    const played = await run();

    expect(played.missing).toEqual([]);
    expect(played.notes[0]).toMatch(/^No probe was written\. .*s3:PutObject/);
  });

  it('names the probe that it could not delete', async () => {
    const { run } = staged({
      probe: true,
      refuse: (operation) => (operation === 's3:DeleteObject' ? 'AccessDenied' : undefined),
    });

    const { notes } = await run();

    expect(notes.filter((note) => /^lockstep-gameday\/.* \(version v\d+\) stays in orders(-dr)?\. /.test(note))).toHaveLength(4);
  });
});
