import type { Difference, ResourceRef } from '../model/finding.ts';
import {
  diffStatements,
  mergeStatements,
  type PolicyDocument,
  type PolicyRules,
  policyOf,
  retainPresent,
  type Statement,
  stableJson,
  statementsOf,
} from '../policy/statements.ts';
import type { Retire } from './aspect.ts';

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

interface PolicyRetirement {
  readonly rulesFor: (on: ResourceRef) => PolicyRules;
  readonly remove: Retire<PolicySetting>['remove'];
  /** Statements of ours that stay although nobody wants them. */
  readonly keep?: (observed: PolicyDocument, on: ResourceRef) => readonly Statement[];
}

/** Takes out statements of ours, or the part of them that nobody wants any more. */
export function retirePolicy({ rulesFor, remove, keep = () => [] }: PolicyRetirement): Retire<PolicySetting> {
  return {
    leave(_, staying, observed, on) {
      const rules = rulesFor(on);
      const wanted = statementsOf(retainPresent(policyOf([]), staying?.document ?? policyOf([]), observed.document, rules));
      const kept = keep(observed.document, on).filter(({ Sid }) => !wanted.some((statement) => statement.Sid === Sid));
      return { document: mergeStatements(policyOf([...wanted, ...kept]), observed.document, rules) };
    },
    differences: (left, observed) => removals(statementsOf(left.document), statementsOf(observed.document)),
    isEmpty: (left) => statementsOf(left.document).length === 0,
    remove,
  };
}

function removals(left: readonly Statement[], observed: readonly Statement[]): readonly Difference[] {
  const staying = new Set(left.map(stableJson));
  return observed.flatMap((statement, index): readonly Difference[] => {
    if (staying.has(stableJson(statement))) return [];
    const rest = statement.Sid === undefined ? undefined : left.find(({ Sid }) => Sid === statement.Sid);
    if (rest === undefined) return [{ path: statement.Sid ?? `Statement[${index}]`, observed: statement }];
    return Object.keys({ ...statement, ...rest })
      .filter((element) => stableJson(statement[element]) !== stableJson(rest[element]))
      .map((element) => ({ path: `${statement.Sid}.${element}`, observed: statement[element], desired: rest[element] }));
  });
}
