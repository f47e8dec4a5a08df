/** Inline and attached policies; roles and users have them alike. */
import type { CallContext, Handler } from '../../service.ts';
import { checkIdentityPolicy, encodeDocument, sizeOf } from './documents.ts';
import { limitExceeded, noSuchEntity } from './errors.ts';
import { document, policyArn, policyName } from './inputs.ts';
import { findPolicy, theRole, theUser } from './lookup.ts';
import { pageOf } from './paging.ts';
import type { IamRole, IamUser } from './state.ts';

type Identity = IamRole | IamUser;

/** What the operations of both kinds are given, each some of it. */
interface Input {
  readonly RoleName?: string | undefined;
  readonly UserName?: string | undefined;
  readonly PolicyName?: string | undefined;
  readonly PolicyDocument?: string | undefined;
  readonly PolicyArn?: string | undefined;
  readonly PathPrefix?: string | undefined;
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

export const identityPolicyHandlers: Readonly<Record<string, Handler>> = {
  ...handlersFor('Role', (call, { RoleName }) => theRole(call, RoleName)),
  ...handlersFor('User', (call, { UserName }) => theUser(call, UserName)),
};

function handlersFor(kind: 'Role' | 'User', find: (call: CallContext, input: Input) => Identity): Record<string, Handler> {
  const lookup =
    (handle: (identity: Identity, input: Input, call: CallContext) => unknown): Handler<Input> =>
    (input, call) =>
      handle(find(call, input), input, call);
  return {
    [`Put${kind}Policy`]: lookup(putPolicy),
    [`Get${kind}Policy`]: lookup(getPolicy),
    [`Delete${kind}Policy`]: lookup(deletePolicy),
    [`List${kind}Policies`]: lookup(listPolicies),
    [`Attach${kind}Policy`]: lookup(attachPolicy),
    [`Detach${kind}Policy`]: lookup(detachPolicy),
    [`ListAttached${kind}Policies`]: lookup(listAttachedPolicies),
  };
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
const inlineLimit = { role: 10_240, user: 2048 };

function putPolicy(identity: Identity, input: Input): void {
  const name = policyName(input.PolicyName);
  const text = document('policyDocument', input.PolicyDocument);
  checkIdentityPolicy(text);
  const others = [...identity.inline].filter(([other]) => other !== name).map(([, policy]) => sizeOf(policy));
  const limit = inlineLimit[identity.kind];
  if (others.reduce((sum, size) => sum + size, sizeOf(text)) > limit) {
    throw limitExceeded(`Maximum policy size of ${limit} bytes exceeded for ${identity.kind} ${identity.name}`);
  }
  identity.inline.set(name, text);
}

function getPolicy(identity: Identity, input: Input) {
  const name = policyName(input.PolicyName);
  const named = identity.kind === 'role' ? { RoleName: identity.name } : { UserName: identity.name };
  return { ...named, PolicyName: name, PolicyDocument: encodeDocument(theInline(identity, name)) };
}

function deletePolicy(identity: Identity, input: Input): void {
  const name = policyName(input.PolicyName);
  theInline(identity, name);
  identity.inline.delete(name);
}

function theInline({ inline, kind }: Identity, name: string): string {
  const policy = inline.get(name);
  if (policy === undefined) throw noSuchEntity(`The ${kind} policy with name ${name} cannot be found.`);
  return policy;
}

function listPolicies(identity: Identity, input: Input) {
  const { items, ...page } = pageOf([...identity.inline.keys()].sort(), input);
  return { ...page, PolicyNames: items };
}

function attachPolicy(identity: Identity, input: Input, call: CallContext): void {
  const arn = policyArn(input.PolicyArn);
  if (!findPolicy(call, arn)) throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
  if (!identity.attached.has(arn) && identity.attached.size >= 10) {
    throw limitExceeded(`Cannot exceed quota for PoliciesPer${identity.kind === 'role' ? 'Role' : 'User'}: 10`);
  }
  identity.attached.add(arn);
}

function detachPolicy(identity: Identity, input: Input): void {
  const arn = policyArn(input.PolicyArn);
  if (!identity.attached.delete(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
}

function listAttachedPolicies(identity: Identity, input: Input, call: CallContext) {
  const attached = [...identity.attached].flatMap((arn) => findPolicy(call, arn) ?? []);
  const { items, ...page } = pageOf(
    attached.filter(({ path }) => path.startsWith(input.PathPrefix ?? '/')),
    input,
  );
  return { ...page, AttachedPolicies: items.map((policy) => ({ PolicyName: policy.name, PolicyArn: policy.arn })) };
}
