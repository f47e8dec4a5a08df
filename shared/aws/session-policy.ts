/**
 * What is left of a role's rights in a session that repairs one thing: the settings of that bucket, key or role, and nothing else.
 * A session can only be given less than its role has.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
 */
import { bucketArn, partitionOf } from '../model/arn.ts';
import type { AwsCall } from '../model/aws-call.ts';
import { operations, serviceIn } from '../model/operations.ts';

export interface Needs {
  readonly permissions: { readonly read: readonly string[]; readonly write: readonly string[] };
}

interface Statement {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

/** Characters: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export const longestSessionPolicy = 2048;

/**
 * The policy for the session in which a call is sent. Calls on the same thing get the same policy, so that they share a session.
 *
 * @returns undefined where the call writes and what it writes to cannot be told: the role's own rights then hold
 */
export function sessionPolicies(aspects: readonly Needs[]): (call: AwsCall) => string | undefined {
  const reads = unique(aspects.flatMap(({ permissions }) => permissions.read));
  const writes = unique(aspects.flatMap(({ permissions }) => permissions.write));
  const known = new Map<string, string>();
  return (call) => {
    const service = serviceIn(call.operation);
    const resources = resourcesOf(call, service);
    if (resources === undefined && operations[call.operation].kind === 'write') return undefined;
    const key = `${service} ${resources?.join() ?? '*'}`;
    const policy = known.get(key) ?? policyFor(service, resources, { reads, writes, call });
    known.set(key, policy);
    return policy;
  };
}

const unique = (values: readonly string[]): readonly string[] => [...new Set(values)].sort();

interface Grants {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly call: AwsCall;
}

function policyFor(service: string, resources: readonly string[] | undefined, { reads, writes, call }: Grants): string {
  const own = (actions: readonly string[]): readonly string[] => actions.filter((action) => action.startsWith(`${service}:`));
  if (resources === undefined) return written([{ Effect: 'Allow', Action: own(reads), Resource: ['*'] }]);
  const Action = unique([...own(reads), ...own(writes)].filter((action) => action !== passRole));
  const passing = service === 's3' && writes.includes(passRole) ? [allowPass(call)] : [];
  const exact = written([{ Effect: 'Allow', Action, Resource: resources }, ...passing]);
  return exact.length <= longestSessionPolicy
    ? exact
    : written([{ Effect: 'Allow', Action: [`${service}:*`], Resource: resources }, ...passing]);
}

const passRole = 'iam:PassRole';

/** Which role, and to which service, is the role's own policy's to say. */
const allowPass = ({ account, region }: AwsCall): Statement => ({
  ...{ Effect: 'Allow', Action: [passRole], Resource: [`arn:${partitionOf(region)}:iam::${account}:role/*`] },
});

const written = (Statement: readonly Statement[]): string => JSON.stringify({ Version: '2012-10-17', Statement });

/** What the call is about; undefined where its input does not tell, or holds what would be a wildcard in a policy. */
function resourcesOf({ account, region, input }: AwsCall, service: string): readonly string[] | undefined {
  const { Bucket, KeyId, RoleName } = input as {
    readonly Bucket?: unknown;
    readonly KeyId?: unknown;
    readonly RoleName?: unknown;
  };
  const partition = partitionOf(region);
  if (service === 's3' && isPlain(Bucket)) return [bucketArn(partition, Bucket)];
  // An alias stands for a key that only KMS knows.
  if (service === 'kms' && isPlain(KeyId) && /^arn:[^:]+:kms:[^:]+:\d{12}:key\//.test(KeyId)) return [KeyId];
  // A call names the role without its path.
  if (service === 'iam' && isPlain(RoleName))
    return [`arn:${partition}:iam::${account}:role/${RoleName}`, `arn:${partition}:iam::${account}:role/*/${RoleName}`];
  return undefined;
}

const isPlain = (value: unknown): value is string => typeof value === 'string' && value !== '' && !/[*?$]/.test(value);
