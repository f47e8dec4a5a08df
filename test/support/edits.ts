/** What someone else does to the resources of a replication, through real SDK calls. */
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { GetKeyPolicyCommand, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  type LifecycleRule,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketReplicationCommand,
  type ReplicationConfiguration,
  type ReplicationRule,
} from '@aws-sdk/client-s3';
import type { Place } from './builders.ts';
import { isObject, type JsonObject } from './meaning.ts';
import type { Someone } from './world.ts';

export interface End extends Place {
  readonly bucket: string;
  /** ARN. */
  readonly key: string;
}

/** The replication that is put out of step. */
export interface Subject {
  readonly source: End;
  readonly destination: End;
  readonly role: { readonly name: string; readonly arn: string };
}

/** A person or a pipeline with all rights in both accounts and no idea of Lockstep. */
export interface They extends Subject {
  readonly someone: Someone;
}

export type Statements = readonly JsonObject[];
export type Edit<T> = (given: T) => T;

export const allow = (Principal: unknown, Action: unknown, Resource: unknown, more: object = {}): JsonObject =>
  ({ Effect: 'Allow', Principal, Action, Resource, ...more }) as JsonObject;
export const deny = (Principal: unknown, Action: unknown, Resource: unknown, more: object = {}): JsonObject => ({
  ...allow(Principal, Action, Resource, more),
  Effect: 'Deny',
});

/** Changes the statement of that Sid. */
export const on =
  (sid: string, change: Edit<JsonObject>): Edit<Statements> =>
  (statements) =>
    statements.map((statement) => (statement.Sid === sid ? change(statement) : statement));

export const without =
  (sid: string): Edit<Statements> =>
  (statements) =>
    statements.filter((statement) => statement.Sid !== sid);

export const beside =
  (...more: Statements): Edit<Statements> =>
  (statements) => [...statements, ...more];

/** Sets, or with undefined removes, elements of a statement. */
export const set =
  (elements: object): Edit<JsonObject> =>
  (statement) =>
    Object.fromEntries(Object.entries({ ...statement, ...elements }).filter(([, value]) => value !== undefined)) as JsonObject;

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

export const plusAction =
  (...actions: readonly string[]): Edit<JsonObject> =>
  (statement) =>
    set({ Action: [...asList(statement.Action), ...actions] })(statement);

export const minusAction =
  (action: string): Edit<JsonObject> =>
  (statement) =>
    set({ Action: asList(statement.Action).filter((one) => one !== action) })(statement);

const parsed = (text: string | undefined): { readonly Statement: Statements } => {
  const policy = JSON.parse(text?.startsWith('%') ? decodeURIComponent(text) : (text ?? '{}'));
  return { ...policy, Statement: asList(policy.Statement).filter(isObject) };
};

const edited = (text: string | undefined, edit: Edit<Statements>): string => {
  const policy = parsed(text);
  return JSON.stringify({ ...policy, Statement: edit(policy.Statement) });
};

export async function editBucketPolicy({ someone }: They, end: End, edit: Edit<Statements>): Promise<unknown> {
  const s3 = someone.s3(end);
  const Bucket = end.bucket;
  const read = await s3.send(new GetBucketPolicyCommand({ Bucket })).catch(() => undefined);
  const statements = edit(read === undefined ? [] : parsed(read.Policy).Statement);
  if (statements.length === 0) return s3.send(new DeleteBucketPolicyCommand({ Bucket }));
  return s3.send(
    new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement: statements }) }),
  );
}

export async function editKeyPolicy({ someone }: They, end: End, edit: Edit<Statements>): Promise<unknown> {
  const kms = someone.kms(end);
  const KeyId = end.key;
  const { Policy } = await kms.send(new GetKeyPolicyCommand({ KeyId }));
  return kms.send(new PutKeyPolicyCommand({ KeyId, Policy: edited(Policy, edit), BypassPolicyLockoutSafetyCheck: true }));
}

export async function editTrust({ someone, source, role }: They, edit: Edit<Statements>): Promise<unknown> {
  const iam = someone.iam(source);
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: role.name }));
  const PolicyDocument = edited(Role?.AssumeRolePolicyDocument, edit);
  return iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: role.name, PolicyDocument }));
}

export const ownPolicy = 'lockstep-replication';

export async function editRolePolicy({ someone, source, role }: They, edit: Edit<Statements>): Promise<unknown> {
  const iam = someone.iam(source);
  const named = { RoleName: role.name, PolicyName: ownPolicy };
  const { PolicyDocument } = await iam.send(new GetRolePolicyCommand(named));
  return iam.send(new PutRolePolicyCommand({ ...named, PolicyDocument: edited(PolicyDocument, edit) }));
}

export const putInline = ({ someone, source, role }: They, PolicyName: string, ...Statement: Statements): Promise<unknown> =>
  someone.iam(source).send(
    new PutRolePolicyCommand({
      RoleName: role.name,
      PolicyName,
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
    }),
  );

export const deleteInline = ({ someone, source, role }: They, PolicyName: string): Promise<unknown> =>
  someone.iam(source).send(new DeleteRolePolicyCommand({ RoleName: role.name, PolicyName }));

export async function deleteRole({ someone, source, role }: They): Promise<void> {
  const iam = someone.iam(source);
  const RoleName = role.name;
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  for (const PolicyName of PolicyNames) await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
  const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  for (const { PolicyArn } of AttachedPolicies) await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
  await iam.send(new DeleteRoleCommand({ RoleName }));
}

export const trustOf = (Service: string): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }] });

export const createRole = ({ someone, source }: They, RoleName: string, service = 's3.amazonaws.com'): Promise<unknown> =>
  someone.iam(source).send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trustOf(service) }));

export async function editReplication({ someone, source }: They, edit: Edit<ReplicationConfiguration>): Promise<unknown> {
  const s3 = someone.s3(source);
  const { ReplicationConfiguration: read } = await s3.send(new GetBucketReplicationCommand({ Bucket: source.bucket }));
  const ReplicationConfiguration = edit(read as ReplicationConfiguration);
  return s3.send(new PutBucketReplicationCommand({ Bucket: source.bucket, ReplicationConfiguration }));
}

export const editRules = (they: They, edit: Edit<readonly ReplicationRule[]>): Promise<unknown> =>
  editReplication(they, (configuration) => ({ ...configuration, Rules: [...edit(configuration.Rules ?? [])] }));

/** Changes the first rule that is ours. */
export const editRule = (they: They, change: Edit<ReplicationRule>): Promise<unknown> =>
  editRules(they, (rules) => {
    const at = rules.findIndex(({ ID }) => ID?.startsWith('lockstep'));
    return rules.map((rule, index) => (index === at ? change(rule) : rule));
  });

export const editDestination = (they: They, change: Edit<NonNullable<ReplicationRule['Destination']>>): Promise<unknown> =>
  editRule(they, (rule) => ({ ...rule, Destination: change(rule.Destination as NonNullable<ReplicationRule['Destination']>) }));

/** A rule of others to the same destination. */
export const foreignRule = ({ destination }: Subject, more: Partial<ReplicationRule> = {}): ReplicationRule => ({
  ID: 'team-archive',
  Priority: 50,
  Status: 'Enabled',
  Filter: { Prefix: 'archive/' },
  DeleteMarkerReplication: { Status: 'Disabled' },
  Destination: { Bucket: `arn:aws:s3:::${destination.bucket}` },
  ...more,
});

export const putLifecycle = ({ someone }: They, end: End, ...Rules: LifecycleRule[]): Promise<unknown> =>
  someone.s3(end).send(new PutBucketLifecycleConfigurationCommand({ Bucket: end.bucket, LifecycleConfiguration: { Rules } }));
