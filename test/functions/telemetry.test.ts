import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { embeddedMetrics, jsonLog, withKeys } from '../../functions/telemetry.ts';

type Line = Readonly<Record<string, unknown>> & {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly string[][];
      readonly Metrics: unknown[];
    }[];
  };
};

describe('metrics', () => {
  let lines: Line[];
  let metrics: ReturnType<typeof embeddedMetrics>;
  beforeEach(() => {
    lines = [];
    const powertools = new Metrics({ namespace: 'Lockstep', serviceName: 'lockstep' });
    vi.spyOn((powertools as unknown as { console: Console }).console, 'log').mockImplementation(
      (line) => void lines.push(JSON.parse(line)),
    );
    metrics = embeddedMetrics(powertools);
  });

  it('are written at the end, all of one set of dimensions in a line', () => {
    metrics.add('Drifted', 2);
    metrics.add('EventsIgnored', 1, { reason: 'echo' });
    metrics.add('OldestProofAgeSeconds', 3600);
    expect(lines).toEqual([]);

    metrics.flush();

    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({ Drifted: 2, OldestProofAgeSeconds: 3600, service: 'lockstep' });
    expect(lines[0]?._aws.CloudWatchMetrics[0]).toEqual({
      ...{ Namespace: 'Lockstep', Dimensions: [['service']] },
      Metrics: [
        { Name: 'Drifted', Unit: 'Count' },
        { Name: 'OldestProofAgeSeconds', Unit: 'Seconds' },
      ],
    });
    expect(lines[1]).toMatchObject({ EventsIgnored: 1, reason: 'echo' });
    expect(lines[1]?._aws.CloudWatchMetrics[0]?.Dimensions).toEqual([['service', 'reason']]);
  });

  it('are written once', () => {
    metrics.add('Drifted', 2);
    metrics.flush();
    metrics.flush();

    expect(lines).toHaveLength(1);
  });

  it('keep their dimensions and values in any number', () => {
    for (let i = 1; i <= 250; i++) metrics.add('EventsIgnored', i, { reason: 'echo' });
    metrics.flush();

    const values = lines.flatMap(({ EventsIgnored }) => EventsIgnored as number | number[]);
    expect(values.reduce((sum, value) => sum + value, 0)).toBe((250 * 251) / 2);
    expect(
      lines.every(({ reason, _aws }) => reason === 'echo' && _aws.CloudWatchMetrics[0]?.Dimensions[0]?.includes('reason')),
    ).toBe(true);
    expect(lines.every(({ EventsIgnored }) => [EventsIgnored].flat().length <= 100)).toBe(true);
  });

  it('leave out what is no number', () => {
    metrics.add('DriftAgeSeconds', Number.NaN);
    metrics.flush();

    expect(lines).toEqual([]);
  });
});

describe('the log', () => {
  it('is a line of JSON with our keys, and those of the invocation', () => {
    const lines: Record<string, unknown>[] = [];
    const logger = new Logger({ serviceName: 'lockstep', logLevel: 'DEBUG' });
    const { console } = logger as unknown as { console: Console };
    for (const level of ['debug', 'info', 'warn', 'error'] as const)
      vi.spyOn(console, level).mockImplementation((line) => void lines.push(JSON.parse(line)));
    const log = withKeys(jsonLog(logger), { group: 'orders-dr' });

    log.debug('one');
    log.info('two', { setting: 'x' });
    log.warn('three');
    log.error('four', { error: new Error('broken') });

    expect(lines).toMatchObject([
      { level: 'DEBUG', message: 'one', group: 'orders-dr', service: 'lockstep' },
      { level: 'INFO', message: 'two', group: 'orders-dr', setting: 'x' },
      { level: 'WARN', message: 'three', group: 'orders-dr' },
      { level: 'ERROR', message: 'four', error: { name: 'Error', message: 'broken' } },
    ]);
  });
});
