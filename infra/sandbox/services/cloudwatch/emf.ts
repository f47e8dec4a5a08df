/**
 * Embedded Metric Format: metrics inside log lines.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import { record } from '../../metrics.ts';
import type { World } from '../../world.ts';

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit?: string }[];
}

type Line = Readonly<Record<string, unknown>>;

/**
 * Turns one log line into metrics. A line in another format gives none; what breaks the specification is passed over, as CloudWatch Logs does.
 *
 * @returns how many values were recorded
 */
export function intakeEmf(
  world: Pick<World, 'metrics' | 'clock'>,
  { account, region }: { readonly account: string; readonly region: string },
  logLine: string,
): number {
  const line = parsed(logLine);
  const { Timestamp, CloudWatchMetrics } = isRecord(line?._aws) ? line._aws : {};
  if (!line || !Array.isArray(CloudWatchMetrics)) return 0;
  const time = typeof Timestamp === 'number' ? new Date(Timestamp) : world.clock.now();
  let count = 0;
  for (const { Namespace, Dimensions, Metrics } of CloudWatchMetrics.filter(isDirective)) {
    for (const { Name, Unit: unit = 'None' } of Metrics) {
      const values = valuesAt(line, Name);
      for (const dimensions of Dimensions.map((names) => dimensionsFrom(line, names)).filter((set) => set !== undefined)) {
        for (const value of values) {
          record(world, { account, region, namespace: Namespace, name: Name, dimensions, unit, value, time });
          count += 1;
        }
      }
    }
  }
  return count;
}

function parsed(text: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Line => typeof value === 'object' && value !== null && !Array.isArray(value);

/** At most 100 metrics, in sets of at most 30 dimensions. */
function isDirective(value: unknown): value is Directive {
  if (!isRecord(value) || typeof value.Namespace !== 'string' || value.Namespace === '') return false;
  const { Dimensions, Metrics } = value;
  const sets = Array.isArray(Dimensions) && Dimensions.every((set) => Array.isArray(set) && set.length <= 30);
  const named = Array.isArray(Metrics) && Metrics.every((metric) => isRecord(metric) && typeof metric.Name === 'string');
  return sets && named && Metrics.length <= 100;
}

/** A number, or up to 100 of them. */
function valuesAt(line: Line, name: string): readonly number[] {
  const value = line[name];
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.length <= 100 && values.every((one) => typeof one === 'number') ? (values as readonly number[]) : [];
}

/** undefined: a dimension is missing, no text, or longer than 1,024 characters. */
function dimensionsFrom(line: Line, names: readonly string[]): Readonly<Record<string, string>> | undefined {
  const entries = names.map((name) => [name, line[name]] as const);
  const isValid = entries.every(([, value]) => typeof value === 'string' && value !== '' && value.length <= 1024);
  return isValid ? (Object.fromEntries(entries) as Record<string, string>) : undefined;
}
