import type { CallContext } from '../service.ts';
import type { Match } from './rule.ts';

/** Operations that change nothing, by how AWS names them. */
const reads = /^(Get|List|Describe|Head|Lookup|BatchGet|Query|Scan|Test|Select|Receive)/;

export const isRead = (operation: string): boolean => reads.test(operation);

/** Whether a rule is about a call. */
export function matches(match: Match | undefined, call: CallContext, input: object): boolean {
  if (!match) return true;
  const texts = Object.values(input).filter((value) => typeof value === 'string');
  return (
    fits(match.service, [call.service]) &&
    fits(match.operation, [call.operation]) &&
    fits(match.account, [call.caller.account]) &&
    fits(match.caller, [call.caller.arn]) &&
    fits(match.region, [call.region]) &&
    fits(match.on, texts) &&
    (match.kind === undefined || isRead(call.operation) === (match.kind === 'read'))
  );
}

const fits = (patterns: string | readonly string[] | undefined, texts: readonly string[]): boolean =>
  patterns === undefined || [patterns].flat().some((pattern) => texts.some((text) => expression(pattern).test(text)));

const expressions = new Map<string, RegExp>();

function expression(pattern: string): RegExp {
  const known = expressions.get(pattern);
  if (known) return known;
  const made = new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '.*')}$`, 's');
  expressions.set(pattern, made);
  return made;
}
