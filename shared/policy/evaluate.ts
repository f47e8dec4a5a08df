/**
 * Decides one request the way AWS does, from the policies as read. Generic over services and actions.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
 */
import { type ContextValue, lookupIn } from './evaluate/context.ts';
import { type Asked, allows, type Hit, hitsIn, hitsInAll, refOf } from './evaluate/hits.ts';
import { missingBoundary, missingIdentity, missingResource, missingScp, missingSession } from './evaluate/missing.ts';
import { accountOf, principalKeys } from './evaluate/principals.ts';
import type { Decision, MissingStatement, Policies, Request } from './evaluate/request.ts';
import { and, every, isUnknown, or, type Truth, type Unknown, unknown } from './evaluate/truth.ts';

export type { ContextValue, RequestContext, Uncertain } from './evaluate/context.ts';
export type { Principal } from './evaluate/principals.ts';
export type * from './evaluate/request.ts';

interface Hits {
  readonly identity: readonly Hit[];
  readonly boundary: readonly Hit[];
  readonly session: readonly Hit[];
  readonly resource: readonly Hit[];
  readonly scps: readonly (readonly Hit[])[];
  readonly rcps: readonly (readonly Hit[])[];
}

// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#rcp-supported-services
const underRcps = new Set(
  'appconfig appstream aoss autoscaling codebuild codecommit cognito-identity cognito-idp cognito-sync comprehend comprehendmedical dax dynamodb ecr health kinesisvideo kms logs s3 s3express secretsmanager signin sqs sts support textract transcribe translate'.split(
    ' ',
  ),
);

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html: the owner's root user is never locked out.
const alwaysForOwnerRoot = new Set(['s3:getbucketpolicy', 's3:putbucketpolicy', 's3:deletebucketpolicy']);

// SCPs and RCPs leave service-linked roles alone.
const isServiceLinked = ({ principal }: Request): boolean =>
  principal.kind === 'role-session' && principal.roleArn.includes(':role/aws-service-role/');

const ofAccount = new Map<string, Readonly<Record<string, ContextValue>>>();

function resourceKeys(account: string): Readonly<Record<string, ContextValue>> {
  const keys = ofAccount.get(account) ?? { 'aws:ResourceAccount': account };
  ofAccount.set(account, keys);
  return keys;
}

function ask(request: Request, policies: Policies): Asked {
  const derived = [resourceKeys(request.resourceAccount), principalKeys(request.principal)];
  const bounded =
    policies.boundary?.unread === undefined
      ? policies.boundary !== undefined
      : unknown('whether there is a permissions boundary is not known', 'unread');
  return { request, action: request.action.toLowerCase(), lookup: lookupIn(request.context, derived), bounded };
}

function collect(asked: Asked, policies: Policies): Hits {
  const { request, action } = asked;
  const scps = accountOf(request.principal) === undefined || isServiceLinked(request) ? [] : (policies.scps ?? []);
  const guarded =
    underRcps.has(action.slice(0, action.indexOf(':'))) && action !== 'kms:retiregrant' && !isServiceLinked(request);
  const ownerRoot = request.principal.kind === 'root' && request.principal.account === request.resourceAccount;
  const { resource } = policies;
  return {
    identity: hitsInAll(policies.identity, 'identity', asked),
    boundary: policies.boundary ? hitsIn(policies.boundary, 'boundary', asked) : [],
    session: hitsInAll(policies.session, 'session', asked),
    resource: resource && !(ownerRoot && alwaysForOwnerRoot.has(action)) ? hitsIn(resource, resource.kind, asked) : [],
    scps: scps.map((level) => hitsInAll(level, 'scp', asked)),
    rcps: guarded ? (policies.rcps ?? []).map((level) => hitsInAll(level, 'rcp', asked)) : [],
  };
}

const all = (hits: Hits): readonly Hit[] => [
  ...hits.resource,
  ...hits.identity,
  ...hits.boundary,
  ...hits.session,
  ...hits.scps.flat(),
  ...hits.rcps.flat(),
];

/** Each way to be let in, and what stands in the way of it. */
interface Access {
  readonly truth: Truth;
  readonly missing: readonly MissingStatement[];
  /** The hits that let the caller in. */
  readonly hits: readonly Hit[];
}

interface Limits {
  readonly truth: Truth;
  readonly missing: readonly MissingStatement[];
}

/** What the caller's boundary and session policies leave of what its role or its identity policies are given. */
function limits(request: Request, policies: Policies, hits: Hits): Limits {
  const boundary = policies.boundary ? allows(hits.boundary) : true;
  const session = policies.session?.length ? allows(hits.session) : true;
  const missing = [
    ...(boundary === false ? [missingBoundary(request, policies)] : []),
    ...(session === false ? [missingSession(request)] : []),
  ];
  return { truth: and(boundary, session), missing };
}

function access(request: Request, policies: Policies, hits: Hits): Access {
  const account = accountOf(request.principal);
  if (account === undefined) return byResourceAlone(request, policies, hits);
  const bounds = limits(request, policies, hits);
  // The root user needs no identity policy.
  const identity = request.principal.kind === 'root' ? true : allows(hits.identity);
  const own: Access = {
    truth: and(identity, bounds.truth),
    missing: [...(identity === false ? [missingIdentity(request)] : []), ...bounds.missing],
    hits: hits.identity,
  };
  return account === request.resourceAccount
    ? withinAccount(request, policies, hits, own, bounds)
    : acrossAccounts(request, policies, hits, own);
}

function byResourceAlone(request: Request, policies: Policies, hits: Hits): Access {
  return { truth: allows(hits.resource), missing: [missingResource(request, policies.resource)], hits: hits.resource };
}

/** Both accounts have to allow. */
function acrossAccounts(request: Request, policies: Policies, hits: Hits, own: Access): Access {
  const granted = allows(hits.resource);
  return {
    truth: and(own.truth, granted),
    missing: [...own.missing, ...(granted === false ? [missingResource(request, policies.resource)] : [])],
    hits: [...hits.resource, ...hits.identity],
  };
}

/**
 * Either side suffices, except for keys and roles: their policy must name the caller, or its account and so delegate.
 * What names the session, the user or everyone is not limited by boundary and session policies.
 */
function withinAccount(request: Request, policies: Policies, hits: Hits, own: Access, bounds: Limits): Access {
  const direct = or(allows(hits.resource, ['caller', 'everyone']), and(allows(hits.resource, ['role']), bounds.truth));
  const required = policies.resource?.kind === 'key' || policies.resource?.kind === 'trust';
  const delegated = required ? allows(hits.resource, ['account']) : true;
  const named = allows(hits.resource, ['role']) !== false;
  const missing =
    delegated === false ? [missingResource(request, policies.resource), ...bounds.missing] : named ? bounds.missing : own.missing;
  return {
    truth: or(direct, and(delegated, own.truth)),
    missing,
    hits: [...hits.resource.filter((hit) => hit.naming !== 'account'), ...hits.identity, ...hits.resource],
  };
}

const where = (hit: Hit): string => {
  const name = hit.statement?.sid ?? (hit.statement ? `statement ${hit.statement.index + 1}` : undefined);
  return `${name === undefined ? '' : `${name} of `}the ${hit.policy.label} (account ${hit.policy.account})`;
};

const isOpen = (hit: Hit): hit is Hit & { applies: Unknown } => isUnknown(hit.applies);

function leftOpen(request: Request, hit: Hit & { applies: Unknown }): Decision {
  return {
    answer: 'cannot-tell',
    by: hit.applies.cause === 'unread' ? 'unreadable' : 'unknown-condition',
    because: `Whether ${request.action} on ${request.resource} is allowed cannot be told: ${hit.applies.unknown}${hit.statement ? `, which ${where(hit)} turns on` : ''}.`,
    deciding: refOf(hit),
    missing: [],
  };
}

function refused(request: Request, missing: readonly MissingStatement[]): Decision {
  const at = missing.map(({ policy, account }) => `the ${policy} (account ${account})`).join(' and ');
  return {
    answer: 'denied',
    by: 'implicit-deny',
    because: `${request.action} on ${request.resource} is not allowed by ${at || 'any policy'}.`,
    missing,
  };
}

/**
 * Explicit Deny first, then whether every limit and one side (across accounts: both sides) allow.
 * What is not known never counts as allowed: the answer is then `cannot-tell`, unless what is known already denies.
 */
export function decide(request: Request, policies: Policies): Decision {
  const asked = ask(request, policies);
  const hits = collect(asked, policies);
  const every_ = all(hits);
  const denial = every_.find((hit) => hit.effect === 'Deny' && hit.applies === true);
  if (denial) {
    return {
      answer: 'denied',
      by: 'explicit-deny',
      because: `${request.action} on ${request.resource} is denied by ${where(denial)}.`,
      deciding: refOf(denial),
      missing: [],
    };
  }
  return weigh(request, hits, every_, access(request, policies, hits));
}

function weigh(request: Request, hits: Hits, every_: readonly Hit[], way: Access): Decision {
  const scps = every(hits.scps, (level) => allows(level));
  const missing = [...(way.truth === false ? way.missing : []), ...(scps === false ? [missingScp(request)] : [])];
  if (way.truth === false || scps === false) return refused(request, missing);
  const doubt =
    every_.filter(isOpen).find((hit) => hit.effect !== 'Allow') ??
    (way.truth === true && scps === true ? undefined : every_.find(isOpen));
  if (doubt) return leftOpen(request, doubt);
  const allowing = way.hits.find((hit) => hit.effect === 'Allow' && hit.applies === true);
  const by = allowing ? `allowed by ${where(allowing)}` : 'allowed to the root user of the account';
  return {
    answer: 'allowed',
    by: 'allow',
    because: `${request.action} on ${request.resource} is ${by}.`,
    ...(allowing && { deciding: refOf(allowing) }),
    missing: [],
  };
}
