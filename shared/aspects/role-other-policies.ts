import type { Observed } from '../model/finding.ts';
import type { PolicyDocument } from '../policy/statements.ts';
import type { Aspect, Get } from './aspect.ts';
import { readRefusals, writeRefusals } from './failure-reasons.ts';
import { callOn } from './read-call.ts';
import { type RoleRef, roleOf } from './resources.ts';
import { noSuchEntity, parseIamPolicy } from './role-documents.ts';
import { rolePolicyName } from './role-policy.ts';

export interface NamedDocument {
  readonly name: string;
  /** undefined for an inline policy. */
  readonly arn?: string;
  /** undefined: it could not be read. */
  readonly document?: PolicyDocument;
}

export interface OtherPolicies {
  readonly inline: readonly NamedDocument[];
  readonly attached: readonly NamedDocument[];
  readonly boundary?: NamedDocument;
  readonly exclusive?: boolean;
}

/** Whatever else says what the role may do. Others' business, unless the document says `exclusive`; the proof judges whether it blocks. */
export const roleOtherPolicies: Aspect<OtherPolicies> = {
  name: 'role-other-policies',
  title: 'other policies of the replication role',
  matters: 'A Deny in any of them, or a permissions boundary, stops replication whatever our own policy allows.',
  interrupts: true,
  failureReasons: [...readRefusals, ...writeRefusals],
  docs: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html',
  after: ['role-trust'],
  changedBy: [
    ...['PutRolePolicy', 'DeleteRolePolicy', 'AttachRolePolicy', 'DetachRolePolicy', 'PutRolePermissionsBoundary'],
    ...['DeleteRolePermissionsBoundary', 'CreatePolicyVersion', 'SetDefaultPolicyVersion', 'DeletePolicyVersion', 'DeletePolicy'],
  ],
  concernedBy: ({ policyName }) => policyName !== rolePolicyName,
  follows: ({ attached, boundary }) => [...attached, ...(boundary ? [boundary] : [])].flatMap(({ arn }) => arn ?? []),
  permissions: {
    read: [
      ...['iam:GetRole', 'iam:ListRolePolicies', 'iam:GetRolePolicy', 'iam:ListAttachedRolePolicies'],
      ...['iam:GetPolicy', 'iam:GetPolicyVersion'],
    ],
    write: ['iam:DeleteRolePolicy', 'iam:DetachRolePolicy'],
  },
  resources: (r) => [roleOf(r)],
  desired: (sharers) => ({ inline: [], attached: [], exclusive: sharers.every((r) => r.exclusive) }),
  read: (on) => (get) => readOthers(on as RoleRef, get),
  diff: (desired, observed) =>
    desired.exclusive
      ? [
          ...(observed?.inline ?? []).map(({ name }) => ({ path: `RolePolicies[${name}]`, observed: name })),
          ...(observed?.attached ?? []).map(({ arn }) => ({ path: 'AttachedPolicies', observed: arn })),
        ]
      : [],
  merge: (desired, observed) => ({ ...desired, boundary: observed?.boundary }),
  narrow: (some, all) => ({ ...some, exclusive: all.exclusive }),
  write: (on, _, observed) => [
    ...(observed?.inline ?? []).map(({ name }) =>
      callOn(on, 'iam:DeleteRolePolicy', { RoleName: (on as RoleRef).name, PolicyName: name }),
    ),
    ...(observed?.attached ?? []).map(({ arn }) =>
      callOn(on, 'iam:DetachRolePolicy', { RoleName: (on as RoleRef).name, PolicyArn: arn }),
    ),
  ],
};

async function readOthers(role: RoleRef, get: Get): Promise<Observed<OtherPolicies>> {
  const RoleName = role.name;
  const [self, names, attachments] = await Promise.all([
    get(callOn(role, 'iam:GetRole', { RoleName }), noSuchEntity),
    listAll(
      (Marker) => get(callOn(role, 'iam:ListRolePolicies', { RoleName, Marker }), noSuchEntity),
      (page) => page.PolicyNames,
    ),
    listAll(
      (Marker) => get(callOn(role, 'iam:ListAttachedRolePolicies', { RoleName, Marker }), noSuchEntity),
      (page) => page.AttachedPolicies,
    ),
  ]);
  if (self.status === 'unreadable') return self;
  if (names.status !== 'present') return names;
  if (attachments.status !== 'present') return attachments;
  const boundary = self.status === 'present' ? self.value.Role?.PermissionsBoundary?.PermissionsBoundaryArn : undefined;
  const value: OtherPolicies = {
    inline: await Promise.all(names.value.filter((name) => name !== rolePolicyName).map((name) => readInline(role, name, get))),
    attached: await Promise.all(attachments.value.map((policy) => readManaged(role, policy.PolicyArn ?? '', get))),
    ...(boundary !== undefined && { boundary: await readManaged(role, boundary, get) }),
  };
  return { status: 'present', value };
}

interface Page {
  readonly IsTruncated?: boolean;
  readonly Marker?: string;
}

/** All pages of a list; anything but present ends it. */
async function listAll<P extends Page, T>(
  page: (marker?: string) => Promise<Observed<P>>,
  itemsOf: (page: P) => readonly T[] | undefined,
): Promise<Observed<readonly T[]>> {
  const items: T[] = [];
  let marker: string | undefined;
  do {
    const answer = await page(marker);
    if (answer.status !== 'present') return answer;
    items.push(...(itemsOf(answer.value) ?? []));
    marker = answer.value.IsTruncated ? answer.value.Marker : undefined;
  } while (marker !== undefined);
  return { status: 'present', value: items };
}

async function readInline(role: RoleRef, name: string, get: Get): Promise<NamedDocument> {
  const policy = await get(callOn(role, 'iam:GetRolePolicy', { RoleName: role.name, PolicyName: name }), noSuchEntity);
  return { name, ...(policy.status === 'present' && { document: parseIamPolicy(policy.value.PolicyDocument) }) };
}

async function readManaged(role: RoleRef, arn: string, get: Get): Promise<NamedDocument> {
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  const policy = await get(callOn(role, 'iam:GetPolicy', { PolicyArn: arn }), noSuchEntity);
  const VersionId = policy.status === 'present' ? policy.value.Policy?.DefaultVersionId : undefined;
  if (VersionId === undefined) return { name, arn };
  const version = await get(callOn(role, 'iam:GetPolicyVersion', { PolicyArn: arn, VersionId }), noSuchEntity);
  const text = version.status === 'present' ? version.value.PolicyVersion?.Document : undefined;
  return { name, arn, ...(text !== undefined && { document: parseIamPolicy(text) }) };
}
