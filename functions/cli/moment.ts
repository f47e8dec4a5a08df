/** When something that a person asks for is to end. */
import { instantText } from '../../shared/text/time.ts';
import { CommandFailure } from './failure.ts';

export interface EndOptions {
  readonly until?: string;
  readonly for?: string;
}

const units: Readonly<Record<string, number>> = { m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

function afterDuration(text: string, now: Date): Date {
  const parts = [...text.matchAll(/(\d+)(min|[mhdw])/g)];
  const isWhole = parts.length > 0 && parts.map(([part]) => part).join('') === text;
  const milliseconds = parts.reduce((sum, [, number, unit]) => sum + Number(number) * (units[unit ?? ''] ?? 0), 0);
  const end = new Date(now.getTime() + milliseconds);
  if (isWhole && milliseconds > 0 && !Number.isNaN(end.getTime())) return end;
  throw new CommandFailure(`--for takes a duration such as 30min, 4h, 2d or 1d12h, got "${text}".`);
}

const instant = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

function atInstant(text: string): Date {
  const end = new Date(text);
  if (instant.test(text) && !Number.isNaN(end.getTime())) return end;
  throw new CommandFailure(`--until takes an instant with its time zone, such as 2026-05-01T18:00:00Z, got "${text}".`);
}

/** An end is required: what is paused for ever is forgotten. @throws CommandFailure when there is none, or it is over */
export function endOf({ until, for: duration }: EndOptions, now: Date): string {
  if ((until === undefined) === (duration === undefined))
    throw new CommandFailure(
      'Say when the pause ends: either --for, for example --for 4h, or --until, for example --until 2026-05-01T18:00:00Z.',
    );
  const end = until === undefined ? afterDuration(duration ?? '', now) : atInstant(until);
  if (end > now) return end.toISOString();
  throw new CommandFailure(`A pause until ${instantText(end.toISOString())} would be over already.`);
}
