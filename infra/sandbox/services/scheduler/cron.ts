/**
 * Cron expressions of EventBridge: `cron(minutes hours day-of-month month day-of-week year)`, in UTC.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 */

interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: readonly number[];
  readonly years: readonly number[];
  /** Whether a day, at its midnight in UTC, is one of those meant. */
  isDay(date: Date): boolean;
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const days = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

interface Field {
  readonly min: number;
  readonly max: number;
  /** Names of the values from `min` on. */
  readonly names?: readonly string[];
}

/** @returns undefined when it is none */
export function parseCron(text: string): Cron | undefined {
  const [minute = '', hour = '', day = '', month = '', weekday = '', year = '', ...more] = text.trim().split(/\s+/);
  const minutes = valuesOf(minute, { min: 0, max: 59 });
  const hours = valuesOf(hour, { min: 0, max: 23 });
  const inMonths = valuesOf(month, { min: 1, max: 12, names: months });
  const years = valuesOf(year, { min: 1970, max: 2199 });
  // Exactly one of the two day fields says `?`.
  const isDay = (day === '?') === (weekday === '?') ? undefined : day === '?' ? weekdays(weekday) : monthDays(day);
  if (!minutes || !hours || !inMonths || !years || !isDay || more.length > 0) return undefined;
  return { minutes, hours, months: inMonths, years, isDay };
}

/** `*`, `5`, `1-5`, `0/15`, `1-10/2`, `MON,WED`; ascending. */
function valuesOf(text: string, field: Field): readonly number[] | undefined {
  const parts = text.split(',').map((part) => partOf(part, field));
  const values = parts.every((part) => part !== undefined) ? [...new Set(parts.flat())] : undefined;
  return values?.sort((a, b) => a - b);
}

function partOf(part: string, { min, max, names = [] }: Field): readonly number[] | undefined {
  const [range = '', step, ...more] = part.split('/');
  const [from = '', to, ...rest] = range.split('-');
  const number = (value: string): number => {
    const named = names.indexOf(value.toUpperCase());
    if (named >= 0) return named + min;
    return /^\d+$/.test(value) ? Number(value) : Number.NaN;
  };
  const first = range === '*' ? min : number(from);
  const last = to !== undefined ? number(to) : range === '*' || step !== undefined ? max : first;
  const by = step === undefined ? 1 : number(step);
  const isValid = first >= min && last <= max && first <= last && by >= 1 && more.length === 0 && rest.length === 0;
  if (!isValid) return undefined;
  return Array.from({ length: Math.floor((last - first) / by) + 1 }, (_, index) => first + index * by);
}

type DayTest = (date: Date) => boolean;

const lastOfMonth = (date: Date): number => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();

/** Days of the month, `L` for the last one, `15W` for the working day nearest to the 15th. */
function monthDays(text: string): DayTest | undefined {
  if (text === 'L') return (date) => date.getUTCDate() === lastOfMonth(date);
  const near = /^(\d{1,2})W$/.exec(text)?.[1];
  if (near !== undefined) return (date) => date.getUTCDate() === workingDayNear(date, Number(near));
  const values = valuesOf(text, { min: 1, max: 31 });
  return values && ((date) => values.includes(date.getUTCDate()));
}

/** Never in another month. */
function workingDayNear(date: Date, wanted: number): number {
  const last = lastOfMonth(date);
  const day = Math.min(wanted, last);
  const weekday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), day)).getUTCDay();
  if (weekday === 6) return day === 1 ? 3 : day - 1;
  if (weekday === 0) return day === last ? day - 2 : day + 1;
  return day;
}

/** Days of the week from 1 for Sunday, `5L` for the last Thursday of the month, `3#2` for the second Tuesday. */
function weekdays(text: string): DayTest | undefined {
  const [, of, last, nth] = /^(\d|[A-Z]{3})(?:(L)|#([1-5]))$/i.exec(text) ?? (text === 'L' ? ['', '7'] : []);
  const field = { min: 1, max: 7, names: days };
  const values = valuesOf(of ?? text, field);
  if (!values) return undefined;
  const isOne = (date: Date): boolean => values.includes(date.getUTCDay() + 1);
  if (last !== undefined) return (date) => isOne(date) && date.getUTCDate() > lastOfMonth(date) - 7;
  if (nth !== undefined) return (date) => isOne(date) && Math.ceil(date.getUTCDate() / 7) === Number(nth);
  return isOne;
}

const day = 24 * 3600_000;

/** The first instant after `after` that fits, to the minute; undefined: there is none. */
export function nextOf(cron: Cron, after: Date): Date | undefined {
  const lastYear = cron.years.at(-1) ?? 0;
  for (let midnight = Math.floor(after.getTime() / day) * day; ; midnight += day) {
    const date = new Date(midnight);
    if (date.getUTCFullYear() > lastYear) return undefined;
    const isMeant =
      cron.years.includes(date.getUTCFullYear()) && cron.months.includes(date.getUTCMonth() + 1) && cron.isDay(date);
    const found = isMeant ? timeOf(cron, midnight, after) : undefined;
    if (found) return found;
  }
}

function timeOf({ hours, minutes }: Cron, midnight: number, after: Date): Date | undefined {
  for (const hour of hours) {
    for (const minute of minutes) {
      const at = midnight + (hour * 60 + minute) * 60_000;
      if (at > after.getTime()) return new Date(at);
    }
  }
  return undefined;
}
