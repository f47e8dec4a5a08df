import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { alarmNameOf, alarmsFor } from '../../infra/alarms.ts';
import { dashboardBody } from '../../infra/dashboard.ts';
import { watched } from '../../infra/hub-stack.ts';
import { configWith } from './judging.ts';

const alarms = alarmsFor(configWith(), watched);
const named = (name: string) => alarms.find((alarm) => alarm.name === name);
const runbook = readFileSync(join(import.meta.dirname, '..', '..', 'infra', 'RUNBOOK.md'), 'utf8');
const entries = runbook.split(/^### /m).slice(1);

describe('the alarms', () => {
  it('each have an entry in the runbook, which has no others', () => {
    expect(entries.map((entry) => entry.split('\n')[0]).sort()).toEqual(alarms.map(({ name }) => name).sort());
  });

  it.each(alarms)('$name says what it means and what to do, there and here', ({ name, meaning, todo }) => {
    const entry = entries.find((one) => one.startsWith(`${name}\n`));

    expect(entry).toMatch(/\*\*Means\.\*\* \S/);
    expect(entry).toMatch(/\*\*Do\.\*\*\s+\S/);
    expect(entry).toMatch(/\*\*Can(not)? wait/);
    expect(meaning.length + todo.length).toBeLessThan(800);
  });

  it.each([
    { name: 'sweep-missing', missing: 'breaching', because: 'a controller that says nothing is not well' },
    { name: 'event-path-silent', missing: 'breaching', because: 'a function that is not invoked has no metric' },
    { name: 'repair-failed', missing: 'notBreaching', because: 'nothing to repair is well' },
    { name: 'stalled', missing: 'ignore', because: 'the last sweep holds until the next' },
    { name: 'blocked', missing: 'ignore', because: 'the last sweep holds until the next' },
  ])('$name takes silence as $missing, because $because', ({ name, missing }) => {
    expect(named(name)?.missing).toBe(missing);
  });

  it('stay within what CloudWatch looks back on', () => {
    const widest = [60, 61, 100, 1440].flatMap((sweepEveryMinutes) =>
      alarmsFor(configWith({ sweepEveryMinutes, thresholds: { silentHours: 168, frozenHours: 168 } }), watched),
    );

    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    for (const { seconds, periods } of [...alarms, ...widest]) {
      expect(seconds % 60).toBe(0);
      expect(seconds * periods).toBeLessThanOrEqual(seconds < 3600 ? 86_400 : 7 * 86_400);
    }
  });

  it('wait for two sweeps, however seldom they are', () => {
    const rare = alarmsFor(configWith({ sweepEveryMinutes: 240 }), watched).find(({ name }) => name === 'sweep-missing');

    expect(rare).toMatchObject({ seconds: 14_400, periods: 2, statistic: 'SampleCount', threshold: 1 });
  });

  it('take their thresholds from the configuration', () => {
    const own = alarmsFor(configWith({ thresholds: { driftAgeMinutes: 30, replicationFailures: 100 } }), watched);

    expect(own.find(({ name }) => name === 'drift-too-old')?.threshold).toBe(1800);
    expect(own.find(({ name }) => name === 'replication-failures')).toMatchObject({ threshold: 99, when: 'above' });
  });

  it('take a proof as old only after two sweeps, where these are rare', () => {
    const thresholdFor = (hours: number, sweepEveryMinutes: number) =>
      alarmsFor(configWith({ sweepEveryMinutes, thresholds: { oldestProofHours: hours } }), watched).find(
        ({ name }) => name === 'oldest-proof-too-old',
      )?.threshold;

    expect(thresholdFor(6, 60)).toBe(6 * 3600);
    expect(thresholdFor(6, 720)).toBe(24 * 3600);
  });

  it('have descriptions that CloudWatch takes, whatever the runbook', () => {
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    for (const { name, meaning, todo } of alarms) expect(`${meaning} ${todo} #${name}`.length + 200).toBeLessThanOrEqual(1024);
  });

  it('have names that begin as everything of Lockstep does', () => {
    expect(alarms.map(alarmNameOf).filter((name) => !/^lockstep-(?!lockstep)/.test(name))).toEqual([]);
    expect(new Set(alarms.map(alarmNameOf)).size).toBe(alarms.length);
  });
});

describe('the dashboard', () => {
  const { widgets } = JSON.parse(dashboardBody(watched, 'eu-west-1')) as {
    widgets: { x: number; y: number; width: number; height: number; properties: { title: string; metrics: unknown[][] } }[];
  };

  it.each(['Fleet', 'Failures by reason', 'Time to repair, seconds', 'Oldest proof, seconds', 'Queue'])('shows %s', (title) => {
    expect(widgets.find(({ properties }) => properties.title === title)?.properties.metrics.length).toBeGreaterThan(0);
  });

  it('puts nothing over anything else, nor beyond the 24 columns there are', () => {
    const cells = widgets.flatMap(({ x, y, width, height }) =>
      Array.from({ length: width * height }, (_, index) => `${x + (index % width)} ${y + Math.floor(index / width)}`),
    );

    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...widgets.map(({ x, width }) => x + width))).toBeLessThanOrEqual(24);
  });
});
