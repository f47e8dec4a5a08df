/**
 * How AWS words a missing permission.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
import type { Decision, NamedPolicy, Policies } from '../../../shared/policy/evaluate.ts';
import { AwsError } from '../service.ts';
import type { Refused } from './check.ts';

interface Spelling {
  readonly code: string;
  readonly status: number;
}

/** Code and HTTP status of each service; the JSON protocols answer 400. */
const spellings: Readonly<Record<string, Spelling>> = {
  s3: { code: 'AccessDenied', status: 403 },
  iam: { code: 'AccessDenied', status: 403 },
  sts: { code: 'AccessDenied', status: 403 },
  monitoring: { code: 'AccessDenied', status: 403 },
  sns: { code: 'AuthorizationError', status: 403 },
  sqs: { code: 'AccessDenied', status: 403 },
  lambda: { code: 'AccessDeniedException', status: 403 },
  scheduler: { code: 'AccessDeniedException', status: 403 },
};

const usual: Spelling = { code: 'AccessDeniedException', status: 400 };

/** A refusal in the spelling of a service. `reason` is for the record of calls only. */
export function accessDenied(service: string, message: string, reason?: string, headers: Record<string, string> = {}): AwsError {
  const { code, status } = spellings[service] ?? usual;
  return new AwsError(code, message, status, { headers, ...(reason !== undefined && { reason }) });
}

/** e.g. `User: arn:… is not authorized to perform: ssm:GetParameter on resource: arn:… because no identity-based policy allows the ssm:GetParameter action`. */
export function refuseAsUsual({ check, call, decision, why }: Refused): AwsError {
  const on = `on resource: ${check.shown ?? check.resource}`;
  const message = `User: ${call.caller.arn} is not authorized to perform: ${check.action} ${on} ${why}`;
  return accessDenied(call.service, message, decision.because);
}

/** As usual, in the words of a service that spells its own actions otherwise: SQS says `sqs:sendmessage`, SNS `SNS:Publish`. */
export const refuseSpelling =
  (spelt: (action: string) => string) =>
  (refused: Refused): AwsError => {
    const { check, why } = refused;
    const action = spelt(check.action);
    return refuseAsUsual({ ...refused, check: { ...check, action }, why: why.replaceAll(check.action, action) });
  };

/** As usual, but what has no resource is refused without naming one. */
export function refuseUnnamed(refused: Refused): AwsError {
  const { check, call, decision, why } = refused;
  if (check.resource !== '*') return refuseAsUsual(refused);
  return accessDenied(
    call.service,
    `User: ${call.caller.arn} is not authorized to perform: ${check.action} ${why}`,
    decision.because,
  );
}

type Kind =
  | 'identity-based policy'
  | 'resource-based policy'
  | 'permissions boundary'
  | 'session policy'
  | 'service control policy'
  | 'resource control policy'
  | 'role trust policy';

/** e.g. `with an explicit deny in a resource-based policy`. What cannot be told is worded as if it were known. */
export function whyDenied(decision: Decision, policies: Policies, action: string): string {
  const { deciding } = decision;
  const denies = (deciding?.statement as { Effect?: unknown } | undefined)?.Effect === 'Deny';
  if (deciding && denies) {
    const kind = kindOf(deciding.policy, policies);
    const article = kind.startsWith('identity') ? 'an' : kind === 'role trust policy' ? 'the' : 'a';
    return `with an explicit deny in ${article} ${kind}`;
  }
  return `because no ${lackingKind(decision, policies)} allows the ${action} action`;
}

function kindOf(label: string, policies: Policies): Kind {
  const has = (list: readonly NamedPolicy[] | undefined): boolean => list?.some((policy) => policy.label === label) ?? false;
  if (policies.resource?.label === label) return resourceKind(policies);
  if (has(policies.scps?.flat())) return 'service control policy';
  if (has(policies.rcps?.flat())) return 'resource control policy';
  if (policies.boundary?.label === label) return 'permissions boundary';
  return has(policies.session) ? 'session policy' : 'identity-based policy';
}

const resourceKind = ({ resource }: Policies): Kind =>
  resource?.kind === 'trust' ? 'role trust policy' : 'resource-based policy';

/** The first of the policies that would have to allow, in the order in which AWS looks at them. */
function lackingKind({ missing }: Decision, policies: Policies): Kind {
  const kinds = new Set(missing.map(({ policy }) => missingKind(policy, policies)));
  const order: readonly Kind[] = [
    'service control policy',
    'role trust policy',
    'resource-based policy',
    'identity-based policy',
    'permissions boundary',
    'session policy',
  ];
  return order.find((kind) => kinds.has(kind)) ?? 'identity-based policy';
}

function missingKind(policy: string, policies: Policies): Kind {
  if (policy.startsWith('service control policies')) return 'service control policy';
  if (policy.startsWith('identity policy')) return 'identity-based policy';
  if (policy === 'session policy') return 'session policy';
  return policy === policies.boundary?.label ? 'permissions boundary' : resourceKind(policies);
}
