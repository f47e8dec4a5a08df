/** Replications in a local AWS whose time passes when told to; what a sweep counts goes to CloudWatch, and its alarms see it. */
import { CloudWatchClient, DescribeAlarmsCommand, PutMetricAlarmCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { alarmsFor } from '../../infra/alarms.ts';
import { watched } from '../../infra/hub-stack.ts';
import { replicationWorker } from '../../infra/sandbox/replication/worker.ts';
import { spokeGateway } from '../../shared/aws/accounts.ts';
import { pass } from '../../shared/controller/pass.ts';
import type { Controller, FlowWatch } from '../../shared/controller/ports.ts';
import { sweep } from '../../shared/controller/sweep.ts';
import type { AwsGateway } from '../../shared/model/aws-call.ts';
import { configWith } from '../infra/judging.ts';
import { aScene, type Scene } from '../sandbox/replication-support.ts';
import { newHub } from '../support/admission.ts';
import { editDestination } from '../support/edits.ts';
import { aDocument } from '../support/live-replication.ts';

const hubAt = { account: '333333333333', region: 'eu-west-1' };
const gauges = ['stalled', 'oldest-proof-too-old'];
const hour = 3600;

/** The scene under a controller: a sweep every hour, and passes over what it asks for, unless they die. */
async function watchedScene(scene: Scene, { passesDie = false, account = 'source' as FlowWatch['account'] } = {}) {
  const requestHandler = scene.aws.requestHandler();
  const gateway: AwsGateway = {
    send: (call) =>
      spokeGateway({
        requestHandler,
        credentials: async () => ({ accessKeyId: call.account, secretAccessKey: 'any' }),
        services: { cloudwatch: () => import('../../shared/aws/clients/cloudwatch.ts') },
      }).send(call),
  };
  const hub = newHub({ observer: gateway });
  hub.put('/lockstep/desired-state/orders', aDocument());
  const now = () => scene.clock.now();
  const flow: FlowWatch = { gateway, account, everyHours: 1, stalledMinutes: 120 };
  const c: Controller = { ...hub.c, healer: gateway, now, wait: (seconds) => scene.clock.advance(seconds), flow };
  const cloudwatch = new CloudWatchClient({
    ...{ region: hubAt.region, requestHandler, maxAttempts: 1 },
    credentials: { accessKeyId: hubAt.account, secretAccessKey: 'any' },
  });
  const plans = alarmsFor(configWith(), watched).filter(({ name }) => gauges.includes(name));
  for (const { name, namespace, metricName, dimensions, statistic, seconds, periods, threshold, missing } of plans)
    await cloudwatch.send(
      new PutMetricAlarmCommand({
        ...{ AlarmName: name, Namespace: namespace, MetricName: metricName, Statistic: statistic, Period: seconds },
        ...{ EvaluationPeriods: periods, Threshold: threshold, TreatMissingData: missing },
        ...{ ComparisonOperator: 'GreaterThanThreshold', Dimensions: dimensionsOf(dimensions) },
      }),
    );

  async function sweepOnce(): Promise<void> {
    hub.counted.clear();
    hub.sent.length = 0;
    await sweep(c, { id: now().toISOString(), requestId: now().toISOString() });
    const MetricData = [...hub.counted].map(([MetricName, values]) => ({
      ...{ MetricName, Timestamp: now(), Value: values.at(-1) ?? 0 },
      Dimensions: dimensionsOf({ service: 'lockstep' }),
    }));
    await cloudwatch.send(new PutMetricDataCommand({ Namespace: 'Lockstep', MetricData }));
    if (passesDie) return;
    for (const { message } of hub.sent)
      await pass(message.group, [{ trigger: message.trigger, sentAt: now() }], c, () => 120_000);
  }

  return {
    ...hub,
    gauge: (name: string) => hub.counted.get(name as never)?.at(-1),
    async hours(count: number): Promise<void> {
      for (let past = 0; past < count; past += 1) {
        await sweepOnce();
        await scene.clock.advance(hour);
      }
    },
    async alarm(name: string): Promise<string | undefined> {
      const { MetricAlarms = [] } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
      return MetricAlarms[0]?.StateValue;
    },
  };
}

const dimensionsOf = (dimensions: Readonly<Record<string, string>>) =>
  Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));

describe('a replication that is proven, and in which nothing moves', () => {
  it('raises the alarm, and one story, until it moves again', async () => {
    const scene = await aScene();
    const it = await watchedScene(scene);
    await it.hours(4);
    const before = { alarm: await it.alarm('stalled'), stories: it.stories.length };
    const worker = replicationWorker(scene.world);
    worker.pause();
    await scene.put('x');
    await it.hours(2);
    const soon = await it.alarm('stalled');
    await it.hours(4);
    const late = await it.alarm('stalled');
    worker.resume();
    await it.hours(2);

    expect(before).toEqual({ alarm: 'OK', stories: 0 });
    expect(soon).toBe('OK');
    expect(late).toBe('ALARM');
    expect(it.stories).toMatchObject([{ kind: 'stalled', replications: ['orders-dr'], stalls: [{ pending: 1 }] }]);
    expect(await it.alarm('stalled')).toBe('OK');
    expect((await it.ledger.statuses())[0]?.verdict).toBe('proven');
  });

  it('raises nothing while objects come and go', async () => {
    const scene = await aScene();
    const it = await watchedScene(scene);
    for (let n = 0; n < 4; n += 1) {
      await scene.put(`x${n}`);
      await it.hours(1);
    }

    expect(await it.alarm('stalled')).toBe('OK');
    expect(it.gauge('MetricsUnseen')).toBe(0);
  });

  it('raises nothing without metrics, in which nobody can see it', async () => {
    const scene = await aScene();
    const alive = await watchedScene(scene);
    await alive.hours(2);
    await editDestination(scene.they, ({ Metrics: _, ...destination }) => destination);
    replicationWorker(scene.world).pause();
    await scene.put('x');
    const it = await watchedScene(scene, { passesDie: true });
    await it.ledger.putStatuses(await alive.ledger.statuses());
    await it.hours(6);

    expect(it.stories).toEqual([]);
    expect(await it.alarm('stalled')).toBe('OK');
    expect(it.gauge('MetricsUnseen')).toBe(1);
  });

  it('is not seen where the metrics are not, and that is counted', async () => {
    const scene = await aScene();
    const it = await watchedScene(scene, { account: 'destination' });
    replicationWorker(scene.world).pause();
    await scene.put('x');
    await it.hours(6);

    expect(it.gauge('Stalled')).toBe(0);
    expect(it.gauge('MetricsUnseen')).toBe(1);
    expect(it.logged).toContainEqual(expect.objectContaining({ message: 'no replication metrics seen' }));
  });
});

describe('a fleet that sweeps look at, and no pass proves', () => {
  it('raises the alarm of the oldest proof, although nothing fails', async () => {
    const it = await watchedScene(await aScene(), { passesDie: true });

    await it.hours(5);
    const early = await it.alarm('oldest-proof-too-old');
    await it.hours(4);

    expect(early).toBe('OK');
    expect(await it.alarm('oldest-proof-too-old')).toBe('ALARM');
    expect(it.gauge('OldestProofAgeSeconds')).toBe(8 * hour);
  });

  it('raises it also when passes proved once, and then die', async () => {
    const scene = await aScene();
    const alive = await watchedScene(scene);
    await alive.hours(3);
    const proven = { age: alive.gauge('OldestProofAgeSeconds'), alarm: await alive.alarm('oldest-proof-too-old') };
    const it = await watchedScene(scene, { passesDie: true });
    await it.ledger.putStatuses(await alive.ledger.statuses());
    await it.hours(8);

    expect(proven).toEqual({ age: hour, alarm: 'OK' });
    expect(await it.alarm('oldest-proof-too-old')).toBe('ALARM');
  });
});
