/** What would have to be added, put together: one statement for all that one policy lacks about one thing. */
import type { MissingStatement } from '../evaluate.ts';

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

const together = (values: readonly unknown[]): unknown => {
  const distinct = [...new Set(values)];
  return distinct.length === 1 ? distinct[0] : distinct;
};

/** Statements that differ in nothing but the action become one, in the order in which they come. */
export function joined(missing: readonly MissingStatement[]): readonly MissingStatement[] {
  const groups = Map.groupBy(missing, ({ policy, account, statement }) =>
    JSON.stringify([policy, account, { ...statement, Action: undefined }]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const actions = group.flatMap(({ statement }) => listOf(statement.Action));
    return first ? [{ ...first, statement: { ...first.statement, Action: together(actions) } }] : [];
  });
}
