/** The person's side of the command line, as a value: tests put their own in its place. */

export interface OutputStream {
  readonly write: (text: string) => void;
  readonly isTTY: boolean;
  /** Width in characters. */
  readonly columns: number;
}

export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly stdin: {
    readonly isTTY: boolean;
    /** Everything up to the end of the input, as UTF-8. */
    readonly readAll: () => Promise<string>;
    /** One typed line, without its line break; empty when the input ended instead. */
    readonly readLine: () => Promise<string>;
  };
}

const widthWhenPiped = 100;
const narrowest = 40;

type TtyLike = { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };

function outputStream(stream: TtyLike): OutputStream {
  return {
    write: (text) => {
      stream.write(text);
    },
    get isTTY() {
      return stream.isTTY === true;
    },
    get columns() {
      return Math.max(stream.columns ?? widthWhenPiped, narrowest);
    },
  };
}

async function readAll(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

async function readLine(): Promise<string> {
  const { createInterface } = await import('node:readline');
  const lines = createInterface({ input: process.stdin, terminal: false });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
  }
}

export function processTerminal(): Terminal {
  return {
    env: process.env,
    stdout: outputStream(process.stdout),
    stderr: outputStream(process.stderr),
    stdin: { isTTY: process.stdin.isTTY === true, readAll, readLine },
  };
}

/**
 * Whether to colour: only on a terminal, never with `NO_COLOR`; `FORCE_COLOR` colours a pipe as well.
 *
 * @see https://no-color.org and https://force-color.org
 */
export function wantsColour(stream: OutputStream, env: Terminal['env']): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return stream.isTTY && env.TERM !== 'dumb';
}

/** A yes-or-no question on the terminal; anything but `y` or `yes` is no. */
export async function confirmed(terminal: Terminal, question: string): Promise<boolean> {
  terminal.stderr.write(`${question} [y/N] `);
  const answer = await terminal.stdin.readLine();
  return /^\s*y(es)?\s*$/i.test(answer);
}

/** Somebody is there to answer a question, and will see it. */
export const canAsk = (terminal: Terminal): boolean => terminal.stdin.isTTY && terminal.stderr.isTTY;
