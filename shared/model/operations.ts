/**
 * The AWS operations Lockstep sends, each with the IAM action AWS authorises it by (the two names differ more often than not).
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
 */
import type * as cloudtrail from '@aws-sdk/client-cloudtrail';
import type * as cloudwatch from '@aws-sdk/client-cloudwatch';
import type * as events from '@aws-sdk/client-eventbridge';
import type * as iam from '@aws-sdk/client-iam';
import type * as kms from '@aws-sdk/client-kms';
import type * as organizations from '@aws-sdk/client-organizations';
import type * as s3 from '@aws-sdk/client-s3';
import type * as ssm from '@aws-sdk/client-ssm';
import type * as sts from '@aws-sdk/client-sts';

/** Input and output of every operation, as the SDK types them. */
export interface Operations {
  's3:CreateBucket': [s3.CreateBucketCommandInput, s3.CreateBucketCommandOutput];
  's3:DeleteBucketLifecycle': [s3.DeleteBucketLifecycleCommandInput, s3.DeleteBucketLifecycleCommandOutput];
  's3:DeleteBucketPolicy': [s3.DeleteBucketPolicyCommandInput, s3.DeleteBucketPolicyCommandOutput];
  's3:DeleteBucketReplication': [s3.DeleteBucketReplicationCommandInput, s3.DeleteBucketReplicationCommandOutput];
  's3:HeadBucket': [s3.HeadBucketCommandInput, s3.HeadBucketCommandOutput];
  's3:HeadObject': [s3.HeadObjectCommandInput, s3.HeadObjectCommandOutput];
  's3:PutObject': [s3.PutObjectCommandInput, s3.PutObjectCommandOutput];
  's3:DeleteObject': [s3.DeleteObjectCommandInput, s3.DeleteObjectCommandOutput];
  's3:GetBucketVersioning': [s3.GetBucketVersioningCommandInput, s3.GetBucketVersioningCommandOutput];
  's3:PutBucketVersioning': [s3.PutBucketVersioningCommandInput, s3.PutBucketVersioningCommandOutput];
  's3:GetBucketEncryption': [s3.GetBucketEncryptionCommandInput, s3.GetBucketEncryptionCommandOutput];
  's3:PutBucketEncryption': [s3.PutBucketEncryptionCommandInput, s3.PutBucketEncryptionCommandOutput];
  's3:GetBucketReplication': [s3.GetBucketReplicationCommandInput, s3.GetBucketReplicationCommandOutput];
  's3:PutBucketReplication': [s3.PutBucketReplicationCommandInput, s3.PutBucketReplicationCommandOutput];
  's3:GetBucketPolicy': [s3.GetBucketPolicyCommandInput, s3.GetBucketPolicyCommandOutput];
  's3:PutBucketPolicy': [s3.PutBucketPolicyCommandInput, s3.PutBucketPolicyCommandOutput];
  's3:GetPublicAccessBlock': [s3.GetPublicAccessBlockCommandInput, s3.GetPublicAccessBlockCommandOutput];
  's3:PutPublicAccessBlock': [s3.PutPublicAccessBlockCommandInput, s3.PutPublicAccessBlockCommandOutput];
  's3:GetBucketOwnershipControls': [s3.GetBucketOwnershipControlsCommandInput, s3.GetBucketOwnershipControlsCommandOutput];
  's3:PutBucketOwnershipControls': [s3.PutBucketOwnershipControlsCommandInput, s3.PutBucketOwnershipControlsCommandOutput];
  's3:GetBucketLifecycleConfiguration': [
    s3.GetBucketLifecycleConfigurationCommandInput,
    s3.GetBucketLifecycleConfigurationCommandOutput,
  ];
  's3:PutBucketLifecycleConfiguration': [
    s3.PutBucketLifecycleConfigurationCommandInput,
    s3.PutBucketLifecycleConfigurationCommandOutput,
  ];
  's3:GetObjectLockConfiguration': [s3.GetObjectLockConfigurationCommandInput, s3.GetObjectLockConfigurationCommandOutput];
  's3:GetBucketNotificationConfiguration': [
    s3.GetBucketNotificationConfigurationCommandInput,
    s3.GetBucketNotificationConfigurationCommandOutput,
  ];
  's3:PutBucketNotificationConfiguration': [
    s3.PutBucketNotificationConfigurationCommandInput,
    s3.PutBucketNotificationConfigurationCommandOutput,
  ];
  'kms:ListKeys': [kms.ListKeysCommandInput, kms.ListKeysCommandOutput];
  'kms:ListAliases': [kms.ListAliasesCommandInput, kms.ListAliasesCommandOutput];
  'kms:CreateKey': [kms.CreateKeyCommandInput, kms.CreateKeyCommandOutput];
  'kms:CreateAlias': [kms.CreateAliasCommandInput, kms.CreateAliasCommandOutput];
  'kms:DescribeKey': [kms.DescribeKeyCommandInput, kms.DescribeKeyCommandOutput];
  'kms:EnableKey': [kms.EnableKeyCommandInput, kms.EnableKeyCommandOutput];
  'kms:CancelKeyDeletion': [kms.CancelKeyDeletionCommandInput, kms.CancelKeyDeletionCommandOutput];
  'kms:GetKeyPolicy': [kms.GetKeyPolicyCommandInput, kms.GetKeyPolicyCommandOutput];
  'kms:PutKeyPolicy': [kms.PutKeyPolicyCommandInput, kms.PutKeyPolicyCommandOutput];
  'iam:GetRole': [iam.GetRoleCommandInput, iam.GetRoleCommandOutput];
  'iam:CreateRole': [iam.CreateRoleCommandInput, iam.CreateRoleCommandOutput];
  'iam:UpdateAssumeRolePolicy': [iam.UpdateAssumeRolePolicyCommandInput, iam.UpdateAssumeRolePolicyCommandOutput];
  'iam:ListRolePolicies': [iam.ListRolePoliciesCommandInput, iam.ListRolePoliciesCommandOutput];
  'iam:GetRolePolicy': [iam.GetRolePolicyCommandInput, iam.GetRolePolicyCommandOutput];
  'iam:PutRolePolicy': [iam.PutRolePolicyCommandInput, iam.PutRolePolicyCommandOutput];
  'iam:DeleteRolePolicy': [iam.DeleteRolePolicyCommandInput, iam.DeleteRolePolicyCommandOutput];
  'iam:ListAttachedRolePolicies': [iam.ListAttachedRolePoliciesCommandInput, iam.ListAttachedRolePoliciesCommandOutput];
  'iam:DeleteRole': [iam.DeleteRoleCommandInput, iam.DeleteRoleCommandOutput];
  'iam:DetachRolePolicy': [iam.DetachRolePolicyCommandInput, iam.DetachRolePolicyCommandOutput];
  'iam:GetPolicy': [iam.GetPolicyCommandInput, iam.GetPolicyCommandOutput];
  'iam:GetPolicyVersion': [iam.GetPolicyVersionCommandInput, iam.GetPolicyVersionCommandOutput];
  'organizations:DescribeOrganization': [
    organizations.DescribeOrganizationCommandInput,
    organizations.DescribeOrganizationCommandOutput,
  ];
  'organizations:DescribePolicy': [organizations.DescribePolicyCommandInput, organizations.DescribePolicyCommandOutput];
  'organizations:ListParents': [organizations.ListParentsCommandInput, organizations.ListParentsCommandOutput];
  'organizations:ListPoliciesForTarget': [
    organizations.ListPoliciesForTargetCommandInput,
    organizations.ListPoliciesForTargetCommandOutput,
  ];
  'organizations:ListRoots': [organizations.ListRootsCommandInput, organizations.ListRootsCommandOutput];
  'cloudtrail:DescribeTrails': [cloudtrail.DescribeTrailsCommandInput, cloudtrail.DescribeTrailsCommandOutput];
  'cloudtrail:GetEventSelectors': [cloudtrail.GetEventSelectorsCommandInput, cloudtrail.GetEventSelectorsCommandOutput];
  'cloudtrail:GetTrailStatus': [cloudtrail.GetTrailStatusCommandInput, cloudtrail.GetTrailStatusCommandOutput];
  'cloudtrail:LookupEvents': [cloudtrail.LookupEventsCommandInput, cloudtrail.LookupEventsCommandOutput];
  'cloudwatch:DescribeAlarms': [cloudwatch.DescribeAlarmsCommandInput, cloudwatch.DescribeAlarmsCommandOutput];
  'cloudwatch:GetMetricData': [cloudwatch.GetMetricDataCommandInput, cloudwatch.GetMetricDataCommandOutput];
  'events:DescribeRule': [events.DescribeRuleCommandInput, events.DescribeRuleCommandOutput];
  'events:ListTargetsByRule': [events.ListTargetsByRuleCommandInput, events.ListTargetsByRuleCommandOutput];
  'ssm:DeleteParameter': [ssm.DeleteParameterCommandInput, ssm.DeleteParameterCommandOutput];
  'ssm:DescribeParameters': [ssm.DescribeParametersCommandInput, ssm.DescribeParametersCommandOutput];
  'ssm:GetParameter': [ssm.GetParameterCommandInput, ssm.GetParameterCommandOutput];
  'ssm:GetParametersByPath': [ssm.GetParametersByPathCommandInput, ssm.GetParametersByPathCommandOutput];
  'ssm:PutParameter': [ssm.PutParameterCommandInput, ssm.PutParameterCommandOutput];
  'sts:GetCallerIdentity': [sts.GetCallerIdentityCommandInput, sts.GetCallerIdentityCommandOutput];
}

/** A trail as CloudTrail lists it. */
export type TrailInfo = cloudtrail.Trail;

export type Operation = keyof Operations;
export type Input<O extends Operation> = Operations[O][0];
export type Output<O extends Operation> = Omit<Operations[O][1], '$metadata'>;

/** `s3` of `s3:GetBucketPolicy`. */
export const serviceIn = (operation: Operation): string => operation.slice(0, operation.indexOf(':'));

interface OperationFacts {
  readonly kind: 'read' | 'write';
  /** The IAM action that must be allowed; where AWS asks for more than one, the one named after the operation. */
  readonly action: string;
}

const read = (action: string): OperationFacts => ({ kind: 'read', action });
const write = (action: string): OperationFacts => ({ kind: 'write', action });

export const operations: Readonly<Record<Operation, OperationFacts>> = {
  's3:CreateBucket': write('s3:CreateBucket'),
  's3:DeleteBucketLifecycle': write('s3:PutLifecycleConfiguration'),
  's3:DeleteBucketPolicy': write('s3:DeleteBucketPolicy'),
  's3:DeleteBucketReplication': write('s3:PutReplicationConfiguration'),
  's3:HeadBucket': read('s3:ListBucket'),
  's3:HeadObject': read('s3:GetObject'),
  's3:PutObject': write('s3:PutObject'),
  's3:DeleteObject': write('s3:DeleteObjectVersion'),
  's3:GetBucketVersioning': read('s3:GetBucketVersioning'),
  's3:PutBucketVersioning': write('s3:PutBucketVersioning'),
  's3:GetBucketEncryption': read('s3:GetEncryptionConfiguration'),
  's3:PutBucketEncryption': write('s3:PutEncryptionConfiguration'),
  's3:GetBucketReplication': read('s3:GetReplicationConfiguration'),
  's3:PutBucketReplication': write('s3:PutReplicationConfiguration'),
  's3:GetBucketPolicy': read('s3:GetBucketPolicy'),
  's3:PutBucketPolicy': write('s3:PutBucketPolicy'),
  's3:GetPublicAccessBlock': read('s3:GetBucketPublicAccessBlock'),
  's3:PutPublicAccessBlock': write('s3:PutBucketPublicAccessBlock'),
  's3:GetBucketOwnershipControls': read('s3:GetBucketOwnershipControls'),
  's3:PutBucketOwnershipControls': write('s3:PutBucketOwnershipControls'),
  's3:GetBucketLifecycleConfiguration': read('s3:GetLifecycleConfiguration'),
  's3:PutBucketLifecycleConfiguration': write('s3:PutLifecycleConfiguration'),
  's3:GetObjectLockConfiguration': read('s3:GetBucketObjectLockConfiguration'),
  's3:GetBucketNotificationConfiguration': read('s3:GetBucketNotification'),
  's3:PutBucketNotificationConfiguration': write('s3:PutBucketNotification'),
  'kms:ListKeys': read('kms:ListKeys'),
  'kms:ListAliases': read('kms:ListAliases'),
  'kms:CreateKey': write('kms:CreateKey'),
  'kms:CreateAlias': write('kms:CreateAlias'),
  'kms:DescribeKey': read('kms:DescribeKey'),
  'kms:EnableKey': write('kms:EnableKey'),
  'kms:CancelKeyDeletion': write('kms:CancelKeyDeletion'),
  'kms:GetKeyPolicy': read('kms:GetKeyPolicy'),
  'kms:PutKeyPolicy': write('kms:PutKeyPolicy'),
  'iam:GetRole': read('iam:GetRole'),
  'iam:CreateRole': write('iam:CreateRole'),
  'iam:UpdateAssumeRolePolicy': write('iam:UpdateAssumeRolePolicy'),
  'iam:ListRolePolicies': read('iam:ListRolePolicies'),
  'iam:GetRolePolicy': read('iam:GetRolePolicy'),
  'iam:PutRolePolicy': write('iam:PutRolePolicy'),
  'iam:DeleteRolePolicy': write('iam:DeleteRolePolicy'),
  'iam:ListAttachedRolePolicies': read('iam:ListAttachedRolePolicies'),
  'iam:DeleteRole': write('iam:DeleteRole'),
  'iam:DetachRolePolicy': write('iam:DetachRolePolicy'),
  'iam:GetPolicy': read('iam:GetPolicy'),
  'iam:GetPolicyVersion': read('iam:GetPolicyVersion'),
  'organizations:DescribeOrganization': read('organizations:DescribeOrganization'),
  'organizations:DescribePolicy': read('organizations:DescribePolicy'),
  'organizations:ListParents': read('organizations:ListParents'),
  'organizations:ListPoliciesForTarget': read('organizations:ListPoliciesForTarget'),
  'organizations:ListRoots': read('organizations:ListRoots'),
  'cloudtrail:DescribeTrails': read('cloudtrail:DescribeTrails'),
  'cloudtrail:GetEventSelectors': read('cloudtrail:GetEventSelectors'),
  'cloudtrail:GetTrailStatus': read('cloudtrail:GetTrailStatus'),
  'cloudtrail:LookupEvents': read('cloudtrail:LookupEvents'),
  'cloudwatch:DescribeAlarms': read('cloudwatch:DescribeAlarms'),
  'cloudwatch:GetMetricData': read('cloudwatch:GetMetricData'),
  'events:DescribeRule': read('events:DescribeRule'),
  'events:ListTargetsByRule': read('events:ListTargetsByRule'),
  'ssm:DeleteParameter': write('ssm:DeleteParameter'),
  'ssm:DescribeParameters': read('ssm:DescribeParameters'),
  'ssm:GetParameter': read('ssm:GetParameter'),
  'ssm:GetParametersByPath': read('ssm:GetParametersByPath'),
  'ssm:PutParameter': write('ssm:PutParameter'),
  'sts:GetCallerIdentity': read('sts:GetCallerIdentity'),
};
