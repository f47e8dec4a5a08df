const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** On one line, with a space where a person would leave one. */
function flat(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flat).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return fields.length === 0
    ? '{}'
    : `{ ${fields.map(([name, field]) => `${JSON.stringify(name)}: ${flat(field)}`).join(', ')} }`;
}

/** JSON that breaks lines only where it has to: what fits into `width` stays on one line. */
export function compactJson(value: unknown, width: number, room = width): string {
  const line = flat(value);
  if (line.length <= room || !isObject(value) || Object.keys(value).length === 0) return line;
  const inner = width - 2;
  const entries = Array.isArray(value)
    ? value.map((element) => compactJson(element, inner, inner - 1))
    : Object.entries(value)
        .filter(([, field]) => field !== undefined)
        .map(([name, field]) => `${JSON.stringify(name)}: ${compactJson(field, inner, inner - name.length - 5)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const body = entries.join(',\n').split('\n');
  return [open, ...body.map((text) => `  ${text}`), close].join('\n');
}
