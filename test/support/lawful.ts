/** Watches a gateway and notes every call that a law of Lockstep forbids. */
import type { AwsCall, AwsGateway } from '../../shared/model/aws-call.ts';
import { type Operation, operations } from '../../shared/model/operations.ts';
import { isWrite, type Sent, wrapped } from './gateways.ts';
import { isOurNotification, isOurs, type JsonObject, notificationsIn, statementsIn } from './meaning.ts';

/** What the core may write at all; making buckets and keys is the command line's, run by a person. */
const allowedWrites = new Set<Operation>([
  's3:PutBucketVersioning',
  's3:PutBucketEncryption',
  's3:PutBucketReplication',
  's3:PutBucketPolicy',
  's3:PutPublicAccessBlock',
  's3:PutBucketOwnershipControls',
  's3:PutBucketLifecycleConfiguration',
  's3:PutBucketNotificationConfiguration',
  'kms:EnableKey',
  'kms:CancelKeyDeletion',
  'kms:PutKeyPolicy',
  'iam:CreateRole',
  'iam:UpdateAssumeRolePolicy',
  'iam:PutRolePolicy',
]);

/** Taking away what others put there: only where a document says `exclusive`. */
const exclusiveWrites = new Set<Operation>(['iam:DeleteRolePolicy', 'iam:DetachRolePolicy']);

/** The read that must have shown what a write replaces, and AWS's codes for "not set". */
const shownBy: Partial<Record<Operation, { readonly read: Operation; readonly notSet?: string }>> = {
  's3:PutBucketVersioning': { read: 's3:GetBucketVersioning' },
  's3:PutBucketEncryption': { read: 's3:GetBucketEncryption' },
  's3:PutBucketReplication': { read: 's3:GetBucketReplication', notSet: 'ReplicationConfigurationNotFoundError' },
  's3:PutBucketPolicy': { read: 's3:GetBucketPolicy', notSet: 'NoSuchBucketPolicy' },
  's3:PutPublicAccessBlock': { read: 's3:GetPublicAccessBlock', notSet: 'NoSuchPublicAccessBlockConfiguration' },
  's3:PutBucketOwnershipControls': { read: 's3:GetBucketOwnershipControls', notSet: 'OwnershipControlsNotFoundError' },
  's3:PutBucketLifecycleConfiguration': { read: 's3:GetBucketLifecycleConfiguration', notSet: 'NoSuchLifecycleConfiguration' },
  's3:PutBucketNotificationConfiguration': { read: 's3:GetBucketNotificationConfiguration' },
  'kms:EnableKey': { read: 'kms:DescribeKey' },
  'kms:CancelKeyDeletion': { read: 'kms:DescribeKey' },
  'kms:PutKeyPolicy': { read: 'kms:GetKeyPolicy' },
  'iam:CreateRole': { read: 'iam:GetRole', notSet: 'NoSuchEntity' },
  'iam:UpdateAssumeRolePolicy': { read: 'iam:GetRole' },
  'iam:PutRolePolicy': { read: 'iam:GetRolePolicy', notSet: 'NoSuchEntity' },
};

type Fields = Readonly<Record<string, unknown>>;

const subjectOf = ({ input }: AwsCall): unknown => {
  const { Bucket, KeyId, RoleName } = input as Fields;
  return Bucket ?? KeyId ?? RoleName;
};

interface Content {
  readonly foreign: readonly unknown[];
}

const parsed = (text: unknown): unknown =>
  typeof text !== 'string' ? undefined : JSON.parse(text.startsWith('%') ? decodeURIComponent(text) : text);
const statements = (policy: unknown): Content => ({ foreign: statementsIn(policy).filter(({ Sid }) => !isOurs(Sid)) });
const rules = (given: unknown): Content => ({
  foreign: ((given as readonly JsonObject[] | undefined) ?? []).filter(({ ID }) => !isOurs(ID)),
});

/** The part of a setting that is not ours, as it stands in the answer of a read. */
const foreignRead: Partial<Record<Operation, (output: Fields) => Content>> = {
  's3:GetBucketPolicy': ({ Policy }) => statements(parsed(Policy)),
  'kms:GetKeyPolicy': ({ Policy }) => statements(parsed(Policy)),
  'iam:GetRole': ({ Role }) => statements(parsed((Role as Fields).AssumeRolePolicyDocument)),
  's3:GetBucketReplication': ({ ReplicationConfiguration }) => rules((ReplicationConfiguration as Fields).Rules),
  's3:GetBucketLifecycleConfiguration': ({ Rules }) => rules(Rules),
  's3:GetBucketEncryption': ({ ServerSideEncryptionConfiguration }) => encryption(ServerSideEncryptionConfiguration),
  's3:GetBucketNotificationConfiguration': (output) => notifications(output),
};

/** The same part, as it stands in a write. */
const foreignWritten: Partial<Record<Operation, (input: Fields) => Content>> = {
  's3:PutBucketPolicy': ({ Policy }) => statements(parsed(Policy)),
  'kms:PutKeyPolicy': ({ Policy }) => statements(parsed(Policy)),
  'iam:UpdateAssumeRolePolicy': ({ PolicyDocument }) => statements(parsed(PolicyDocument)),
  's3:PutBucketReplication': ({ ReplicationConfiguration }) => rules((ReplicationConfiguration as Fields).Rules),
  's3:PutBucketLifecycleConfiguration': ({ LifecycleConfiguration }) => rules((LifecycleConfiguration as Fields).Rules),
  's3:PutBucketEncryption': ({ ServerSideEncryptionConfiguration }) => encryption(ServerSideEncryptionConfiguration),
  's3:PutBucketNotificationConfiguration': ({ NotificationConfiguration }) => notifications(NotificationConfiguration as Fields),
};

const notifications = (configuration: Fields): Content => ({
  foreign: [
    ...notificationsIn(configuration).filter((told) => !isOurNotification(told)),
    configuration.EventBridgeConfiguration ?? 'no events on the bus',
  ],
});

function encryption(configuration: unknown): Content {
  const [rule = {}] = ((configuration as Fields).Rules as readonly Fields[] | undefined) ?? [];
  const { ApplyServerSideEncryptionByDefault: _, BucketKeyEnabled: __, ...others } = rule;
  return { foreign: [others] };
}

/**
 * @param exclusive whether some document lets Lockstep remove what is not its own
 * @returns the gateway, and the breaches so far, one sentence each
 */
export function lawful(aws: AwsGateway, { exclusive = false } = {}): AwsGateway & { readonly breaches: string[] } {
  const breaches: string[] = [];
  const lastRead = new Map<string, Sent>();
  const gateway = wrapped(aws, async (call, send) => {
    breaches.push(...breachesOf(call, lastRead, exclusive).map((breach) => `${call.operation} ${subjectOf(call)}: ${breach}`));
    const reply = await send();
    if (!isWrite(call)) lastRead.set(`${call.operation} ${subjectOf(call)}`, { call, reply });
    return reply;
  });
  return { ...gateway, breaches };
}

function breachesOf(call: AwsCall, lastRead: ReadonlyMap<string, Sent>, exclusive: boolean): readonly string[] {
  const { operation, account, input } = call;
  const fields = input as Fields;
  const unguarded = operation.startsWith('s3:') && fields.ExpectedBucketOwner !== account;
  return [
    ...(unguarded ? [`ExpectedBucketOwner is ${fields.ExpectedBucketOwner}, not ${account}`] : []),
    ...(operations[operation].kind === 'write' ? breachesOfWrite(call, lastRead, exclusive) : []),
  ];
}

function breachesOfWrite(
  { operation, input, ...call }: AwsCall,
  lastRead: ReadonlyMap<string, Sent>,
  exclusive: boolean,
): readonly string[] {
  const fields = input as Fields;
  const isAllowed = allowedWrites.has(operation) || (exclusive && exclusiveWrites.has(operation));
  const suspends = operation === 's3:PutBucketVersioning' && (fields.VersioningConfiguration as Fields).Status !== 'Enabled';
  return [
    ...(isAllowed ? [] : ['is never to be sent']),
    ...(suspends ? ['suspends versioning'] : []),
    ...('BypassPolicyLockoutSafetyCheck' in fields ? ['bypasses the lockout check'] : []),
    ...blindness({ ...call, operation, input }, lastRead),
    ...(exclusive ? [] : losses({ ...call, operation, input }, lastRead)),
  ];
}

function readBefore(call: AwsCall, lastRead: ReadonlyMap<string, Sent>): Sent | undefined {
  const shown = shownBy[call.operation];
  return shown && lastRead.get(`${shown.read} ${subjectOf(call)}`);
}

/** Writing over what was not seen. */
function blindness(call: AwsCall, lastRead: ReadonlyMap<string, Sent>): readonly string[] {
  const shown = shownBy[call.operation];
  if (shown === undefined) return [];
  const read = readBefore(call, lastRead);
  if (read === undefined) return ['writes what was never read'];
  const isKnown = read.reply.ok || [shown.notSet, `${shown.notSet}Exception`].includes(read.reply.error.code);
  return isKnown ? [] : ['writes over what could not be read'];
}

/** Content of others that was there when last read and is not, or not so, in the write. */
function losses(call: AwsCall, lastRead: ReadonlyMap<string, Sent>): readonly string[] {
  const shown = shownBy[call.operation];
  const read = readBefore(call, lastRead);
  const after = foreignWritten[call.operation]?.(call.input as unknown as Fields);
  if (shown === undefined || !read?.reply.ok || after === undefined) return [];
  const before = foreignRead[shown.read]?.(read.reply.output as Fields);
  const [was, is] = [JSON.stringify(before?.foreign), JSON.stringify(after.foreign)];
  return was === is ? [] : [`changes what is not ours from ${was} to ${is}`];
}
