/** Which statements of a policy speak about a request. */
import { holdsCondition } from './conditions.ts';
import type { Lookup } from './context.ts';
import { matchesGlob, matchesResource } from './patterns.ts';
import { type Naming, namedBy, spares } from './principals.ts';
import type { NamedPolicy, Request, StatementRef } from './request.ts';
import { type CompiledStatement, compilePolicy, type PolicyKind } from './statements.ts';
import { and, every, not, some, type Truth, type Unknown, unknown } from './truth.ts';
import { fill } from './variables.ts';

/** A statement that applies, or may. */
export interface Hit {
  readonly policy: NamedPolicy;
  readonly statement?: CompiledStatement;
  /** undefined: could be either (an unreadable policy). */
  readonly effect: 'Allow' | 'Deny' | undefined;
  readonly applies: true | Unknown;
  /** How it names the caller; identity policies name nobody. */
  readonly naming?: Naming;
}

/** A request with what all its statements are held against. */
export interface Asked {
  readonly request: Request;
  /** Lower case. */
  readonly action: string;
  readonly lookup: Lookup;
  /** Whether the caller has a permissions boundary. */
  readonly bounded: Truth;
}

export const refOf = ({ policy, statement }: Hit): StatementRef => ({
  policy: policy.label,
  account: policy.account,
  ...(statement?.sid !== undefined && { sid: statement.sid }),
  index: statement?.index ?? -1,
  statement: statement?.source,
});

function hasAction({ actions }: CompiledStatement, action: string): boolean {
  for (const glob of actions.globs) if (matchesGlob(glob, action)) return !actions.not;
  return actions.not;
}

function coversResource(s: CompiledStatement, { request, lookup }: Asked): Truth {
  if (!s.resources) return true;
  const named = some(s.resources.templates, (template) => {
    const glob = fill(template, lookup);
    // A variable without a value makes a Resource that matches nothing.
    if (glob === null) return false;
    return typeof glob === 'string' ? matchesResource(glob, request.resource) : glob;
  });
  return s.resources.not ? not(named) : named;
}

interface Address {
  readonly covers: Truth;
  readonly naming?: Naming;
}

function addresses({ principal }: CompiledStatement, asked: Asked): Address {
  if (principal.kind === 'none' || principal.kind === 'malformed') return { covers: true };
  if (principal.kind === 'is-not') return { covers: not(spares(principal.entries, asked.request.principal, asked.bounded)) };
  const named = namedBy(principal.entries, asked.request.principal);
  if (typeof named === 'string') return { covers: true, naming: named };
  return { covers: named };
}

function hitOf(s: CompiledStatement, policy: NamedPolicy, asked: Asked): Hit | undefined {
  if (s.idle || (!s.brokenActions && !hasAction(s, asked.action))) return undefined;
  const { covers, naming } = addresses(s, asked);
  if (covers === false && (s.fault === undefined || s.principal.kind === 'is')) return undefined;
  const hit = { policy, statement: s, effect: s.effect, ...(naming && { naming }) };
  if (s.fault !== undefined) return { ...hit, applies: unknown(s.fault, 'malformed') };
  const applies = and(
    coversResource(s, asked),
    covers,
    every(s.conditions, (condition) => holdsCondition(condition, asked.lookup)),
  );
  return applies === false ? undefined : { ...hit, applies };
}

const either = (policy: NamedPolicy, why: Unknown): readonly Hit[] => [{ policy, effect: undefined, applies: why }];

/** In the order of the statements. */
export function hitsIn(policy: NamedPolicy, kind: PolicyKind, asked: Asked): readonly Hit[] {
  if (policy.unread !== undefined)
    return either(policy, unknown(`the ${policy.label} could not be read: ${policy.unread}`, 'unread'));
  const compiled = compilePolicy(policy.document, kind);
  if (compiled.fault !== undefined) return either(policy, unknown(`${policy.label}: ${compiled.fault}`, 'malformed'));
  const hits: Hit[] = [];
  for (const statement of compiled.statements) {
    const hit = hitOf(statement, policy, asked);
    if (hit) hits.push(hit);
  }
  return hits;
}

export const hitsInAll = (policies: readonly NamedPolicy[] | undefined, kind: PolicyKind, asked: Asked): readonly Hit[] =>
  policies === undefined || policies.length === 0 ? [] : policies.flatMap((policy) => hitsIn(policy, kind, asked));

/** Whether some hit allows. */
export const allows = (hits: readonly Hit[], naming?: readonly Naming[]): Truth =>
  some(hits, (hit) => (hit.effect === 'Deny' || !isNamed(hit, naming) ? false : hit.applies));

// Who is named by a statement that may not apply is open too: it counts as naming the caller.
const isNamed = (hit: Hit, naming: readonly Naming[] | undefined): boolean =>
  naming === undefined || naming.includes(hit.naming ?? 'caller');
