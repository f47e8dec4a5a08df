import { BadExpression } from './bad-expression.ts';

export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'operator'; readonly operator: string; readonly args: readonly Expression[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] };

/** Operators from the loosest to the tightest. */
const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!=', '<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/'],
  ['^'],
];

const words: Readonly<Record<string, string>> = { AND: '&&', OR: '||' };

function tokensOf(text: string): string[] {
  const form = /\s*(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+|[A-Za-z_]\w*|&&|\|\||[<>=!]=|[-+*/^<>(),[\]])/y;
  const tokens: string[] = [];
  while (form.lastIndex < text.trimEnd().length) {
    const from = form.lastIndex;
    const token = form.exec(text)?.[1];
    if (token === undefined) throw new BadExpression(`Unexpected ${JSON.stringify(text.slice(from).trim().slice(0, 10))}`);
    tokens.push(words[token] ?? token);
  }
  return tokens;
}

/** @throws BadExpression */
export function parseExpression(text: string): Expression {
  const tokens = tokensOf(text);
  let next = 0;
  const peek = (): string | undefined => tokens[next];
  const take = (): string => tokens[next++] ?? '';
  const expect = (token: string): void => {
    if (take() !== token) throw new BadExpression(`Expected ${token} in ${text}`);
  };

  function level(index: number): Expression {
    const operators = levels[index];
    if (!operators) return unary();
    let left = level(index + 1);
    while (operators.includes(peek() ?? '')) left = { kind: 'operator', operator: take(), args: [left, level(index + 1)] };
    return left;
  }

  function unary(): Expression {
    if (peek() !== '-') return primary();
    take();
    return { kind: 'operator', operator: '-', args: [{ kind: 'number', value: 0 }, unary()] };
  }

  function primary(): Expression {
    const token = take();
    if (/^[\d.]/.test(token)) return { kind: 'number', value: Number(token) };
    if (token === '(') {
      const inner = level(0);
      expect(')');
      return inner;
    }
    if (!/^[A-Za-z_]/.test(token)) throw new BadExpression(`Unexpected ${token === '' ? 'end' : token} in ${text}`);
    if (peek() !== '(') return { kind: 'name', name: token };
    take();
    return { kind: 'call', name: token.toUpperCase(), args: argumentsUntilClosed() };
  }

  function argumentsUntilClosed(): readonly Expression[] {
    const args: Expression[] = [];
    while (peek() !== ')') {
      args.push(level(0));
      if (peek() !== ',') break;
      take();
    }
    expect(')');
    return args;
  }

  const whole = level(0);
  if (next < tokens.length) throw new BadExpression(`Unexpected ${peek()} in ${text}`);
  return whole;
}
