/**
 * The pages of GetMetricData: by the number of their values, so that a page may end within a series.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataResult.html
 */
import type * as cw from '@aws-sdk/client-cloudwatch';
import { badToken } from './errors.ts';

interface Found {
  readonly Id: string;
  readonly Label: string;
  readonly points: readonly (readonly [at: number, value: number])[];
}

interface Page {
  readonly MetricDataResults: readonly cw.MetricDataResult[];
  /** Absent on the last one. */
  readonly NextToken?: string;
}

/** @throws AwsError `InvalidNextToken` for one that no page gave out */
export function dataPageOf(found: readonly Found[], token: string | undefined, most: number): Page {
  const [first, skip] = startOf(token);
  const MetricDataResults: cw.MetricDataResult[] = [];
  let left = most;
  for (let index = first, from = skip; index < found.length; index += 1, from = 0) {
    const { Id, Label, points } = found[index] as Found;
    const shown = points.slice(from, from + left);
    const isWhole = from + shown.length === points.length;
    if (shown.length > 0 || isWhole) MetricDataResults.push(resultOf({ Id, Label, points: shown }, isWhole));
    if (!isWhole) return { MetricDataResults, NextToken: tokenOf(index, from + shown.length) };
    left -= shown.length;
  }
  return { MetricDataResults };
}

const resultOf = ({ Id, Label, points }: Found, isWhole: boolean): cw.MetricDataResult => ({
  ...{ Id, Label, StatusCode: isWhole ? 'Complete' : 'PartialData' },
  Timestamps: points.map(([at]) => new Date(at)),
  Values: points.map(([, value]) => value),
});

const tokenOf = (index: number, from: number): string => Buffer.from(`data:${index}:${from}`).toString('base64url');

function startOf(token: string | undefined): readonly [index: number, from: number] {
  const text = token === undefined ? 'data:0:0' : Buffer.from(token, 'base64url').toString();
  const [, index, from] = /^data:(\d+):(\d+)$/.exec(text) ?? [];
  if (index === undefined || from === undefined) throw badToken();
  return [Number(index), Number(from)];
}
