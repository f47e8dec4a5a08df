import { invalidPattern } from './errors.ts';

/**
 * `*` stands for any characters, also none; `\*` and `\\` for themselves.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-wildcard-matching
 * @throws InvalidEventPatternException
 */
export function wildcardOf(text: string): RegExp {
  let source = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '*') {
      if (text.charAt(at + 1) === '*') throw invalidPattern(`Consecutive wildcard characters at pos ${at}`);
      source += '[^]*';
    } else if (character === '\\') {
      at += 1;
      const escaped = text.charAt(at);
      if (escaped !== '*' && escaped !== '\\') throw invalidPattern(`Invalid escape character at pos ${at - 1}`);
      source += `\\${escaped}`;
    } else {
      source += character.replace(/[.+?^${}()|[\]/-]/g, '\\$&');
    }
  }
  return new RegExp(`^${source}$`);
}
