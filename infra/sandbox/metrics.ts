/**
 * What services publish about themselves: single values, and levels that are published once a minute while they last.
 * CloudWatch reads both with `samplesOf`.
 */
import type { World } from './world.ts';

/** One metric in one account and region, told apart from others of its name by its dimensions. */
export interface Series {
  readonly account: string;
  readonly region: string;
  /** e.g. `AWS/S3`. */
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** CloudWatch's own word: `Count`, `Bytes`, `Seconds`. */
  readonly unit: string;
}

export interface Sample extends Series {
  readonly value: number;
  readonly time: Date;
}

/** A value that holds, an age in seconds that grows from an instant, or nothing at all. */
export type LevelValue = number | { readonly since: Date } | 'silent';

interface Level {
  readonly series: Series;
  /** Oldest first. */
  readonly changes: { readonly from: Date; readonly value: LevelValue }[];
}

export interface MetricsState {
  /** Every single value so far, oldest first. */
  readonly samples: Sample[];
  readonly levels: Map<string, Level>;
}

export const newMetricsState = (): MetricsState => ({ samples: [], levels: new Map() });

/** Publishes one value. */
export function record(world: Pick<World, 'metrics'>, sample: Sample): void {
  world.metrics.samples.push(sample);
}

/** From now on the series is published every minute with this value. */
export function setLevel(world: Pick<World, 'metrics' | 'clock'>, series: Series, value: LevelValue): void {
  const id = seriesId(series);
  const level = world.metrics.levels.get(id) ?? { series, changes: [] };
  world.metrics.levels.set(id, level);
  if (level.changes.at(-1)?.value !== value) level.changes.push({ from: world.clock.now(), value });
}

export const seriesId = ({ account, region, namespace, name, dimensions }: Series): string =>
  JSON.stringify([account, region, namespace, name, Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))]);

export interface SampleQuery {
  readonly account: string;
  readonly region: string;
  readonly namespace: string;
  /** Left out: every metric of the namespace. */
  readonly name?: string;
  /** Exactly these; left out: whatever they are. */
  readonly dimensions?: Readonly<Record<string, string>>;
  /** Inclusive. */
  readonly from: Date;
  /** Exclusive, and never later than now. */
  readonly to: Date;
}

/** What was published in a stretch of time, oldest first; of a level one value for every whole minute. */
export function samplesOf(world: Pick<World, 'metrics' | 'clock'>, query: SampleQuery): readonly Sample[] {
  const until = new Date(Math.min(query.to.getTime(), world.clock.now().getTime() + 1));
  const within = ({ time }: Sample): boolean => time >= query.from && time < until;
  const single = world.metrics.samples.filter((sample) => isAsked(sample, query) && within(sample));
  const levels = [...world.metrics.levels.values()].filter(({ series }) => isAsked(series, query));
  return [...single, ...levels.flatMap((level) => minutesOf(level, query.from, until))].sort(
    (a, b) => a.time.getTime() - b.time.getTime(),
  );
}

/** Every series that was ever published, each once. */
export function seriesOf(world: Pick<World, 'metrics'>, account: string, region: string): readonly Series[] {
  const { samples, levels } = world.metrics;
  const every = [...samples, ...[...levels.values()].map(({ series }) => series)];
  const here = every.filter((series) => series.account === account && series.region === region);
  return [...new Map(here.map((series) => [seriesId(series), series])).values()];
}

function isAsked(series: Series, query: SampleQuery): boolean {
  const { account, region, namespace, name, dimensions } = query;
  return (
    series.account === account &&
    series.region === region &&
    series.namespace === namespace &&
    (name === undefined || series.name === name) &&
    (dimensions === undefined || seriesId({ ...series, dimensions }) === seriesId(series))
  );
}

const minute = 60_000;

function minutesOf({ series, changes }: Level, from: Date, until: Date): readonly Sample[] {
  const first = Math.max(from.getTime(), changes[0]?.from.getTime() ?? Number.POSITIVE_INFINITY);
  const samples: Sample[] = [];
  for (let at = Math.ceil(first / minute) * minute; at < until.getTime(); at += minute) {
    const value = valueAt(changes, at);
    if (value !== undefined) samples.push({ ...series, value, time: new Date(at) });
  }
  return samples;
}

function valueAt(changes: Level['changes'], at: number): number | undefined {
  const value = changes.findLast(({ from }) => from.getTime() <= at)?.value ?? 'silent';
  if (value === 'silent') return undefined;
  return typeof value === 'number' ? value : (at - value.since.getTime()) / 1000;
}
