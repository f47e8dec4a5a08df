import { showPolicy } from '../../principals.ts';
import type { Caller } from '../../service.ts';
import type { World } from '../../world.ts';
import type { IamRole } from '../iam/state.ts';

export interface AssumeRequest {
  readonly sessionName: string;
  readonly externalId: string | undefined;
}

interface Statement {
  readonly Effect?: string;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * Whether a role's trust policy lets the caller assume it: some Allow, and no Deny.
 *
 * The caller's own policies are not looked at here. A condition this check cannot decide never allows and always denies.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function mayAssume(world: World, caller: Caller, role: IamRole, request: AssumeRequest): boolean {
  // Shown, the principals that died are bare ids, which match nobody.
  const policy: { Statement?: Statement | readonly Statement[] } = JSON.parse(showPolicy(world, role.trust));
  const names = namesOf(caller);
  const context = contextOf(caller, request);
  const applying = listOf(policy.Statement)
    .filter((statement) => coversAction(statement) && coversCaller(statement, names))
    .map((statement) => ({ effect: statement.Effect, holds: conditionsHold(statement.Condition ?? {}, context) }));
  const denied = applying.some(({ effect, holds }) => effect === 'Deny' && holds !== false);
  return !denied && applying.some(({ effect, holds }) => effect === 'Allow' && holds === true);
}

/** Every principal that means the caller. */
function namesOf({ account, arn, roleArn, userId, kind }: Caller): ReadonlySet<string> {
  const names = ['*', account, `arn:aws:iam::${account}:root`, arn];
  if (roleArn !== undefined) names.push(roleArn);
  if (kind === 'user') names.push(userId);
  return new Set(names);
}

const contextOf = (caller: Caller, { sessionName, externalId }: AssumeRequest): Readonly<Record<string, string | undefined>> => ({
  'sts:externalid': externalId,
  'sts:rolesessionname': sessionName,
  'aws:principalarn': caller.roleArn ?? caller.arn,
  'aws:principalaccount': caller.account,
  'aws:userid': caller.userId,
  'aws:principaltype': caller.kind === 'root' ? 'Account' : caller.kind === 'user' ? 'User' : 'AssumedRole',
  'aws:principalisawsservice': 'false',
});

function coversCaller({ Principal, NotPrincipal }: Statement, names: ReadonlySet<string>): boolean {
  const includes = (principal: unknown): boolean =>
    principal === '*' || (isRecord(principal) && listOf(principal.AWS).some((one) => names.has(String(one))));
  return NotPrincipal === undefined ? includes(Principal) : !includes(NotPrincipal);
}

const coversAction = ({ Action, NotAction }: Statement): boolean =>
  NotAction === undefined
    ? listOf(Action).some((action) => like(action.toLowerCase(), 'sts:assumerole'))
    : !listOf(NotAction).some((action) => like(action.toLowerCase(), 'sts:assumerole'));

/** undefined: cannot tell. */
function conditionsHold(condition: NonNullable<Statement['Condition']>, context: Readonly<Record<string, string | undefined>>) {
  const answers = Object.entries(condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => conditionHolds(operator, listOf(values).map(String), context[key.toLowerCase()])),
  );
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

function conditionHolds(operator: string, values: readonly string[], actual: string | undefined): boolean | undefined {
  const base = operator.replace(/IfExists$/, '');
  if (base === 'Null') return values.some((value) => (value === 'true') === (actual === undefined));
  const [test, negated] = tests[base] ?? [];
  if (!test) return undefined;
  // A missing key fails a positive test and passes a negated one.
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
  if (actual === undefined) return negated || base !== operator;
  return values.some((value) => test(value, actual)) !== negated;
}

type Test = (wanted: string, actual: string) => boolean;

const same: Test = (wanted, actual) => wanted === actual;
const sameIgnoringCase: Test = (wanted, actual) => wanted.toLowerCase() === actual.toLowerCase();

const tests: Readonly<Record<string, readonly [test: Test, negated: boolean]>> = {
  StringEquals: [same, false],
  StringNotEquals: [same, true],
  StringEqualsIgnoreCase: [sameIgnoringCase, false],
  StringNotEqualsIgnoreCase: [sameIgnoringCase, true],
  StringLike: [like, false],
  StringNotLike: [like, true],
  ArnEquals: [like, false],
  ArnLike: [like, false],
  ArnNotEquals: [like, true],
  ArnNotLike: [like, true],
  Bool: [sameIgnoringCase, false],
};

/** `*` is any text, `?` any one character. */
function like(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

const listOf = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as T];

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
