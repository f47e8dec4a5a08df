/**
 * How CloudTrail names what was called, where it files it, and what it leaves out.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
 */

/** S3's events that are not named as the API operation is. */
const s3Names: Readonly<Record<string, string>> = {
  GetBucketLifecycleConfiguration: 'GetBucketLifecycle',
  PutBucketLifecycleConfiguration: 'PutBucketLifecycle',
  GetBucketNotificationConfiguration: 'GetBucketNotification',
  PutBucketNotificationConfiguration: 'PutBucketNotification',
  GetObjectLockConfiguration: 'GetBucketObjectLockConfiguration',
  PutObjectLockConfiguration: 'PutBucketObjectLockConfiguration',
  GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
  PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
  DeletePublicAccessBlock: 'DeleteBucketPublicAccessBlock',
};

const accountLevel: Readonly<Record<string, string>> = {
  GetPublicAccessBlock: 'GetAccountPublicAccessBlock',
  PutPublicAccessBlock: 'PutAccountPublicAccessBlock',
  DeletePublicAccessBlock: 'DeleteAccountPublicAccessBlock',
};

/**
 * Lambda's events carry the version of their operation.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html
 */
const lambdaNames: Readonly<Record<string, string>> = {
  AddPermission: 'AddPermission20150331v2',
  CreateEventSourceMapping: 'CreateEventSourceMapping20150331',
  CreateFunction: 'CreateFunction20150331',
  DeleteEventSourceMapping: 'DeleteEventSourceMapping20150331',
  DeleteFunction: 'DeleteFunction20150331',
  GetFunction: 'GetFunction20150331v2',
  GetFunctionConfiguration: 'GetFunctionConfiguration20150331v2',
  GetPolicy: 'GetPolicy20150331v2',
  ListFunctions: 'ListFunctions20150331',
  PutFunctionConcurrency: 'PutFunctionConcurrency20171031',
  RemovePermission: 'RemovePermission20150331v2',
  UpdateEventSourceMapping: 'UpdateEventSourceMapping20150331',
  UpdateFunctionCode: 'UpdateFunctionCode20150331v2',
  UpdateFunctionConfiguration: 'UpdateFunctionConfiguration20150331v2',
};

const has = (input: object, member: string): boolean => (input as Readonly<Record<string, unknown>>)[member] !== undefined;

/** @param service signing name; an S3 call without a bucket is one of the account's */
export function eventNameOf(service: string, operation: string, input: object): string {
  if (service === 'lambda') return lambdaNames[operation] ?? operation;
  if (service !== 's3') return operation;
  const ofAccount = has(input, 'Bucket') ? undefined : accountLevel[operation];
  return ofAccount ?? s3Names[operation] ?? operation;
}

/** Calls on contents rather than on resources: CloudTrail's event history has none of them, and trails only on request. */
const dataEvents: Readonly<Record<string, RegExp>> = {
  s3: /^(HeadBucket|ListObjects(V2)?|ListObjectVersions|ListMultipartUploads|DeleteObjects|CreateSession|WriteGetObjectResponse)$/,
  sqs: /Message/,
  sns: /^Publish/,
  dynamodb: /Item|^(Query|Scan|ExecuteStatement|ExecuteTransaction|BatchExecuteStatement)$/,
  monitoring: /^(PutMetricData|GetMetric(Data|Statistics|WidgetImage)|ListMetrics)$/,
  events: /^PutEvents$/,
  lambda: /^Invoke/,
};

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html */
export function isDataEvent(service: string, operation: string, input: object): boolean {
  return (service === 's3' && has(input, 'Key')) || (dataEvents[service]?.test(operation) ?? false);
}

const reading = /^(Get|List|Describe|Head|Lookup|BatchGet|Search|Simulate|Test|Check|Validate|Preview)/;

// KMS counts the use of a key as reading: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
const usesKey = /^(Encrypt|Decrypt|ReEncrypt|Generate|Sign$|Verify|DeriveSharedSecret)/;

export function isReadOnly(service: string, operation: string): boolean {
  // AWS's own example of a read-only management event is AssumeRole: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail-management.html
  if (service === 'sts') return true;
  if (service === 'kms' && usesKey.test(operation)) return true;
  return reading.test(operation);
}

export const eventSourceOf = (service: string): string => `${service}.amazonaws.com`;

/** The event source of EventBridge's envelope, e.g. `aws.s3`. */
export const envelopeSourceOf = (eventSource: string): string => `aws.${eventSource.replace(/\.amazonaws\.com$/, '')}`;

const globalServices = new Set(['iam', 'organizations', 'cloudfront', 'route53']);

/**
 * The one region in which a service without regions files its events.
 *
 * @see https://www.repost.aws/knowledge-center/eventbridge-rule-triggers-iam-single-region
 */
export function globalRegionOf(service: string, callRegion: string): string | undefined {
  if (!globalServices.has(service)) return undefined;
  if (callRegion.startsWith('us-gov-')) return 'us-gov-west-1';
  return callRegion.startsWith('cn-') ? 'cn-north-1' : 'us-east-1';
}
