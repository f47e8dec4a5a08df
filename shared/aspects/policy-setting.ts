import type { Difference } from '../model/finding.ts';
import { diffStatements, type PolicyDocument, type PolicyRules, retainPresent } from '../policy/statements.ts';

/** A policy, and on the desired side how it is to be compared. */
export interface PolicySetting {
  readonly document: PolicyDocument;
  /** Whether the statements of others must go. */
  readonly exclusive?: boolean;
  /** While only some sharers may be repaired: what they need, and what all of them may have. `document` is then in between. */
  readonly share?: { readonly needed: PolicyDocument; readonly allowed: PolicyDocument };
}

/** Where the policy differs by meaning. */
export function diffSetting(
  { document, share }: PolicySetting,
  observed: PolicySetting | undefined,
  rules: PolicyRules,
): Difference[] {
  if (share === undefined) return diffStatements(document, observed?.document, rules);
  return diffStatements(share.needed, observed?.document, { ...rules, tolerated: share.allowed });
}

/** The setting to aim at while only `some` sharers may be repaired. */
export function narrowSetting(
  some: PolicySetting,
  all: PolicySetting,
  observed: PolicySetting | undefined,
  rules: PolicyRules,
): PolicySetting {
  return {
    ...all,
    document: retainPresent(some.document, all.document, observed?.document, rules),
    share: { needed: some.document, allowed: all.document },
  };
}
