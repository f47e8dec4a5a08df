import { beforeEach, describe, expect, it } from 'vitest';
import { batchesOf, seriesOf } from '../../shared/controller/flow/series.ts';
import { watchFlow } from '../../shared/controller/flow.ts';
import type { FlowRecord, StatusRecord } from '../../shared/controller/ledger.ts';
import type { FlowWatch } from '../../shared/controller/ports.ts';
import { sweep } from '../../shared/controller/sweep.ts';
import type { AwsCall, AwsGateway } from '../../shared/model/aws-call.ts';
import type { Replication } from '../../shared/model/replication.ts';
import { type Hub, newHub } from '../support/admission.ts';
import { aReplication, keyArnAt } from '../support/builders.ts';

const hour = 3600;
const start = '2026-03-01T12:00:00.000Z';

type Ask = AwsCall<'cloudwatch:GetMetricData'>;
type Query = NonNullable<Ask['input']['MetricDataQueries']>[number];

let hub: Hub;
let asked: Ask[];
/** What CloudWatch has, for every minute; by metric and source bucket. Nothing: zero. */
let metrics: (name: string, bucket: string) => number | undefined;
let refuse: (call: Ask) => boolean;

beforeEach(() => {
  hub = newHub();
  asked = [];
  metrics = () => 0;
  refuse = () => false;
});

const resultOf = ({ input: { StartTime, EndTime } }: Ask, { Id, MetricStat }: Query) => {
  const { MetricName = '', Dimensions = [] } = MetricStat?.Metric ?? {};
  const value = metrics(MetricName, Dimensions.find(({ Name }) => Name === 'SourceBucket')?.Value ?? '');
  const [from, to] = [StartTime, EndTime].map((time) => time?.getTime() ?? 0) as [number, number];
  const Timestamps =
    value === undefined ? [] : Array.from({ length: (to - from) / 60_000 }, (_, m) => new Date(from + m * 60_000));
  return { Id, StatusCode: 'Complete' as const, Timestamps, Values: Timestamps.map(() => value ?? 0) };
};

type Result = ReturnType<typeof resultOf>;
type Results = { readonly MetricDataResults: readonly Result[]; readonly NextToken?: string };

/** @param around lays hands on what CloudWatch answers */
const cloudwatchWith = (around: (results: Results, ask: Ask) => object = (results) => results): AwsGateway => ({
  send: async (call) => {
    const ask = call as unknown as Ask;
    asked.push(ask);
    const error = { code: 'AccessDenied', message: 'no', caller: 'arn:aws:iam::111111111111:role/lockstep-observer' };
    if (refuse(ask)) return { ok: false, error };
    const MetricDataResults = ask.input.MetricDataQueries?.map((one) => resultOf(ask, one)) ?? [];
    return { ok: true, output: around({ MetricDataResults }, ask) as never };
  },
});
const cloudwatch = cloudwatchWith();

const status = (replication: string, verdict: StatusRecord['verdict'] = 'proven'): StatusRecord => ({
  ...{ replication, group: replication, document: 'orders', mode: 'repair', verdict },
  ...{ since: start, lastPass: start, acceptedAt: start, lastProof: start, troubles: [], blockers: [], digest: 'x' },
});

const named = (name: string, more: Parameters<typeof aReplication>[0] = {}): Replication =>
  aReplication(
    { ...more, source: { bucket: `${name}-from` }, destination: { bucket: `${name}-to`, ...more?.destination } },
    name,
  );

async function sweepOver(members: readonly Replication[], more: Partial<FlowWatch> = {}): Promise<void> {
  hub.counted.clear();
  const records = members.map((replication) => ({ replication, group: replication.name, digest: 'x' }));
  await watchFlow(hub.c, { gateway: cloudwatch, account: 'source', everyHours: 6, stalledMinutes: 120, ...more }, records);
}

const prove = (...members: readonly Replication[]) => hub.ledger.putStatuses(members.map(({ name }) => status(name)));
const flowOf = async (name: string): Promise<FlowRecord | undefined> =>
  (await hub.ledger.flows()).find(({ replication }) => replication === name);
const gauges = () => Object.fromEntries(hub.counted);
const dead = (name: string): number => (name === 'ReplicationLatency' ? 9000 : 4);
const queriesIn = ({ input }: Ask): number => input.MetricDataQueries?.length ?? 0;

describe('the metrics of a replication', () => {
  it('are one series for each rule that is on, in the region of the destination', () => {
    const rules = [
      { id: 'logs', prefix: 'logs/', priority: 1 },
      { id: 'rest', prefix: 'x/', priority: 2, status: 'Disabled' },
    ];

    expect(seriesOf(aReplication({ rules }), { account: 'source' })).toEqual([
      {
        ...{ replication: 'orders-dr', rule: 'logs', account: '111111111111', region: 'eu-central-1' },
        ...{ sourceBucket: 'orders', destinationBucket: 'orders-dr' },
      },
    ]);
  });

  it('are asked for in the account that the settings name, where somebody may read there', () => {
    const there = seriesOf(aReplication(), { account: 'destination' });
    const unmanaged = seriesOf(aReplication({ destination: { managed: false } }), { account: 'destination' });

    expect(there.map(({ account, region }) => `${account} ${region}`)).toEqual(['222222222222 eu-central-1']);
    expect(unmanaged).toEqual([]);
  });

  it('are asked for by 500 at most, and never of two places at once', () => {
    const series = Array.from({ length: 1101 }, (_, index) => ({
      ...{ replication: `r${index}`, rule: 'all', account: '111111111111', sourceBucket: 'a', destinationBucket: 'b' },
      region: index % 1100 === 0 ? 'eu-central-1' : 'eu-west-3',
    }));

    const batches = batchesOf(series);

    expect(batches.map((batch) => batch.length).sort((a, b) => a - b)).toEqual([2, 99, 500, 500]);
    for (const batch of batches) expect(new Set(batch.map(({ region }) => region)).size).toBe(1);
  });

  it('are asked for as AWS publishes them: minute by minute, over whole minutes, by their three dimensions', async () => {
    await prove(aReplication());
    hub.advance(30);

    await sweepOver([aReplication()]);

    const [{ account, region, input }] = asked as [Ask];
    expect({ account, region }).toEqual({ account: '111111111111', region: 'eu-central-1' });
    expect(input).toMatchObject({
      ...{ StartTime: new Date('2026-03-01T10:00:00Z'), EndTime: new Date('2026-03-01T12:00:00Z') },
      MetricDataQueries: [
        {
          MetricStat: {
            ...{ Stat: 'Maximum', Period: 60 },
            Metric: {
              ...{ Namespace: 'AWS/S3', MetricName: 'OperationsPendingReplication' },
              Dimensions: [
                { Name: 'SourceBucket', Value: 'orders' },
                { Name: 'DestinationBucket', Value: 'orders-dr' },
                { Name: 'RuleId', Value: aReplication().rules[0]?.id },
              ],
            },
          },
        },
      ],
    });
  });
});

describe('the look at what moves', () => {
  const [a, b] = [named('a'), named('b')];

  it('asks one question about each that moves, and says nothing', async () => {
    await prove(a, b);

    await sweepOver([a, b]);

    expect(asked.map(queriesIn)).toEqual([2]);
    expect(gauges()).toEqual({ Stalled: [0], MetricsUnseen: [0], MetricsUnread: [0] });
    expect(hub.stories).toEqual([]);
    expect(hub.logged.filter(({ level }) => level !== 'info')).toEqual([]);
  });

  it('tells once of those that do not, and counts them until they do', async () => {
    await prove(a, b);
    metrics = (name, bucket) => (bucket === 'a-from' ? dead(name) : 0);

    await sweepOver([a, b]);
    const found = await flowOf('a');
    hub.advance(hour);
    await sweepOver([a, b]);
    const still = gauges();
    metrics = () => 0;
    hub.advance(hour);
    await sweepOver([a, b]);

    const stalls = [{ replication: 'a', rule: a.rules[0]?.id, pending: 4, waitedSeconds: 9000 }];
    expect(found).toEqual({ replication: 'a', judgedAt: start, flow: 'stalled', since: start, stalls });
    expect(still).toMatchObject({ Stalled: [1] });
    expect(hub.stories).toEqual([
      {
        ...{ kind: 'stalled', account: '222222222222', region: 'eu-central-1', since: start, minutes: 120, stalls },
        ...{ replications: ['a'], at: start },
      },
    ]);
    expect(gauges()).toMatchObject({ Stalled: [0] });
    expect(await flowOf('a')).toMatchObject({ flow: 'moving', stalls: [] });
  });

  it('tells one story of a whole region, and another when one more is found', async () => {
    const many = Array.from({ length: 40 }, (_, index) => named(`r${index}`));
    await prove(...many, a);
    metrics = (name, bucket) => (bucket === 'a-from' ? 0 : dead(name));

    await sweepOver([...many, a]);
    hub.advance(6 * hour);
    metrics = dead;
    await sweepOver([...many, a]);

    expect(hub.stories.map(({ kind, replications }) => [kind, replications.length])).toEqual([
      ['stalled', 40],
      ['stalled', 41],
    ]);
  });

  it('asks again after six hours, and sooner only of what is stalled', async () => {
    await prove(a, b);
    metrics = (name, bucket) => (bucket === 'a-from' ? dead(name) : 0);
    const perSweep: number[][] = [];

    for (let sweeps = 0; sweeps < 7; sweeps += 1) {
      asked.length = 0;
      await sweepOver([a, b]);
      perSweep.push(asked.map(queriesIn));
      hub.advance(hour + (sweeps % 2 === 0 ? 20 : -20));
    }

    const [both, stalledOnly] = [
      [2, 1],
      [1, 1],
    ];
    expect(perSweep).toEqual([both, stalledOnly, stalledOnly, stalledOnly, stalledOnly, stalledOnly, both]);
  });

  it('says nothing of what publishes no metrics, and counts it; and wonders when none do', async () => {
    await prove(a, b);
    metrics = (_, bucket) => (bucket === 'a-from' ? undefined : 0);

    await sweepOver([a, b]);
    const some = { ...gauges(), warned: hub.logged.length };
    metrics = () => undefined;
    hub.advance(6 * hour);
    await sweepOver([a, b]);

    expect(some).toEqual({ Stalled: [0], MetricsUnseen: [1], MetricsUnread: [0], warned: 0 });
    expect(gauges()).toEqual({ Stalled: [0], MetricsUnseen: [2], MetricsUnread: [0] });
    expect(hub.stories).toEqual([]);
    expect(hub.logged).toEqual([
      { level: 'warn', message: 'no replication metrics seen', keys: { metricsAccount: 'source', replications: 2 } },
    ]);
  });

  it.each<StatusRecord['verdict']>(['drifted', 'blocked', 'contested', 'paused', 'unreadable'])(
    'leaves alone what is %s: that is told already',
    async (verdict) => {
      await hub.ledger.putStatuses([status('a', verdict)]);

      await sweepOver([a]);

      expect(asked).toEqual([]);
      expect(gauges()).toMatchObject({ Stalled: [0] });
    },
  );

  it('leaves alone what is orphaned, and what no pass has looked at', async () => {
    await prove(a);

    await sweepOver([{ ...a, orphanedSince: start }, b]);

    expect(asked).toEqual([]);
    expect(hub.logged).toEqual([]);
  });

  it('does not count as stalled what has drifted since', async () => {
    await prove(a);
    metrics = dead;
    await sweepOver([a]);
    await hub.ledger.putStatuses([status('a', 'drifted')]);

    await sweepOver([a]);

    expect(gauges()).toMatchObject({ Stalled: [0] });
  });

  it('counts and logs what may not be read, judges the rest, and asks again at the next sweep', async () => {
    const elsewhere = named('c', {
      destination: { region: 'eu-west-3', key: keyArnAt({ account: '222222222222', region: 'eu-west-3' }) },
    });
    await prove(a, elsewhere);
    refuse = ({ region }) => region === 'eu-west-3';

    await sweepOver([a, elsewhere]);
    const first = gauges();
    refuse = () => false;
    hub.advance(hour);
    await sweepOver([a, elsewhere]);

    expect(first).toEqual({ Stalled: [0], MetricsUnseen: [0], MetricsUnread: [1] });
    expect(hub.logged).toMatchObject([
      {
        level: 'warn',
        message: 'replication metrics not read',
        keys: { reasons: [expect.stringContaining('cloudwatch:GetMetricData')] },
      },
    ]);
    expect(await flowOf('c')).toMatchObject({ flow: 'moving' });
    expect(asked.slice(2).map(({ region }) => region)).toEqual(['eu-west-3']);
  });

  it('judges nothing by half of the answer', async () => {
    const rules = [
      { id: 'one', prefix: 'a/', priority: 1 },
      { id: 'two', prefix: 'b/', priority: 2 },
    ];
    const two = named('a', { rules });
    await prove(two);
    const gateway = cloudwatchWith(({ MetricDataResults: [first, ...others] }) => ({
      MetricDataResults: [{ ...first, StatusCode: 'InternalError' }, ...others],
    }));

    await sweepOver([two], { gateway });

    expect(await flowOf('a')).toBeUndefined();
    expect(gauges()).toMatchObject({ MetricsUnread: [1] });
  });

  it('puts together what comes in pages', async () => {
    await prove(a);
    const gateway = cloudwatchWith(({ MetricDataResults }, { input: { NextToken } }) => {
      const isLast = NextToken === 'more';
      const half = <T>(all: readonly T[]): readonly T[] => (isLast ? all.slice(60) : all.slice(0, 60));
      const StatusCode = isLast ? 'Complete' : 'PartialData';
      const halves = MetricDataResults.map((one) => ({
        ...{ ...one, StatusCode },
        ...{ Timestamps: half(one.Timestamps), Values: half(one.Values) },
      }));
      return { MetricDataResults: halves, ...(!isLast && { NextToken: 'more' }) };
    });
    metrics = dead;

    await sweepOver([a], { gateway });

    expect(asked).toHaveLength(4);
    expect(await flowOf('a')).toMatchObject({ flow: 'stalled' });
  });

  it('breaks no sweep', async () => {
    const flows = () => Promise.reject(new Error('the table is away'));
    const flow: FlowWatch = { gateway: cloudwatch, account: 'source', everyHours: 6, stalledMinutes: 120 };

    await sweep({ ...hub.c, flow, ledger: { ...hub.ledger, flows } }, { id: start, requestId: 'x' });

    expect((await hub.ledger.fleet()).lastSweep?.endedAt).toBeDefined();
    expect(hub.logged).toContainEqual({
      ...{ level: 'error', message: 'replication metrics not looked at' },
      keys: { reason: 'the table is away' },
    });
  });

  it('ends in time: what does not fit has its turn at the next sweep', async () => {
    const fleet = Array.from({ length: 5000 }, (_, index) => ({ ...a, name: `r${index}` }));
    await prove(...fleet);
    const slow: AwsGateway = {
      send: (call) => {
        hub.advance(15);
        return cloudwatch.send(call);
      },
    };

    await sweepOver(fleet, { gateway: slow });
    const first = gauges();
    hub.advance(hour);
    await sweepOver(fleet, { gateway: slow });
    hub.advance(hour);
    await sweepOver(fleet, { gateway: slow });

    expect(first.MetricsUnread?.[0]).toBeGreaterThan(0);
    expect(hub.logged.some(({ message }) => message === 'replication metrics not all asked for')).toBe(true);
    expect((await hub.ledger.flows()).length).toBe(5000);
    expect(asked.length).toBe(10);
  });
});
