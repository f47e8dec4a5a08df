/** Text for people: colour, width, and values that come from others made safe to print. */
import { stripVTControlCharacters, styleText } from 'node:util';

export interface Style {
  readonly colour: boolean;
  /** Characters a line may have. */
  readonly width: number;
  /** Where the rest of what is cut off can be seen; default: `--json shows all`. */
  readonly rest?: string;
}

/** Said behind what was cut off. */
export const restOf = ({ rest = '--json shows all' }: Style): string => (rest === '' ? '' : ` (${rest})`);

type Format = Parameters<typeof styleText>[0];

/** Colours the text, or leaves it when colours are off. */
export const paint = (style: Style, format: Format, text: string): string =>
  style.colour && text !== '' ? styleText(format, text, { validateStream: false }) : text;

const visible = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Names and policies are written by others: control characters in them must not reach the terminal. Line breaks stay. */
export const printable = (text: string): string =>
  text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, visible);

export const indent = (text: string, by: number): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? line : ' '.repeat(by) + line))
    .join('\n');

/** Cuts the end off, with `…` in its place. */
export const truncate = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, Math.max(1, length - 1))}…`;

export const textWidth = (text: string): number => stripVTControlCharacters(text).length;

/** Breaks at spaces; a word longer than the line stays whole, so that an ARN can be copied. */
export function wrap(text: string, width: number): string {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (line !== '' && textWidth(longer) > width) {
        lines.push(line);
        line = word;
      } else line = longer;
    }
    lines.push(line);
  }
  return lines.join('\n');
}

/** Wrapped to the terminal, each line moved in by `by`. */
export const block = (style: Style, text: string, by: number): string => indent(wrap(text, Math.max(20, style.width - by)), by);

/** `label   text`, with further lines below the text. */
export function labelled(style: Style, label: string, text: string, by: number, labelWidth = 12): string {
  const body = wrap(text, Math.max(20, style.width - by - labelWidth)).split('\n');
  const [first = '', ...others] = body;
  const head = `${' '.repeat(by)}${paint(style, 'dim', label.padEnd(labelWidth))}${first}`;
  return [head, ...others.map((line) => ' '.repeat(by + labelWidth) + line)].join('\n');
}

/** `1 repair`, `3 repairs`. */
export const count = (n: number, noun: string, plural = `${noun}s`): string => `${n} ${n === 1 ? noun : plural}`;

export const sentences = (parts: readonly (string | undefined | false)[]): string =>
  parts.filter((part): part is string => typeof part === 'string' && part !== '').join(' ');
