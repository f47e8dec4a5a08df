/** Times as people read them. */

const units = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** The two largest units that say something: `4 s`, `12 min`, `3 h 20 min`, `2 d 4 h`. Below a second: `less than 1 s`. */
export function durationText(seconds: number): string {
  const whole = Math.floor(Math.max(0, seconds));
  if (!(whole >= 1)) return 'less than 1 s';
  const largest = units.findIndex(([, size]) => whole >= size);
  const [unit, size] = units[largest] as (typeof units)[number];
  const [smaller, smallerSize] = units[largest + 1] ?? ['', 1];
  const rest = Math.floor((whole % size) / smallerSize);
  return `${Math.floor(whole / size)} ${unit}${smaller === '' || rest === 0 ? '' : ` ${rest} ${smaller}`}`;
}

/** Seconds from one instant to another; undefined when one of them is no instant. */
export function secondsBetween(from: string, to: string): number | undefined {
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  return Number.isFinite(seconds) ? seconds : undefined;
}

/** `2026-03-01 12:00:00 UTC`; what is no instant stays as it is. */
export function instantText(instant: string): string {
  const time = new Date(instant);
  return Number.isNaN(time.getTime()) ? instant : `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
