/**
 * What an alarm makes of its data points, missing ones included.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
import type { AlarmState } from './state.ts';

export type MissingData = 'missing' | 'ignore' | 'breaching' | 'notBreaching';

export interface Rule {
  /** N. */
  readonly evaluationPeriods: number;
  /** M. */
  readonly datapointsToAlarm: number;
  readonly treatMissingData: MissingData;
}

/** How far back an alarm looks when points are missing: AWS's tables show two periods more than asked for. */
export const rangeOf = ({ evaluationPeriods }: Pick<Rule, 'evaluationPeriods'>): number => evaluationPeriods + 2;

/**
 * @param points of the range, oldest first: breaching, not breaching, or undefined where there is none
 * @returns undefined: the alarm stays as it is
 */
export function verdict(points: readonly (boolean | undefined)[], rule: Rule): AlarmState | undefined {
  const { evaluationPeriods, datapointsToAlarm, treatMissingData } = rule;
  const existing = points.filter((point) => point !== undefined);
  const breaching = existing.slice(-evaluationPeriods).filter((point) => point).length;
  if (breaching >= datapointsToAlarm) return 'ALARM';
  if (existing.length >= evaluationPeriods) return 'OK';
  if (treatMissingData === 'breaching') {
    return breaching + evaluationPeriods - existing.length >= datapointsToAlarm ? 'ALARM' : 'OK';
  }
  if (treatMissingData === 'notBreaching' || existing.includes(false)) return 'OK';
  if (treatMissingData === 'ignore') return undefined;
  if (existing.length === 0) return 'INSUFFICIENT_DATA';
  // Only breaching points and gaps: no alarm before the oldest of them is as old as it takes.
  const age = points.length - points.indexOf(true);
  return age >= datapointsToAlarm ? 'ALARM' : undefined;
}

const comparisons: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

export const isComparison = (operator: string | undefined): boolean => operator !== undefined && operator in comparisons;

export const isBreaching = (operator: string, value: number, threshold: number): boolean =>
  comparisons[operator]?.(value, threshold) ?? false;
