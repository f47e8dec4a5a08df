/**
 * What people paste, brought into the shape of `replication-state.ts`: answers of the AWS CLI unwrapped, policies parsed, one where a
 * list may stand made a list. Changes no meaning and never fails: what it does not know it leaves for the schema.
 */
import { asList, eachField, eachItem, inside, isPlain, type Plain, spelled, tagsByKey, withFields } from './plain.ts';
import { policyObject } from './policy-text.ts';
import { keyStates, objectOwnerships, payers, versioningStates } from './words.ts';

// Twelve digits are a number to whoever forgets the quotes; leading zeros are then lost.
export const accountId = (value: unknown): unknown =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 ? String(value).padStart(12, '0') : value;

const bucketName = (value: unknown): unknown => (typeof value === 'string' ? value.replace(/^arn:[^:]+:s3:::/, '') : value);

/** GetBucketVersioning of a bucket that never had it answers without Status, the AWS CLI then with nothing at all. */
function versioning(value: unknown): unknown {
  if (value === '' || (isPlain(value) && !('unreadable' in value) && value.Status === undefined)) return null;
  const status = spelled([...versioningStates, 'Disabled'])(inside(value, 'Status'));
  return status === 'Disabled' ? null : status;
}

function encryption(value: unknown): unknown {
  const configuration = inside(value, 'ServerSideEncryptionConfiguration');
  if (Array.isArray(configuration)) return { Rules: configuration };
  if (!isPlain(configuration) || 'unreadable' in configuration || 'Rules' in configuration) return configuration;
  return { Rules: ['SSEAlgorithm' in configuration ? { ApplyServerSideEncryptionByDefault: configuration } : configuration] };
}

function replication(value: unknown): unknown {
  const configuration = inside(value, 'ReplicationConfiguration');
  return isPlain(configuration) ? withFields(configuration, { Rules: asList }) : configuration;
}

function objectOwnership(value: unknown): unknown {
  const rules = inside(inside(value, 'OwnershipControls'), 'Rules');
  return spelled(objectOwnerships)(inside(Array.isArray(rules) ? rules[0] : rules, 'ObjectOwnership'));
}

function objectLock(value: unknown): unknown {
  const on = inside(inside(value, 'ObjectLockConfiguration'), 'ObjectLockEnabled');
  return on === 'Enabled' ? true : on;
}

const publicAccessBlock = (value: unknown): unknown => inside(value, 'PublicAccessBlockConfiguration');

// DescribeKey names them so; a key may be pasted whole.
const keyFacts = { Arn: 'arn', KeyState: 'state', KeyManager: 'manager', KeySpec: 'spec', KeyUsage: 'usage' } as const;

function key(value: unknown): unknown {
  if (typeof value === 'string') return { arn: value };
  if (!isPlain(value)) return value;
  const { KeyMetadata, ...rest } = value;
  const told = isPlain(KeyMetadata) ? KeyMetadata : {};
  const facts = Object.entries(keyFacts).flatMap(([from, to]) => (told[from] === undefined ? [] : [[to, told[from]]]));
  return withFields(
    { ...Object.fromEntries(facts), ...rest },
    { policy: policyObject, aliases: asList, tags: tagsByKey, state: spelled(keyStates), manager: spelled(['CUSTOMER', 'AWS']) },
  );
}

const keys = (value: unknown): unknown => eachItem(asList(value), key);

const bucket = (value: unknown): unknown =>
  isPlain(value)
    ? withFields(value, {
        account: accountId,
        bucket: bucketName,
        versioning,
        encryption,
        policy: policyObject,
        publicAccessBlock,
        objectOwnership,
        objectLock,
        payer: (payer) => spelled(payers)(inside(payer, 'Payer')),
        keys,
        replication,
      })
    : value;

/** GetRole tells whether there are a boundary and tags: what it leaves out is not there. */
function fromGetRole({ Arn, RoleId, AssumeRolePolicyDocument, PermissionsBoundary, Tags }: Plain): Plain {
  const boundary = inside(PermissionsBoundary, 'PermissionsBoundaryArn');
  return {
    ...(Arn !== undefined && { arn: Arn }),
    ...(RoleId !== undefined && { id: RoleId }),
    ...(AssumeRolePolicyDocument !== undefined && { trust: AssumeRolePolicyDocument }),
    ...(boundary === undefined && { boundary: null }),
    tags: Tags ?? {},
  };
}

/** By name: a record as it is, or a list as IAM's answers are. */
function policiesBy(names: readonly string[]) {
  return (value: unknown): unknown => {
    if (isPlain(value) && 'unreadable' in value) return value;
    if (isPlain(value) && names.some((name) => typeof value[name] === 'string')) return policiesBy(names)([value]);
    if (!Array.isArray(value)) return eachField(value, policyObject);
    const nameOf = (item: unknown, index: number): string => {
      const given = isPlain(item) ? names.map((name) => item[name]).find((name) => typeof name === 'string') : undefined;
      return typeof given === 'string' ? given : `policy ${index + 1}`;
    };
    return Object.fromEntries(value.map((item, index) => [nameOf(item, index), policyOf(item)]));
  };
}

/** A policy beside its name; only its name: its text is not known. */
function policyOf(item: unknown): unknown {
  const policy = isPlain(item) && 'document' in item ? policyObject(item.document) : policyObject(item);
  const isNameOnly = isPlain(policy) && !('Statement' in policy) && ('PolicyArn' in policy || 'PolicyName' in policy);
  return isNameOnly ? { unreadable: 'its text is not given' } : policy;
}

function boundary(value: unknown): unknown {
  if (value === null || (isPlain(value) && 'unreadable' in value)) return value;
  if (!isPlain(value) || !('arn' in value)) return { arn: 'boundary', document: policyObject(value) };
  const { policy, ...rest } = value;
  return withFields({ ...(policy !== undefined && { document: policy }), ...rest }, { document: policyObject });
}

const inline = (value: unknown): unknown => policiesBy(['PolicyName', 'name'])(value);
const attached = (value: unknown): unknown =>
  policiesBy(['PolicyArn', 'arn', 'PolicyName', 'name'])(inside(value, 'AttachedPolicies'));

function role(value: unknown): unknown {
  if (typeof value === 'string') return { arn: value };
  if (!isPlain(value)) return value;
  const { Role, ...rest } = value;
  const told = isPlain(Role) ? fromGetRole(Role) : {};
  return withFields({ ...told, ...rest }, { trust: policyObject, inline, attached, boundary, tags: tagsByKey });
}

// DescribePolicy of Organizations names a policy in its summary.
function level(value: unknown): unknown {
  if (!Array.isArray(value)) return eachField(value, policyObject);
  const named = value.map((item, index) => {
    const summary = inside(inside(item, 'Policy'), 'PolicySummary');
    const name = isPlain(summary) && typeof summary.Name === 'string' ? summary.Name : `policy ${index + 1}`;
    return [name, policyObject(item)];
  });
  return Object.fromEntries(named);
}

/** One level, where only one is given. */
const levels = (value: unknown): unknown =>
  isPlain(value) && 'unreadable' in value ? value : eachItem(isPlain(value) ? [value] : value, level);

const account = (value: unknown): unknown =>
  isPlain(value)
    ? withFields(value, {
        organization: (of) => inside(inside(of, 'Organization'), 'Id'),
        serviceControlPolicies: levels,
        resourceControlPolicies: levels,
        publicAccessBlock,
      })
    : value;

export const unwrapAccounts = (value: unknown): unknown => eachField(value, account);

const object = (value: unknown): unknown => {
  if (typeof value === 'string') return { key: value };
  return isPlain(value) ? withFields(value, { tags: tagsByKey }) : value;
};

/** The role that S3 is told to assume, where nothing else is said of a role. */
function roleInUse(source: unknown): unknown {
  const configuration = isPlain(source) ? source.replication : undefined;
  return isPlain(configuration) && typeof configuration.Role === 'string' ? { arn: configuration.Role } : undefined;
}

export function unwrapState(value: unknown): unknown {
  if (!isPlain(value)) return value;
  const state = withFields(value, { source: bucket, destination: bucket, role, accounts: unwrapAccounts, object });
  const implied = state.role === undefined ? roleInUse(state.source) : undefined;
  return implied === undefined ? state : { ...state, role: implied };
}
