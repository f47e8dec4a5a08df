/** One line on stderr that says what is going on, rewritten in place; nothing where nobody watches. */
import { printable, truncate } from '../../shared/text/text.ts';
import type { Terminal } from './terminal.ts';

export interface Progress {
  readonly show: (line: string) => void;
  /** Takes the line away again. */
  readonly clear: () => void;
}

const silent: Progress = { show: () => {}, clear: () => {} };

const pauseMilliseconds = 80;
const clearLine = '\r\u001b[K';

export function progressOn({ stderr, env }: Terminal, json: boolean): Progress {
  if (json || !stderr.isTTY || env.CI || env.TERM === 'dumb') return silent;
  let last = 0;
  let shown = false;
  return {
    show: (line) => {
      const now = performance.now();
      if (shown && now - last < pauseMilliseconds) return;
      last = now;
      shown = true;
      stderr.write(`${clearLine}${truncate(printable(line), stderr.columns - 1)}`);
    },
    clear: () => {
      if (shown) stderr.write(clearLine);
      shown = false;
    },
  };
}
