/** The roles of the controller, each with what it needs and no more: what AWS will judge its calls by. */
import { CreateRoleCommand, type IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { aspects } from '../../../shared/aspects/index.ts';

export interface Statement {
  readonly Sid?: string;
  readonly Effect?: 'Allow' | 'Deny';
  readonly Action: readonly string[] | string;
  readonly Resource: readonly string[] | string;
  readonly Condition?: object;
}

interface Role {
  /** A name, or a path and a name. */
  readonly name: string;
  readonly account: string;
  readonly trust: object;
  readonly permissions: readonly Statement[];
}

const policy = (Statement: readonly object[]): string => JSON.stringify({ Version: '2012-10-17', Statement });

export const trustService = (Service: string): object => ({
  Effect: 'Allow',
  Principal: { Service },
  Action: 'sts:AssumeRole',
});

export const roleArn = (account: string, name: string): string => `arn:aws:iam::${account}:role/${name}`;

/** @returns the ARN */
export async function createRole(iam: IAMClient, { name: full, account, trust, permissions }: Role): Promise<string> {
  const at = full.lastIndexOf('/') + 1;
  const [path, RoleName] = [full.slice(0, at), full.slice(at)];
  await iam.send(new CreateRoleCommand({ RoleName, Path: `/${path}`, AssumeRolePolicyDocument: policy([trust]) }));
  const PolicyDocument = policy(permissions.map((statement) => ({ Effect: 'Allow', ...statement })));
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'lockstep', PolicyDocument }));
  return roleArn(account, full);
}

const alphabetical = (actions: readonly string[]): readonly string[] => [...new Set(actions)].sort();

const reads = alphabetical([
  ...aspects.flatMap(({ permissions }) => permissions.read),
  ...['cloudtrail:LookupEvents', 'cloudtrail:DescribeTrails', 'cloudtrail:GetEventSelectors', 'cloudtrail:GetTrailStatus'],
  ...['events:DescribeRule', 'events:ListTargetsByRule'],
]);
const writes = alphabetical(aspects.flatMap(({ permissions }) => permissions.write));

/** Reads the settings, who changed them, and what tells of changes. */
export const observing: readonly Statement[] = [{ Sid: 'ReadSettings', Action: reads, Resource: '*' }];

/** Reads and writes the settings; of roles it passes them to S3 alone, and leaves those of the controller itself alone. */
export const healing = (account: string, spokeRoles: readonly string[]): readonly Statement[] => [
  ...observing,
  { Sid: 'WriteSettings', Action: writes.filter((action) => action !== 'iam:PassRole'), Resource: '*' },
  {
    Sid: 'PassRolesToReplication',
    Action: 'iam:PassRole',
    Resource: roleArn(account, '*'),
    Condition: { StringEquals: { 'iam:PassedToService': 's3.amazonaws.com' } },
  },
  {
    Sid: 'NeverSkipTheLockoutCheck',
    Effect: 'Deny',
    Action: 'kms:PutKeyPolicy',
    Resource: '*',
    Condition: { Bool: { 'kms:BypassPolicyLockoutSafetyCheck': 'true' } },
  },
  {
    Sid: 'NeverTouchItself',
    Effect: 'Deny',
    Action: writes.filter((action) => action.startsWith('iam:')),
    Resource: spokeRoles.map((name) => roleArn(account, name)),
  },
];
