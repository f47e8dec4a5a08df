/**
 * Metric math: arithmetic, comparison and logic over time series, and the functions alarms and dashboards use most.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
import { BadExpression } from './bad-expression.ts';
import { type Expression, parseExpression } from './expression-parser.ts';
import { type Points, statistic } from './statistics.ts';

export type Result = number | Points | readonly Points[];

/** What an expression can see. */
export interface Scope {
  readonly values: ReadonlyMap<string, Result>;
  /** The metrics of the request, for `METRICS()`: those that are no expressions. */
  readonly metrics: readonly Points[];
  /** Starts of all periods, ascending. */
  readonly periods: readonly number[];
  /** In seconds. */
  readonly period: number;
}

/** @throws BadExpression */
export function evaluate(text: string, scope: Scope): Result {
  return resultOf(parseExpression(text), scope);
}

/** Names of the metrics and expressions an expression mentions. @throws BadExpression */
export function namesIn(text: string): readonly string[] {
  const names = (expression: Expression): readonly string[] => {
    switch (expression.kind) {
      case 'name':
        return [expression.name];
      case 'number':
        return [];
      default:
        return expression.args.flatMap(names);
    }
  };
  return names(parseExpression(text));
}

function resultOf(expression: Expression, scope: Scope): Result {
  switch (expression.kind) {
    case 'number':
      return expression.value;
    case 'name': {
      const value = scope.values.get(expression.name);
      if (value === undefined) throw new BadExpression(`Unknown identifier ${expression.name}`);
      return value;
    }
    case 'operator': {
      const [left, right] = expression.args.map((arg) => resultOf(arg, scope));
      return combined(left ?? 0, right ?? 0, operators[expression.operator] ?? ((a) => a));
    }
    case 'call':
      return called(expression.name, expression.args, scope);
  }
}

const truth = (value: boolean): number => (value ? 1 : 0);

const operators: Readonly<Record<string, (a: number, b: number) => number | undefined>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  // A division by zero gives no data point.
  '/': (a, b) => (b === 0 ? undefined : a / b),
  '^': (a, b) => a ** b,
  '==': (a, b) => truth(a === b),
  '!=': (a, b) => truth(a !== b),
  '<': (a, b) => truth(a < b),
  '<=': (a, b) => truth(a <= b),
  '>': (a, b) => truth(a > b),
  '>=': (a, b) => truth(a >= b),
  '&&': (a, b) => truth(a !== 0 && b !== 0),
  '||': (a, b) => truth(a !== 0 || b !== 0),
};

const isList = (value: Result): value is readonly Points[] => Array.isArray(value);
const isSeries = (value: Result): value is Points => value instanceof Map;

/** Point by point; where one of two series has no point there is none. */
function combined(a: Result, b: Result, apply: (a: number, b: number) => number | undefined): Result {
  if (isList(a)) return a.map((one) => combined(one, b, apply) as Points);
  if (isList(b)) return b.map((one) => combined(a, one, apply) as Points);
  if (isSeries(a)) return pointwise(a, (value, at) => withOther(value, isSeries(b) ? b.get(at) : b, apply));
  if (isSeries(b)) return pointwise(b, (value) => apply(a as number, value));
  return apply(a as number, b as number) ?? Number.NaN;
}

const withOther = (value: number, other: number | undefined, apply: (a: number, b: number) => number | undefined) =>
  other === undefined ? undefined : apply(value, other);

function pointwise(series: Points, apply: (value: number, at: number) => number | undefined): Points {
  const points = [...series].map(([at, value]) => [at, apply(value, at)] as const);
  return new Map(points.filter((point): point is readonly [number, number] => point[1] !== undefined));
}

function called(name: string, args: readonly Expression[], scope: Scope): Result {
  const aggregate = { SUM: 'Sum', AVG: 'Average', MIN: 'Minimum', MAX: 'Maximum' }[name];
  const first = (): Result => {
    const [arg] = args;
    if (!arg) throw new BadExpression(`${name} takes an argument`);
    return resultOf(arg, scope);
  };
  if (aggregate !== undefined) return aggregated(first(), aggregate);
  switch (name) {
    case 'METRICS':
      return scope.metrics;
    case 'PERIOD':
      return scope.period;
    case 'ABS':
      return combined(first(), 0, (a) => Math.abs(a));
    case 'CEIL':
      return combined(first(), 0, (a) => Math.ceil(a));
    case 'FLOOR':
      return combined(first(), 0, (a) => Math.floor(a));
    case 'FILL':
      return filled(first(), args[1], scope);
    case 'IF':
      return chosen(args, scope);
    case 'RATE':
    case 'DIFF':
      return each(first(), (series) => differences(series, name === 'RATE'));
    case 'RUNNING_SUM':
      return each(first(), runningSum);
    default:
      throw new BadExpression(`The local AWS does not know the function ${name}`);
  }
}

/** Of one series a single number; of several one series across them. */
function aggregated(value: Result, stat: string): Result {
  if (isSeries(value)) return statistic(stat, [...value.values()]) ?? Number.NaN;
  if (!isList(value)) return value;
  const times = [...new Set(value.flatMap((series) => [...series.keys()]))].sort((a, b) => a - b);
  const at = (time: number) => value.flatMap((series) => series.get(time) ?? []);
  return new Map(times.map((time) => [time, statistic(stat, at(time)) ?? 0]));
}

function each(value: Result, apply: (series: Points) => Points): Result {
  if (isList(value)) return value.map(apply);
  if (isSeries(value)) return apply(value);
  throw new BadExpression('A time series is needed here');
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-functions-list */
function filled(value: Result, filler: Expression | undefined, scope: Scope): Result {
  const isRepeat = filler?.kind === 'name' && filler.name === 'REPEAT';
  const fixed = filler && !isRepeat ? resultOf(filler, scope) : 0;
  return each(value, (series) => {
    let last: number | undefined;
    const points = scope.periods.flatMap((at): [number, number][] => {
      const other = isRepeat ? last : isSeries(fixed) ? fixed.get(at) : (fixed as number);
      last = series.get(at) ?? other;
      return last === undefined ? [] : [[at, last]];
    });
    return new Map(points);
  });
}

/** A point of the first is looked at where there is one; without the third argument a false one gives no point. */
function chosen(args: readonly Expression[], scope: Scope): Result {
  const [test, yes, no] = args.map((arg) => resultOf(arg, scope));
  if (test === undefined || yes === undefined) throw new BadExpression('IF takes two or three arguments');
  const at = (value: Result | undefined, time: number) =>
    value === undefined ? undefined : isSeries(value) ? value.get(time) : (value as number);
  if (isSeries(test)) return pointwise(test, (value, time) => at(value === 0 ? no : yes, time));
  return (test === 0 ? no : yes) ?? new Map();
}

function differences(series: Points, perSecond: boolean): Points {
  const points = [...series];
  return new Map(
    points.slice(1).map(([at, value], index): [number, number] => {
      const [before, earlier] = points[index] ?? [at, value];
      return [at, (value - earlier) / (perSecond ? (at - before) / 1000 : 1)];
    }),
  );
}

function runningSum(series: Points): Points {
  let total = 0;
  return pointwise(series, (value) => {
    total += value;
    return total;
  });
}
