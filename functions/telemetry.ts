/** Logs and metrics on standard output, as Lambda takes them to CloudWatch. */
import { Logger } from '@aws-lambda-powertools/logger';
import { MetricUnit, Metrics as Powertools } from '@aws-lambda-powertools/metrics';
import type { Log, MetricName, Metrics } from '../shared/controller/ports.ts';

const service = 'lockstep';
const namespace = 'Lockstep';

/** The level is POWERTOOLS_LOG_LEVEL's. Keys are ours, beside Powertools' `level`, `message`, `service` and `timestamp`. */
export function jsonLog(logger: Logger = new Logger({ serviceName: service })): Log {
  return {
    debug: (message, keys = {}) => logger.debug(message, { ...keys }),
    info: (message, keys = {}) => logger.info(message, { ...keys }),
    warn: (message, keys = {}) => logger.warn(message, { ...keys }),
    error: (message, keys = {}) => logger.error(message, { ...keys }),
  };
}

/** The same log, with keys that tell what belongs together. */
export const withKeys = (log: Log, common: object): Log => ({
  debug: (message, keys) => log.debug(message, { ...common, ...keys }),
  info: (message, keys) => log.info(message, { ...common, ...keys }),
  warn: (message, keys) => log.warn(message, { ...common, ...keys }),
  error: (message, keys) => log.error(message, { ...common, ...keys }),
});

interface Added {
  readonly name: MetricName;
  readonly value: number;
  readonly dimensions: Readonly<Record<string, string>>;
}

// Powertools writes by itself at 100 values of one metric, and then forgets the dimensions.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
const valuesAtOnce = 90;

/** Embedded metrics: kept until `flush`, then one line for each set of dimensions. Dimension `service` is always `lockstep`. */
export function embeddedMetrics(powertools: Powertools = new Powertools({ namespace, serviceName: service })): Required<Metrics> {
  let kept: Added[] = [];
  const write = (added: readonly Added[]): void => {
    powertools.addDimensions({ ...added[0]?.dimensions });
    for (const { name, value } of added) powertools.addMetric(name, unitOf(name), value);
    powertools.publishStoredMetrics();
  };
  return {
    add: (name, value, dimensions = {}) => {
      if (Number.isFinite(value)) kept.push({ name, value, dimensions });
    },
    flush: () => {
      const alike = Object.values(Object.groupBy(kept, ({ dimensions }) => JSON.stringify(Object.entries(dimensions).sort())));
      kept = [];
      for (const added of alike.filter((one) => one !== undefined))
        for (let from = 0; from < added.length; from += valuesAtOnce) write(added.slice(from, from + valuesAtOnce));
    },
  };
}

const unitOf = (name: MetricName) => (name.endsWith('Seconds') ? MetricUnit.Seconds : MetricUnit.Count);
