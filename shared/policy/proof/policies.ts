/** The policies of a replication, named as people know them, ready for the evaluator. */
import type { Level, NamedPolicy, Policies, Principal, ResourcePolicy } from '../evaluate.ts';
import {
  accountOfArn,
  type BucketState,
  isUnreadable,
  type KeyState,
  known,
  type PolicyText,
  type Read,
  type ReplicationState,
  type RoleState,
  type Unreadable,
} from '../replication-state.ts';

export const roleNameOf = (role: RoleState): string => role.arn.slice(role.arn.lastIndexOf('/') + 1);

function named(label: string, account: string, document: PolicyText | Unreadable): NamedPolicy {
  return isUnreadable(document) ? { label, account, unread: document.unreadable } : { label, account, document };
}

/** One unread policy stands for a list that was not read. */
function namedAll(
  policies: Read<Readonly<Record<string, PolicyText | Unreadable>>> | undefined,
  account: string,
  what: string,
  label: (name: string) => string,
): readonly NamedPolicy[] {
  const read = known(policies);
  if (read.is === 'absent') return [];
  if (read.is === 'unread') return [{ label: what, account, unread: read.reason }];
  return Object.entries(read.value).map(([name, document]) => named(label(name), account, document));
}

const shortName = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

function identityPolicies(role: RoleState): readonly NamedPolicy[] {
  const account = accountOfArn(role.arn);
  const name = roleNameOf(role);
  return [
    ...namedAll(role.inline, account, `inline policies of role ${name}`, (policy) => `role policy ${policy}`),
    ...namedAll(role.attached, account, `attached policies of role ${name}`, (arn) => `attached policy ${shortName(arn)}`),
  ];
}

function boundaryOf(role: RoleState): NamedPolicy | undefined {
  const account = accountOfArn(role.arn);
  const read = known(role.boundary);
  if (read.is === 'absent') return undefined;
  if (read.is === 'unread') return { label: `permissions boundary of role ${roleNameOf(role)}`, account, unread: read.reason };
  return named(`permissions boundary ${shortName(read.value.arn)}`, account, read.value.document);
}

type OrganizationPolicies = 'serviceControlPolicies' | 'resourceControlPolicies';

const organizationNames = {
  serviceControlPolicies: ['service control policies', 'service control policy'],
  resourceControlPolicies: ['resource control policies', 'resource control policy'],
} as const;

/** What an organization lays on an account. An account in no organization, and the management account, are free of it. */
function levelsOf(
  state: ReplicationState,
  account: string,
  which: OrganizationPolicies,
  options: ProofOptions,
): readonly Level[] {
  const of = state.accounts?.[account];
  const [many, one] = organizationNames[which];
  if (of?.organization === null || of?.managementAccount === true) return [];
  const read = known(of?.[which]);
  if (read.is === 'absent') return [];
  if (read.is === 'known')
    return read.value.map((level) => Object.entries(level).map(([name, document]) => named(`${one} ${name}`, account, document)));
  return options.unreadOrganizationPolicies === 'note' && of?.[which] === undefined
    ? []
    : [[{ label: `${many} of account ${account}`, account, unread: read.reason }]];
}

export interface ProofOptions {
  /**
   * What SCPs and RCPs mean that nobody tried to read. `cannot-tell`: no hop is allowed without them. `note`: they are left
   * out, and `Proof.notRead` says so. Where AWS refused to show them no hop is allowed either way.
   */
  readonly unreadOrganizationPolicies?: 'cannot-tell' | 'note';
}

/** Accounts whose organization policies were not read. */
export function unreadOrganizations(state: ReplicationState): readonly string[] {
  const strict = { unreadOrganizationPolicies: 'cannot-tell' } as const;
  const lists = [
    ...levelsOf(state, accountOfArn(state.role.arn), 'serviceControlPolicies', strict),
    ...[state.source.account, state.destination.account].flatMap((account) =>
      levelsOf(state, account, 'resourceControlPolicies', strict),
    ),
  ];
  return [...new Set(lists.flat().flatMap((policy) => (policy.unread === undefined ? [] : [policy.label])))];
}

export function bucketPolicyOf(bucket: BucketState): ResourcePolicy | undefined {
  const label = `bucket policy of ${bucket.bucket}`;
  const read = known(bucket.policy);
  if (read.is === 'absent') return undefined;
  const at = { label, account: bucket.account, kind: 'resource' as const };
  return read.is === 'unread' ? { ...at, unread: read.reason } : { ...at, document: read.value };
}

// Nobody can change the policy of aws/s3: whoever may use S3 in the account may use it through S3, and nobody else.
// https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-cmk
const managedKeyPolicy = (key: KeyState) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'AWS managed key',
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
      Resource: '*',
      Condition: {
        StringEquals: {
          'kms:CallerAccount': accountOfArn(key.arn),
          'kms:ViaService': `s3.${key.arn.split(':')[3]}.amazonaws.com`,
        },
      },
    },
  ],
});

export function keyPolicyOf(key: KeyState): ResourcePolicy {
  const at = { label: `key policy of ${key.arn}`, account: accountOfArn(key.arn), kind: 'key' as const };
  const read = known(key.policy);
  if (read.is === 'known') return { ...at, document: read.value };
  if (key.manager === 'AWS') return { ...at, document: managedKeyPolicy(key) };
  return { ...at, unread: read.is === 'absent' ? 'a key always has a policy' : read.reason };
}

export function trustPolicyOf(role: RoleState): ResourcePolicy {
  const at = { label: `trust policy of role ${roleNameOf(role)}`, account: accountOfArn(role.arn), kind: 'trust' as const };
  const read = known(role.trust);
  return read.is === 'known'
    ? { ...at, document: read.value }
    : { ...at, unread: read.is === 'absent' ? 'a role always has one' : read.reason };
}

/** The policies that bear on what the replication role does to one resource. */
export interface RolePolicies {
  readonly principal: Principal;
  on(resource: ResourcePolicy | undefined, account: string, managedKey?: boolean): Policies;
}

type Membership = { readonly organization?: string | null; readonly organizationPath?: string };

function organizationOf(state: ReplicationState, account: string): Membership {
  const read = known(state.accounts?.[account]?.organization);
  const path = known(state.accounts?.[account]?.organizationPath);
  return {
    ...(read.is !== 'unread' && { organization: read.is === 'absent' ? null : read.value }),
    ...(path.is === 'known' && { organizationPath: path.value }),
  };
}

// The name S3 gives its session is not documented; public CloudTrail records show this one.
const sessionName = 's3-replication';

export function rolePolicies(state: ReplicationState, options: ProofOptions): RolePolicies {
  const { role } = state;
  const account = accountOfArn(role.arn);
  const identity = identityPolicies(role);
  const boundary = boundaryOf(role);
  const scps = levelsOf(state, account, 'serviceControlPolicies', options);
  const principal: Principal = {
    kind: 'role-session',
    account,
    roleArn: role.arn,
    ...(role.id !== undefined && { roleId: role.id }),
    sessionName,
    ...organizationOf(state, account),
  };
  return {
    principal,
    on: (resource, owner, managedKey = false) => ({
      identity,
      ...(boundary && { boundary }),
      ...(resource && { resource }),
      scps,
      // RCPs do not apply to AWS managed keys.
      rcps: managedKey ? [] : levelsOf(state, owner, 'resourceControlPolicies', options),
    }),
  };
}

/** For the call with which S3 takes on the role: no identity policies and no SCPs bind a service. */
export const assumePolicies = (state: ReplicationState, options: ProofOptions): Policies => ({
  resource: trustPolicyOf(state.role),
  rcps: levelsOf(state, accountOfArn(state.role.arn), 'resourceControlPolicies', options),
});
