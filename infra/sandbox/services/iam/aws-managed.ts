import type { ManagedPolicy } from './state.ts';

const allow = (actions: string | readonly string[]) => ({ Effect: 'Allow', Action: actions, Resource: '*' });

/** Cut down to the services that the local AWS has. */
const statements: Readonly<Record<string, readonly object[]>> = {
  AdministratorAccess: [allow('*')],
  PowerUserAccess: [
    { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
    allow(['iam:CreateServiceLinkedRole', 'iam:DeleteServiceLinkedRole', 'iam:ListRoles', 'organizations:DescribeOrganization']),
  ],
  ReadOnlyAccess: [
    allow([
      'iam:Get*',
      'iam:List*',
      'iam:Generate*',
      'iam:Simulate*',
      'kms:Describe*',
      'kms:Get*',
      'kms:List*',
      's3:Get*',
      's3:List*',
      's3:DescribeJob',
      'ssm:Describe*',
      'ssm:Get*',
      'ssm:List*',
      'sts:GetAccessKeyInfo',
      'sts:GetCallerIdentity',
      'sts:GetSessionToken',
    ]),
  ],
  SecurityAudit: [
    allow([
      'iam:Get*',
      'iam:List*',
      'kms:Describe*',
      'kms:GetKeyPolicy',
      'kms:GetKeyRotationStatus',
      'kms:List*',
      's3:GetAccountPublicAccessBlock',
      's3:GetBucket*',
      's3:GetEncryptionConfiguration',
      's3:GetLifecycleConfiguration',
      's3:GetReplicationConfiguration',
      's3:ListAllMyBuckets',
      's3:ListBucket',
      'ssm:Describe*',
      'ssm:List*',
    ]),
  ],
  AmazonS3FullAccess: [allow(['s3:*', 's3-object-lambda:*'])],
  AmazonS3ReadOnlyAccess: [allow(['s3:Get*', 's3:List*', 's3:Describe*', 's3-object-lambda:Get*', 's3-object-lambda:List*'])],
  AWSKeyManagementServicePowerUser: [
    allow([
      'kms:CreateAlias',
      'kms:CreateKey',
      'kms:DeleteAlias',
      'kms:Describe*',
      'kms:GenerateRandom',
      'kms:Get*',
      'kms:List*',
      'kms:TagResource',
      'kms:UntagResource',
      'iam:ListGroups',
      'iam:ListRoles',
      'iam:ListUsers',
    ]),
  ],
  IAMFullAccess: [allow(['iam:*', 'organizations:DescribeAccount', 'organizations:DescribeOrganization'])],
  IAMReadOnlyAccess: [allow(['iam:Get*', 'iam:List*', 'iam:Generate*', 'iam:Simulate*'])],
  AmazonSSMFullAccess: [allow(['ssm:*'])],
  AmazonSSMReadOnlyAccess: [allow(['ssm:Describe*', 'ssm:Get*', 'ssm:List*'])],
  AWSDenyAll: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
  'service-role/AWSLambdaBasicExecutionRole': [allow(['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'])],
};

const policies: ReadonlyMap<string, ManagedPolicy> = new Map(
  Object.entries(statements).map(([location, list], index) => {
    const policy = awsManaged(location, list, index);
    return [policy.arn, policy];
  }),
);

function awsManaged(location: string, list: readonly object[], index: number): ManagedPolicy {
  const created = new Date('2015-02-06T18:39:46Z');
  const document = JSON.stringify({ Version: '2012-10-17', Statement: list }, null, 2);
  return {
    name: location.slice(location.lastIndexOf('/') + 1),
    path: `/${location.slice(0, location.lastIndexOf('/') + 1)}`,
    arn: `arn:aws:iam::aws:policy/${location}`,
    id: `ANPAAWSMANAGED${String(index).padStart(7, '0')}`,
    description: undefined,
    created,
    updated: created,
    defaultVersion: 'v1',
    lastVersion: 1,
    versions: new Map([['v1', { id: 'v1', document, created }]]),
    tags: new Map(),
  };
}

/**
 * Policies that AWS itself keeps, readable and attachable in every account.
 *
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
export const awsManagedPolicy = (arn: string): ManagedPolicy | undefined => policies.get(arn);

export const awsManagedPolicies = (): Iterable<ManagedPolicy> => policies.values();
