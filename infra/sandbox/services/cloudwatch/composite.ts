/**
 * Rules over other alarms: `ALARM("a") AND NOT OK(b)`.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 */
import type { World } from '../../world.ts';
import { alarmArn, type CompositeAlarm } from './state.ts';

type Rule =
  | { readonly kind: 'state'; readonly state: string; readonly alarm: string }
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'and' | 'or' | 'not'; readonly args: readonly Rule[] };

/** @returns undefined when it is no rule */
export function parseRule(text: string): Rule | undefined {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[()]|[^\s()"]+/g) ?? [];
  let next = 0;
  const is = (word: string): boolean => tokens[next]?.toUpperCase() === word;

  function either(): Rule | undefined {
    return chain('OR', 'or', both);
  }

  function both(): Rule | undefined {
    return chain('AND', 'and', one);
  }

  function chain(word: string, kind: 'and' | 'or', part: () => Rule | undefined): Rule | undefined {
    let left = part();
    while (left && is(word)) {
      next += 1;
      const right = part();
      left = right && { kind, args: [left, right] };
    }
    return left;
  }

  function one(): Rule | undefined {
    const token = tokens[next++] ?? '';
    const word = token.toUpperCase();
    if (word === 'NOT') {
      const inner = one();
      return inner && { kind: 'not', args: [inner] };
    }
    if (word === 'TRUE' || word === 'FALSE') return { kind: 'constant', value: word === 'TRUE' };
    if (token === '(') return closed(either());
    if (!['ALARM', 'OK', 'INSUFFICIENT_DATA'].includes(word) || tokens[next++] !== '(') return undefined;
    const alarm = (tokens[next++] ?? '').replace(/^"|"$/g, '');
    return closed({ kind: 'state', state: word, alarm });
  }

  const closed = (rule: Rule | undefined): Rule | undefined => (tokens[next++] === ')' ? rule : undefined);

  const rule = either();
  return next === tokens.length ? rule : undefined;
}

/** Names or ARNs of the alarms a rule is about. */
export const alarmsIn = (rule: Rule): readonly string[] =>
  rule.kind === 'state' ? [rule.alarm] : rule.kind === 'constant' ? [] : rule.args.flatMap(alarmsIn);

/** undefined: the rule cannot be read. */
export function ruleHolds(world: World, { settings, account, region }: CompositeAlarm): boolean | undefined {
  const stateOf = (name: string) =>
    world.cloudwatch.alarms.get(name.startsWith('arn:') ? name : alarmArn(account, region, name))?.state;
  const holds = (rule: Rule): boolean => {
    switch (rule.kind) {
      case 'state':
        return stateOf(rule.alarm) === rule.state;
      case 'constant':
        return rule.value;
      case 'not':
        return !rule.args.every(holds);
      case 'and':
        return rule.args.every(holds);
      case 'or':
        return rule.args.some(holds);
    }
  };
  const rule = parseRule(settings.AlarmRule ?? '');
  return rule && holds(rule);
}
