import * as cw from '@aws-sdk/client-cloudwatch';
import * as sns from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import { record } from '../../infra/sandbox/metrics.ts';
import { evaluate } from '../../infra/sandbox/services/cloudwatch/expression.ts';
import { statistic } from '../../infra/sandbox/services/cloudwatch/statistics.ts';
import { type MissingData, rangeOf, verdict } from '../../infra/sandbox/services/cloudwatch/verdict.ts';
import { intakeEmf } from '../../infra/sandbox/services/cloudwatch.ts';
import { destination, rawRequest, refusalOf, source } from './front-clients.ts';
import { moreClientsOf, region, stillAws } from './more-clients.ts';

const at = (time: string) => new Date(`2026-01-01T${time}Z`);

function fresh() {
  const { aws, clock } = stillAws();
  const { cloudwatch: client, sns: topics } = moreClientsOf(aws);
  const put = (Value: number, more: Partial<cw.MetricDatum> = {}) =>
    client.send(new cw.PutMetricDataCommand({ Namespace: 'Lockstep', MetricData: [{ MetricName: 'Drifted', Value, ...more }] }));
  const alarm = (more: Partial<cw.PutMetricAlarmCommandInput> = {}) =>
    client.send(
      new cw.PutMetricAlarmCommand({
        AlarmName: 'drift',
        Namespace: 'Lockstep',
        MetricName: 'Drifted',
        Statistic: 'Maximum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        ...more,
      } as cw.PutMetricAlarmCommandInput),
    );
  const alarms = async (...names: string[]) => {
    const { MetricAlarms = [], CompositeAlarms = [] } = await client.send(
      new cw.DescribeAlarmsCommand(names.length > 0 ? { AlarmNames: names } : { AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }),
    );
    return [...MetricAlarms, ...CompositeAlarms];
  };
  const state = async (name = 'drift') => (await alarms(name))[0]?.StateValue;
  return { aws, clock, client, topics, put, alarm, alarms, state };
}

describe('metrics', () => {
  it('give statistics by period', async () => {
    const { client, put } = fresh();
    await put(1, { Timestamp: at('00:00:10') });
    await put(3, { Timestamp: at('00:04:59') });
    await put(10, { Timestamp: at('00:05:00') });

    const { Datapoints } = await client.send(
      new cw.GetMetricStatisticsCommand({
        Namespace: 'Lockstep',
        MetricName: 'Drifted',
        StartTime: at('00:00:00'),
        EndTime: at('00:10:00'),
        Period: 300,
        Statistics: ['Sum', 'SampleCount', 'Average', 'Minimum', 'Maximum'],
      }),
    );

    // What lies in the future of the clock is not told yet.
    expect(Datapoints).toEqual([]);
  });

  it('are told once their time has come', async () => {
    const { clock, client, put } = fresh();
    await clock.advance(600);
    await put(1, { Timestamp: at('00:00:10') });
    await put(3, { Timestamp: at('00:04:59') });
    await put(10, { Timestamp: at('00:05:00') });
    const ask = (Statistics: cw.Statistic[], ExtendedStatistics?: string[]) =>
      client.send(
        new cw.GetMetricStatisticsCommand({
          Namespace: 'Lockstep',
          MetricName: 'Drifted',
          StartTime: at('00:00:00'),
          EndTime: at('00:10:00'),
          Period: 300,
          ...(Statistics.length > 0 ? { Statistics } : {}),
          ...(ExtendedStatistics ? { ExtendedStatistics } : {}),
        }),
      );

    expect((await ask(['Sum', 'SampleCount', 'Average', 'Minimum', 'Maximum'])).Datapoints).toEqual([
      { Timestamp: at('00:00:00'), Unit: 'None', Sum: 4, SampleCount: 2, Average: 2, Minimum: 1, Maximum: 3 },
      { Timestamp: at('00:05:00'), Unit: 'None', Sum: 10, SampleCount: 1, Average: 10, Minimum: 10, Maximum: 10 },
    ]);
    expect((await ask([], ['p50'])).Datapoints?.[0]?.ExtendedStatistics).toEqual({ p50: 2 });
  });

  it('are told apart by account, region, name and exactly their dimensions', async () => {
    const { aws, clock, client, put } = fresh();
    await put(1);
    await put(2, { Dimensions: [{ Name: 'group', Value: 'orders' }] });
    const list = async (from: cw.CloudWatchClient, more: cw.ListMetricsCommandInput = {}) =>
      (await from.send(new cw.ListMetricsCommand(more))).Metrics?.map(({ Dimensions }) => Dimensions);

    expect(await list(client)).toEqual([[], [{ Name: 'group', Value: 'orders' }]]);
    expect(await list(client, { Dimensions: [{ Name: 'group' }] })).toHaveLength(1);
    expect(await list(client, { Namespace: 'Other' })).toEqual([]);
    expect(await list(moreClientsOf(aws, destination).cloudwatch)).toEqual([]);
    expect(await list(moreClientsOf(aws, source, 'eu-central-1').cloudwatch)).toEqual([]);
    await clock.advance(60);
    const { MetricDataResults } = await client.send(
      new cw.GetMetricDataCommand({
        StartTime: at('00:00:00'),
        EndTime: at('00:01:00'),
        MetricDataQueries: [
          { Id: 'all', MetricStat: { Metric: { Namespace: 'Lockstep', MetricName: 'Drifted' }, Period: 60, Stat: 'Sum' } },
        ],
      }),
    );
    expect(MetricDataResults).toMatchObject([{ Id: 'all', Values: [1], Timestamps: [at('00:00:00')] }]);
  });

  it('take several values, and statistics made elsewhere', async () => {
    const { clock, client, put } = fresh();
    await put(0, { Value: undefined, Values: [1, 5], Counts: [3, 1] });
    await put(0, { MetricName: 'Set', Value: undefined, StatisticValues: { SampleCount: 4, Sum: 20, Minimum: 1, Maximum: 9 } });
    await clock.advance(60);
    const of = async (MetricName: string) => {
      const StartTime = at('00:00:00');
      const Statistics: cw.Statistic[] = ['Sum', 'SampleCount', 'Minimum', 'Maximum'];
      const input = { Namespace: 'Lockstep', MetricName, StartTime, EndTime: at('00:01:00'), Period: 60, Statistics };
      return (await client.send(new cw.GetMetricStatisticsCommand(input))).Datapoints?.[0];
    };

    expect(await of('Drifted')).toMatchObject({ Sum: 8, SampleCount: 4, Minimum: 1, Maximum: 5 });
    expect(await of('Set')).toMatchObject({ Sum: 20, SampleCount: 4, Minimum: 1, Maximum: 9 });
  });

  it.each([
    { because: 'its namespace is AWS’s', input: { Namespace: 'AWS/S3', MetricData: [{ MetricName: 'm', Value: 1 }] } },
    { because: 'it has no value', input: { Namespace: 'n', MetricData: [{ MetricName: 'm' }] } },
    { because: 'its value is no number', input: { Namespace: 'n', MetricData: [{ MetricName: 'm', Value: Number.NaN }] } },
    {
      because: 'it is older than two weeks',
      input: { Namespace: 'n', MetricData: [{ MetricName: 'm', Value: 1, Timestamp: new Date('2025-12-17T23:59:00Z') }] },
    },
    {
      because: 'one of 1,001',
      input: { Namespace: 'n', MetricData: Array.from({ length: 1001 }, () => ({ MetricName: 'm', Value: 1 })) },
    },
  ])('are refused when $because', async ({ input }) => {
    const { client } = fresh();

    expect((await refusalOf(client.send(new cw.PutMetricDataCommand(input)))).status).toBe(400);
  });

  it('of AWS services are read like one’s own', async () => {
    const { aws, clock, client } = fresh();
    const series = { namespace: 'AWS/S3', name: 'OperationsFailedReplication', dimensions: { RuleId: 'a' }, unit: 'Count' };
    record(aws.world, { account: source, region, ...series, value: 2, time: clock.now() });
    await clock.advance(60);

    const Metric = { Namespace: series.namespace, MetricName: series.name, Dimensions: [{ Name: 'RuleId', Value: 'a' }] };
    const { MetricDataResults } = await client.send(
      new cw.GetMetricDataCommand({
        StartTime: at('00:00:00'),
        EndTime: at('00:05:00'),
        MetricDataQueries: [
          { Id: 'failed', MetricStat: { Metric, Period: 60, Stat: 'Sum' }, ReturnData: false },
          { Id: 'filled', Expression: 'FILL(failed, 0) * 10', Label: 'times ten' },
        ],
        ScanBy: 'TimestampAscending',
      }),
    );
    expect(MetricDataResults).toMatchObject([{ Id: 'filled', Label: 'times ten', Values: [20, 0, 0, 0, 0] }]);
  });
});

describe('GetMetricData', () => {
  const ask = (client: cw.CloudWatchClient, more: Partial<cw.GetMetricDataCommandInput> = {}) =>
    client.send(
      new cw.GetMetricDataCommand({
        ...{ StartTime: at('00:00:00'), EndTime: at('00:10:00'), ScanBy: 'TimestampAscending' },
        MetricDataQueries: ['Drifted', 'Nothing', 'Repaired'].map((MetricName, index) => ({
          Id: `q${index}`,
          MetricStat: { Metric: { Namespace: 'Lockstep', MetricName }, Period: 60, Stat: 'Maximum' },
        })),
        ...more,
      }),
    );

  async function three() {
    const { clock, client, put } = fresh();
    for (const value of [1, 2, 3]) {
      for (const MetricName of ['Drifted', 'Repaired']) await put(value, { MetricName });
      await clock.advance(60);
    }
    return client;
  }

  it('gives so many values at a time as it is asked for, and a token for the rest', async () => {
    const client = await three();

    const pages: (readonly (readonly [string | undefined, readonly number[] | undefined, string | undefined])[])[] = [];
    let NextToken: string | undefined;
    do {
      const page = await ask(client, { MaxDatapoints: 2, ...(NextToken && { NextToken }) });
      pages.push((page.MetricDataResults ?? []).map(({ Id, Values, StatusCode }) => [Id, Values, StatusCode]));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);

    expect(pages).toEqual([
      [['q0', [1, 2], 'PartialData']],
      [
        ['q0', [3], 'Complete'],
        ['q1', [], 'Complete'],
        ['q2', [1], 'PartialData'],
      ],
      [['q2', [2, 3], 'Complete']],
    ]);
  });

  it('gives all of them at once where they fit', async () => {
    const { MetricDataResults, NextToken } = await ask(await three());

    expect(MetricDataResults?.map(({ Values }) => Values)).toEqual([[1, 2, 3], [], [1, 2, 3]]);
    expect(NextToken).toBeUndefined();
  });

  const query = (Id: string) => ({ Id, MetricStat: { Metric: { MetricName: 'm' }, Period: 60, Stat: 'Sum' } });
  it.each<{ because: string; input: Partial<cw.GetMetricDataCommandInput>; code: string }>([
    {
      because: 'it asks for 501 metrics',
      input: { MetricDataQueries: Array.from({ length: 501 }, (_, index) => query(`q${index}`)) },
      code: 'ValidationException',
    },
    { because: 'an id begins with a capital', input: { MetricDataQueries: [query('Q')] }, code: 'ValidationException' },
    { because: 'two have one id', input: { MetricDataQueries: [query('q'), query('q')] }, code: 'ValidationException' },
    { because: 'it ends before it begins', input: { EndTime: at('00:00:00') }, code: 'ValidationException' },
    { because: 'it wants more values than there can be', input: { MaxDatapoints: 100_801 }, code: 'ValidationException' },
    { because: 'nobody gave out its token', input: { NextToken: 'x' }, code: 'InvalidNextToken' },
  ])('refuses a request when $because', async ({ input, code }) => {
    expect(await refusalOf(ask(await three(), input))).toMatchObject({ status: 400, code });
  });
});

describe('statistics', () => {
  it.each([
    { name: 'p0', value: 1 },
    { name: 'p50', value: 3 },
    { name: 'p90', value: 4.6 },
    { name: 'p100', value: 5 },
    { name: 'tm80', value: 2.5 },
    { name: 'IQM', value: 3 },
    { name: 'SampleCount', value: 5 },
  ])('$name of 1 to 5 is $value', ({ name, value }) => {
    expect(statistic(name, [5, 3, 1, 4, 2])).toBeCloseTo(value);
  });
});

describe('metric math', () => {
  const series = (...values: (number | undefined)[]) =>
    new Map(values.flatMap((value, index): [number, number][] => (value === undefined ? [] : [[index, value]])));
  const m1 = series(10, 20, undefined, 40);
  const m2 = series(2, 0, 3, 4);
  const scope = {
    values: new Map([
      ['m1', m1],
      ['m2', m2],
    ]),
    metrics: [m1, m2],
    periods: [0, 1, 2, 3],
    period: 60,
  };

  it.each([
    { text: 'm1 + m2', value: series(12, 20, undefined, 44) },
    { text: 'm1 / m2', value: series(5, undefined, undefined, 10) },
    { text: '100 * (1 - m2 / m2)', value: series(0, undefined, 0, 0) },
    { text: 'm2 > 2', value: series(0, 0, 1, 1) },
    { text: '-m2 ^ 2', value: series(4, 0, 9, 16) },
    { text: 'FILL(m1, 0)', value: series(10, 20, 0, 40) },
    { text: 'FILL(m1, REPEAT)', value: series(10, 20, 20, 40) },
    { text: 'IF(m2 >= 3, m1, 0)', value: series(0, 0, undefined, 40) },
    { text: 'IF(m2 == 0, 1, m2)', value: series(2, 1, 3, 4) },
    { text: 'IF(FILL(m1, 0) > 0 AND m2 > 0, 1, 0)', value: series(1, 0, 0, 1) },
    { text: 'SUM(METRICS())', value: series(12, 20, 3, 44) },
    { text: 'MAX([m1])', value: undefined },
    { text: 'SUM(m2)', value: 9 },
    { text: 'm1 +', value: undefined },
    { text: 'm3', value: undefined },
    {
      text: 'DIFF(m2)',
      value: new Map([
        [1, -2],
        [2, 3],
        [3, 1],
      ]),
    },
    { text: 'RUNNING_SUM(m2)', value: series(2, 2, 5, 9) },
  ])('works out $text', ({ text, value }) => {
    if (value === undefined) expect(() => evaluate(text, scope)).toThrow(/./);
    else expect(evaluate(text, scope)).toEqual(value);
  });
});

describe('the verdict of an alarm', () => {
  const points = (text: string) => [...text].map((sign) => (sign === '-' ? undefined : sign === 'X'));
  const all: readonly MissingData[] = ['missing', 'ignore', 'breaching', 'notBreaching'];
  const insufficient = 'INSUFFICIENT_DATA';

  // The two tables of https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html; undefined: stays.
  it.each([
    { seen: '0-X-X', needed: 3, states: ['OK', 'OK', 'OK', 'OK'] },
    { seen: '----0', needed: 3, states: ['OK', 'OK', 'OK', 'OK'] },
    { seen: '-----', needed: 3, states: [insufficient, undefined, 'ALARM', 'OK'] },
    { seen: '0XX-X', needed: 3, states: ['ALARM', 'ALARM', 'ALARM', 'ALARM'] },
    { seen: '--X--', needed: 3, states: ['ALARM', undefined, 'ALARM', 'OK'] },
    { seen: '0-X-X', needed: 2, states: ['ALARM', 'ALARM', 'ALARM', 'ALARM'] },
    { seen: '00X0X', needed: 2, states: ['ALARM', 'ALARM', 'ALARM', 'ALARM'] },
    { seen: '0-X--', needed: 2, states: ['OK', 'OK', 'ALARM', 'OK'] },
    { seen: '----0', needed: 2, states: ['OK', 'OK', 'ALARM', 'OK'] },
    { seen: '---X-', needed: 2, states: ['ALARM', undefined, 'ALARM', 'OK'] },
    { seen: '----X', needed: 2, states: [undefined, undefined, 'ALARM', 'OK'] },
  ])('on $seen, $needed of 3, is $states', ({ seen, needed, states }) => {
    const verdicts = all.map((treatMissingData) =>
      verdict(points(seen), { evaluationPeriods: 3, datapointsToAlarm: needed, treatMissingData }),
    );

    expect(verdicts).toEqual(states);
    expect(rangeOf({ evaluationPeriods: 3 })).toBe(seen.length);
  });
});

describe('an alarm', () => {
  const topic = `arn:aws:sns:${region}:${source}:alerts`;

  async function withTopic() {
    const all = fresh();
    await all.topics.send(new sns.CreateTopicCommand({ Name: 'alerts' }));
    const { SubscriptionArn: _pending } = await all.topics.send(
      new sns.SubscribeCommand({ TopicArn: topic, Protocol: 'email', Endpoint: 'team@example.com' }),
    );
    const { outbox } = all.aws.world.sns;
    await all.topics.send(new sns.ConfirmSubscriptionCommand({ TopicArn: topic, Token: outbox[0]?.token ?? '' }));
    outbox.length = 0;
    return { ...all, outbox };
  }

  it('waits for data, rings when its metric breaches, and ends when it no longer does', async () => {
    const { clock, put, alarm, alarms, outbox } = await withTopic();
    await alarm({ AlarmActions: [topic], OKActions: [topic], TreatMissingData: 'notBreaching' });
    expect((await alarms('drift'))[0]).toMatchObject({ StateValue: 'INSUFFICIENT_DATA', ActionsEnabled: true });

    await clock.advance(60);
    expect((await alarms('drift'))[0]?.StateValue).toBe('OK');
    await put(3);
    await clock.advance(60);
    expect((await alarms('drift'))[0]).toMatchObject({
      StateValue: 'ALARM',
      StateReason: expect.stringContaining('1 out of the last 1 datapoints [3] was greater than or equal to the threshold (1.0)'),
    });
    await clock.advance(300);
    expect((await alarms('drift'))[0]?.StateValue).toBe('OK');

    expect(outbox.map(({ subject }) => subject)).toEqual([
      'OK: "drift" in eu-west-1',
      'ALARM: "drift" in eu-west-1',
      'OK: "drift" in eu-west-1',
    ]);
    expect(JSON.parse(outbox[1]?.body ?? '')).toMatchObject({
      AlarmName: 'drift',
      AWSAccountId: source,
      OldStateValue: 'OK',
      NewStateValue: 'ALARM',
      StateChangeTime: '2026-01-01T00:02:00.000+0000',
      Trigger: {
        MetricName: 'Drifted',
        Namespace: 'Lockstep',
        Statistic: 'MAXIMUM',
        Threshold: 1,
        TreatMissingData: 'notBreaching',
      },
    });
  });

  it('needs M of N data points', async () => {
    const { clock, put, alarm, state } = fresh();
    await alarm({ EvaluationPeriods: 3, DatapointsToAlarm: 2, Statistic: 'Sum' });
    for (const value of [1, 0, 0]) {
      await put(value);
      await clock.advance(60);
    }
    expect(await state()).toBe('OK');
    for (const value of [1, 0]) {
      await put(value);
      await clock.advance(60);
    }
    expect(await state()).toBe('OK');
    await put(1);
    await clock.advance(60);
    expect(await state()).toBe('ALARM');
  });

  it('as a heartbeat rings when nothing comes', async () => {
    const { clock, put, alarm, state } = fresh();
    await alarm({ Period: 3600, EvaluationPeriods: 1, ComparisonOperator: 'LessThanThreshold', TreatMissingData: 'breaching' });
    await put(1);
    await clock.advance(60);
    expect(await state()).toBe('OK');

    await clock.advance(4 * 3600);

    expect(await state()).toBe('ALARM');
  });

  it('looks at a percentile, or at an expression', async () => {
    const { clock, put, alarm, state } = fresh();
    const query = (Id: string, MetricName: string) => ({
      Id,
      MetricStat: { Metric: { Namespace: 'Lockstep', MetricName }, Period: 60, Stat: 'Sum' },
      ReturnData: false,
    });
    await alarm({ Statistic: undefined, ExtendedStatistic: 'p90', Threshold: 9 });
    await alarm({
      AlarmName: 'ratio',
      Namespace: undefined,
      MetricName: undefined,
      Statistic: undefined,
      Period: undefined,
      Threshold: 0.5,
      Metrics: [query('bad', 'Drifted'), query('all', 'Replications'), { Id: 'ratio', Expression: 'FILL(bad, 0) / all' }],
    });
    await put(0, { Value: undefined, Values: [1, 2, 3] });
    await put(10, { MetricName: 'Replications' });

    await clock.advance(60);

    expect(await state()).toBe('OK');
    expect(await state('ratio')).toBe('ALARM');
  });

  it('has its state set by hand until it is evaluated again, and says so to those who asked', async () => {
    const { clock, client, alarm, state, outbox } = await withTopic();
    await alarm({ AlarmActions: [topic], TreatMissingData: 'notBreaching' });
    const set = (StateValue: cw.StateValue) =>
      client.send(new cw.SetAlarmStateCommand({ AlarmName: 'drift', StateValue, StateReason: 'trying it out' }));

    await set('ALARM');
    expect(await state()).toBe('ALARM');
    expect(outbox).toHaveLength(1);
    await clock.advance(60);
    expect(await state()).toBe('OK');
    await client.send(new cw.DisableAlarmActionsCommand({ AlarmNames: ['drift'] }));
    await set('ALARM');
    expect(outbox).toHaveLength(1);
    await client.send(new cw.EnableAlarmActionsCommand({ AlarmNames: ['drift'] }));
    await clock.advance(60);
    await set('ALARM');
    expect(outbox).toHaveLength(2);
  });

  it('cannot reach a topic whose policy does not let it in', async () => {
    const { clock, client, topics, put, alarm, outbox } = await withTopic();
    const Policy = JSON.stringify({
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 'sns:Publish',
          Resource: '*',
          Condition: { Bool: { 'aws:SecureTransport': false } },
        },
      ],
    });
    await topics.send(new sns.SetTopicAttributesCommand({ TopicArn: topic, AttributeName: 'Policy', AttributeValue: Policy }));
    await alarm({ AlarmActions: [topic] });
    await put(1);

    await clock.advance(60);

    expect(outbox).toEqual([]);
    const { AlarmHistoryItems } = await client.send(
      new cw.DescribeAlarmHistoryCommand({ AlarmName: 'drift', HistoryItemType: 'Action' }),
    );
    expect(AlarmHistoryItems?.[0]?.HistorySummary).toContain('Failed to execute action');
  });

  it('over other alarms follows them at once', async () => {
    const { clock, client, put, alarm, state } = fresh();
    await alarm({ TreatMissingData: 'notBreaching' });
    const composite = (AlarmRule: string) => client.send(new cw.PutCompositeAlarmCommand({ AlarmName: 'any', AlarmRule }));

    await composite('ALARM("drift") AND NOT (OK(drift) OR FALSE)');
    expect(await refusalOf(composite('ALARM(none)'))).toMatchObject({ code: 'ValidationException' });
    expect(await refusalOf(composite('ALARM(drift'))).toMatchObject({ code: 'ValidationException' });
    await clock.advance(60);
    expect(await state('any')).toBe('OK');
    await put(1);
    await clock.advance(60);
    expect(await state('any')).toBe('ALARM');
  });

  it('is changed in place, and stops when it is deleted', async () => {
    const { aws, clock, client, put, alarm, alarms, state } = fresh();
    await alarm();
    await put(1);
    await clock.advance(60);

    await alarm({ Threshold: 5 });
    expect(await alarms('drift')).toMatchObject([{ Threshold: 5, StateValue: 'ALARM' }]);
    await put(1);
    await clock.advance(60);
    expect(await state()).toBe('OK');
    const gone = client.send(new cw.DeleteAlarmsCommand({ AlarmNames: ['drift', 'none'] }));
    expect(await refusalOf(gone)).toMatchObject({ code: 'ResourceNotFound', status: 404 });
    await client.send(new cw.DeleteAlarmsCommand({ AlarmNames: ['drift'] }));
    expect(await alarms()).toEqual([]);
    const before = clock.now();
    await clock.settle();
    expect(clock.now()).toEqual(before);
    expect(aws.world.cloudwatch.alarms.size).toBe(0);
  });

  it.each([
    { because: 'it has no threshold', more: { Threshold: undefined } },
    { because: 'its comparison is unknown', more: { ComparisonOperator: 'Equals' as cw.ComparisonOperator } },
    { because: 'it needs more points than it looks at', more: { DatapointsToAlarm: 2 } },
    { because: 'its period is odd', more: { Period: 90 } },
    { because: 'its treatment of missing data is unknown', more: { TreatMissingData: 'zero' } },
    { because: 'it has two statistics', more: { ExtendedStatistic: 'p99' } },
    { because: 'it looks back more than a day', more: { Period: 300, EvaluationPeriods: 289 } },
    { because: 'it has both a metric and an expression', more: { Metrics: [{ Id: 'e', Expression: '1' }] } },
  ])('is refused when $because', async ({ more }) => {
    const { alarm, alarms } = fresh();

    expect((await refusalOf(alarm(more))).status).toBe(400);
    expect(await alarms()).toEqual([]);
  });
});

describe('Embedded Metric Format', () => {
  const directive = (Metrics: object[], Dimensions: string[][] = [[], ['group']]) => ({
    Timestamp: at('00:00:30').getTime(),
    CloudWatchMetrics: [{ Namespace: 'Lockstep', Dimensions, Metrics }],
  });

  it('becomes a metric for every set of dimensions', () => {
    const { aws } = stillAws();
    const line = JSON.stringify({
      _aws: directive([{ Name: 'Drifted', Unit: 'Count' }, { Name: 'Seconds' }]),
      group: 'orders',
      Drifted: 2,
      Seconds: [1, 2],
      message: 'pass done',
    });

    expect(intakeEmf(aws.world, { account: source, region }, line)).toBe(6);
    expect(aws.world.metrics.samples).toHaveLength(6);
    expect(aws.world.metrics.samples[1]).toEqual({
      account: source,
      region,
      namespace: 'Lockstep',
      name: 'Drifted',
      dimensions: { group: 'orders' },
      unit: 'Count',
      value: 2,
      time: at('00:00:30'),
    });
  });

  it.each([
    { because: 'it is no JSON', line: 'pass done' },
    { because: 'it carries no metrics', line: { message: 'pass done' } },
    { because: 'a metric has no value', line: { _aws: directive([{ Name: 'Drifted' }]), group: 'orders' } },
    { because: 'a value is no number', line: { _aws: directive([{ Name: 'Drifted' }]), group: 'orders', Drifted: '2' } },
    { because: 'a dimension is missing', line: { _aws: directive([{ Name: 'Drifted' }], [['group']]), Drifted: 2 } },
    { because: 'a dimension is no text', line: { _aws: directive([{ Name: 'Drifted' }], [['group']]), group: 1, Drifted: 2 } },
    {
      because: 'there are 101 metrics',
      line: {
        _aws: directive(
          Array.from({ length: 101 }, () => ({ Name: 'Drifted' })),
          [[]],
        ),
        Drifted: 2,
      },
    },
    {
      because: 'there are 31 dimensions',
      line: { _aws: directive([{ Name: 'Drifted' }], [Array.from({ length: 31 }, () => 'group')]), group: 'a', Drifted: 2 },
    },
  ])('gives nothing when $because', ({ line }) => {
    const { aws } = stillAws();

    const text = typeof line === 'string' ? line : JSON.stringify(line);
    expect(intakeEmf(aws.world, { account: source, region }, text)).toBe(0);
  });
});

describe('a dashboard', () => {
  it('is kept as it is put', async () => {
    const { client } = fresh();
    const DashboardBody = '{"widgets":[]}';
    await client.send(new cw.PutDashboardCommand({ DashboardName: 'fleet', DashboardBody }));

    expect((await client.send(new cw.GetDashboardCommand({ DashboardName: 'fleet' }))).DashboardBody).toBe(DashboardBody);
    const none = client.send(new cw.GetDashboardCommand({ DashboardName: 'none' }));
    expect(await refusalOf(none)).toMatchObject({ code: 'ResourceNotFound', status: 404 });
    const broken = client.send(new cw.PutDashboardCommand({ DashboardName: 'fleet', DashboardBody: '{' }));
    expect(await refusalOf(broken)).toMatchObject({ code: 'DashboardInvalidInputError' });
  });
});

describe('the protocols of CloudWatch', () => {
  it('include CBOR and the old query forms', async () => {
    const { aws } = stillAws();
    const { url, close } = await aws.listen();
    const request = { method: 'POST', service: 'monitoring' };

    const cbor = await rawRequest(url, {
      ...request,
      path: '/service/GraniteServiceVersion20100801/operation/DescribeAlarms',
      headers: { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' },
      // An empty map.
      body: new Uint8Array([0xa0]),
    });
    const query = await rawRequest(url, {
      ...request,
      path: '/',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Action=GetDashboard&Version=2010-08-01&DashboardName=none',
    });
    await close();

    expect(cbor).toMatchObject({ status: 200, headers: { 'smithy-protocol': 'rpc-v2-cbor' } });
    expect(cbor.body).toContain('MetricAlarms');
    expect(query).toMatchObject({ status: 404, body: expect.stringContaining('<Code>ResourceNotFound</Code>') });
  });
});
