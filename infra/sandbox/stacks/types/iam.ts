/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html */
import {
  type Change,
  type Here,
  isSame,
  jsonOf,
  objectsOf,
  only,
  type Properties,
  type ResourceType,
  textAt,
  textOf,
  textsOf,
} from '../resource-type.ts';
import { retag } from './tags.ts';

const role: ResourceType = {
  takes: [
    ...['RoleName', 'Path', 'AssumeRolePolicyDocument', 'Description', 'MaxSessionDuration', 'PermissionsBoundary', 'Tags'],
    ...['ManagedPolicyArns', 'Policies'],
  ],
  replacing: ['RoleName', 'Path'],
  name: 'RoleName',
  async create(wanted, here) {
    const answer = await here.call('iam:CreateRole', {
      ...only(wanted, ['Path', 'Description', 'MaxSessionDuration', 'PermissionsBoundary', 'Tags']),
      RoleName: wanted.RoleName ?? here.named(),
      AssumeRolePolicyDocument: jsonOf(wanted.AssumeRolePolicyDocument),
    });
    const id = textAt(answer, 'Role.RoleName');
    return { id, attributes: { Arn: textAt(answer, 'Role.Arn'), RoleId: textAt(answer, 'Role.RoleId') } };
  },
  async update(change, here) {
    const { made, before, wanted } = change;
    const on = { RoleName: made.id };
    if (!isSame(before.AssumeRolePolicyDocument, wanted.AssumeRolePolicyDocument)) {
      await here.call('iam:UpdateAssumeRolePolicy', { ...on, PolicyDocument: jsonOf(wanted.AssumeRolePolicyDocument) });
    }
    const told = ['Description', 'MaxSessionDuration'];
    if (!isSame(only(before, told), only(wanted, told))) {
      await here.call('iam:UpdateRole', { ...on, Description: '', ...only(wanted, told) });
    }
    if (!isSame(before.PermissionsBoundary, wanted.PermissionsBoundary)) {
      await (wanted.PermissionsBoundary === undefined
        ? here.call('iam:DeleteRolePermissionsBoundary', on)
        : here.call('iam:PutRolePermissionsBoundary', { ...on, PermissionsBoundary: wanted.PermissionsBoundary }));
    }
    await retag(change, here, { tag: 'iam:TagRole', untag: 'iam:UntagRole', on });
    return undefined;
  },
  complete: async ({ made, before, wanted }, here) => {
    await attach(made.id, textsOf(before, 'ManagedPolicyArns'), textsOf(wanted, 'ManagedPolicyArns'), here);
    await putInline(made.id, inlineIn(before), inlineIn(wanted), here);
  },
  async remove({ id }, properties, here) {
    await attach(id, textsOf(properties, 'ManagedPolicyArns'), [], here);
    await putInline(id, inlineIn(properties), new Map(), here);
    await here.call('iam:DeleteRole', { RoleName: id });
  },
};

const inlineIn = (properties: Properties): ReadonlyMap<string, string> =>
  new Map(objectsOf(properties, 'Policies').map((policy) => [textOf(policy, 'PolicyName'), jsonOf(policy.PolicyDocument)]));

async function attach(RoleName: string, before: readonly string[], wanted: readonly string[], { call }: Here): Promise<void> {
  for (const PolicyArn of wanted) await call('iam:AttachRolePolicy', { RoleName, PolicyArn });
  for (const PolicyArn of before.filter((arn) => !wanted.includes(arn))) {
    await call('iam:DetachRolePolicy', { RoleName, PolicyArn });
  }
}

async function putInline(
  RoleName: string,
  before: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
  { call }: Here,
): Promise<void> {
  for (const [PolicyName, PolicyDocument] of wanted) await call('iam:PutRolePolicy', { RoleName, PolicyName, PolicyDocument });
  for (const PolicyName of [...before.keys()].filter((name) => !wanted.has(name))) {
    await call('iam:DeleteRolePolicy', { RoleName, PolicyName });
  }
}

/** An inline policy of roles and users. */
const policy: ResourceType = {
  takes: ['PolicyName', 'PolicyDocument', 'Roles', 'Users'],
  idle: { Groups: 'the local AWS has no groups of users' },
  replacing: ['PolicyName'],
  create: async (wanted) => ({ id: textOf(wanted, 'PolicyName'), attributes: { Id: textOf(wanted, 'PolicyName') } }),
  update: async () => undefined,
  async complete(change, { call }) {
    const { wanted } = change;
    const put = { PolicyName: textOf(wanted, 'PolicyName'), PolicyDocument: jsonOf(wanted.PolicyDocument) };
    if (textsOf(wanted, 'Roles').length + textsOf(wanted, 'Users').length === 0) {
      throw new Error('At least one of [Groups,Roles,Users] must be non-empty.');
    }
    for (const RoleName of textsOf(wanted, 'Roles')) await call('iam:PutRolePolicy', { ...put, RoleName });
    for (const UserName of textsOf(wanted, 'Users')) await call('iam:PutUserPolicy', { ...put, UserName });
    for (const RoleName of lost(change, 'Roles')) await call('iam:DeleteRolePolicy', { PolicyName: put.PolicyName, RoleName });
    for (const UserName of lost(change, 'Users')) await call('iam:DeleteUserPolicy', { PolicyName: put.PolicyName, UserName });
  },
  async remove(_made, properties, { call }) {
    const PolicyName = textOf(properties, 'PolicyName');
    for (const RoleName of textsOf(properties, 'Roles')) await call('iam:DeleteRolePolicy', { PolicyName, RoleName });
    for (const UserName of textsOf(properties, 'Users')) await call('iam:DeleteUserPolicy', { PolicyName, UserName });
  },
};

const lost = ({ before, wanted }: Change, name: string): readonly string[] =>
  textsOf(before, name).filter((one) => !textsOf(wanted, name).includes(one));

const managedPolicy: ResourceType = {
  takes: ['ManagedPolicyName', 'Path', 'Description', 'PolicyDocument', 'Roles', 'Users', 'Tags'],
  idle: { Groups: 'the local AWS has no groups of users' },
  replacing: ['ManagedPolicyName', 'Path', 'Description'],
  name: 'ManagedPolicyName',
  async create(wanted, here) {
    const answer = await here.call('iam:CreatePolicy', {
      ...only(wanted, ['Path', 'Description', 'Tags']),
      PolicyName: wanted.ManagedPolicyName ?? here.named(128),
      PolicyDocument: jsonOf(wanted.PolicyDocument),
    });
    const id = textAt(answer, 'Policy.Arn');
    return { id, attributes: { PolicyArn: id, PolicyId: textAt(answer, 'Policy.PolicyId') } };
  },
  async update(change, here) {
    const { made, before, wanted } = change;
    const on = { PolicyArn: made.id };
    if (!isSame(before.PolicyDocument, wanted.PolicyDocument)) {
      await here.call('iam:CreatePolicyVersion', { ...on, PolicyDocument: jsonOf(wanted.PolicyDocument), SetAsDefault: true });
      await dropVersions(made.id, here);
    }
    await retag(change, here, { tag: 'iam:TagPolicy', untag: 'iam:UntagPolicy', on });
    return undefined;
  },
  async complete(change, { call }) {
    const on = { PolicyArn: change.made.id };
    for (const RoleName of textsOf(change.wanted, 'Roles')) await call('iam:AttachRolePolicy', { ...on, RoleName });
    for (const UserName of textsOf(change.wanted, 'Users')) await call('iam:AttachUserPolicy', { ...on, UserName });
    for (const RoleName of lost(change, 'Roles')) await call('iam:DetachRolePolicy', { ...on, RoleName });
    for (const UserName of lost(change, 'Users')) await call('iam:DetachUserPolicy', { ...on, UserName });
  },
  async remove({ id: PolicyArn }, properties, here) {
    for (const RoleName of textsOf(properties, 'Roles')) await here.call('iam:DetachRolePolicy', { PolicyArn, RoleName });
    for (const UserName of textsOf(properties, 'Users')) await here.call('iam:DetachUserPolicy', { PolicyArn, UserName });
    await dropVersions(PolicyArn, here);
    await here.call('iam:DeletePolicy', { PolicyArn });
  },
};

/** A policy has five versions at most, and goes only when there is but one. https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html */
async function dropVersions(PolicyArn: string, { call }: Here): Promise<void> {
  const { Versions } = await call('iam:ListPolicyVersions', { PolicyArn });
  for (const { IsDefaultVersion, VersionId } of Versions as readonly { IsDefaultVersion: boolean; VersionId: string }[]) {
    if (!IsDefaultVersion) await call('iam:DeletePolicyVersion', { PolicyArn, VersionId });
  }
}

export const iamTypes = { 'AWS::IAM::Role': role, 'AWS::IAM::Policy': policy, 'AWS::IAM::ManagedPolicy': managedPolicy };
