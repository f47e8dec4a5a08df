import { describe, expect, it } from 'vitest';
import { eventNameOf, globalRegionOf, isDataEvent, isReadOnly } from '../../infra/sandbox/trail/names.ts';

const bucket = { Bucket: 'orders' };

describe('CloudTrail', () => {
  it.each([
    { service: 's3', operation: 'PutBucketPolicy', input: bucket, name: 'PutBucketPolicy' },
    { service: 's3', operation: 'PutPublicAccessBlock', input: bucket, name: 'PutBucketPublicAccessBlock' },
    { service: 's3', operation: 'PutPublicAccessBlock', input: { AccountId: '1' }, name: 'PutAccountPublicAccessBlock' },
    { service: 's3', operation: 'DeletePublicAccessBlock', input: { AccountId: '1' }, name: 'DeleteAccountPublicAccessBlock' },
    { service: 's3', operation: 'GetBucketLifecycleConfiguration', input: bucket, name: 'GetBucketLifecycle' },
    { service: 's3', operation: 'DeleteBucketLifecycle', input: bucket, name: 'DeleteBucketLifecycle' },
    { service: 'kms', operation: 'PutKeyPolicy', input: {}, name: 'PutKeyPolicy' },
  ])('calls $service:$operation $name', ({ service, operation, input, name }) => {
    expect(eventNameOf(service, operation, input)).toBe(name);
  });

  it.each([
    { service: 's3', operation: 'GetBucketPolicy', readOnly: true },
    { service: 's3', operation: 'PutBucketPolicy', readOnly: false },
    { service: 'kms', operation: 'Decrypt', readOnly: true },
    { service: 'kms', operation: 'GenerateDataKey', readOnly: true },
    { service: 'kms', operation: 'CreateGrant', readOnly: false },
    { service: 'kms', operation: 'EnableKey', readOnly: false },
    { service: 'sts', operation: 'AssumeRole', readOnly: true },
    { service: 'iam', operation: 'UpdateAssumeRolePolicy', readOnly: false },
    { service: 'events', operation: 'DisableRule', readOnly: false },
    { service: 'cloudtrail', operation: 'StopLogging', readOnly: false },
    { service: 'cloudtrail', operation: 'LookupEvents', readOnly: true },
  ])('takes $service:$operation for reading: $readOnly', ({ service, operation, readOnly }) => {
    expect(isReadOnly(service, operation)).toBe(readOnly);
  });

  it.each([
    { service: 's3', operation: 'GetObject', input: { ...bucket, Key: 'a' }, data: true },
    { service: 's3', operation: 'GetObjectLockConfiguration', input: bucket, data: false },
    { service: 's3', operation: 'ListObjectsV2', input: bucket, data: true },
    { service: 's3', operation: 'ListBuckets', input: {}, data: false },
    { service: 'sqs', operation: 'ReceiveMessage', input: {}, data: true },
    { service: 'sqs', operation: 'SetQueueAttributes', input: {}, data: false },
    { service: 'sns', operation: 'Publish', input: {}, data: true },
    { service: 'dynamodb', operation: 'TransactWriteItems', input: {}, data: true },
    { service: 'dynamodb', operation: 'UpdateTable', input: {}, data: false },
    { service: 'events', operation: 'PutEvents', input: {}, data: true },
    { service: 'kms', operation: 'Decrypt', input: {}, data: false },
  ])('takes $service:$operation for a data event: $data', ({ service, operation, input, data }) => {
    expect(isDataEvent(service, operation, input)).toBe(data);
  });

  it.each([
    { service: 'iam', from: 'eu-west-1', region: 'us-east-1' },
    { service: 'organizations', from: 'eu-west-1', region: 'us-east-1' },
    { service: 'iam', from: 'us-gov-east-1', region: 'us-gov-west-1' },
    { service: 'iam', from: 'cn-northwest-1', region: 'cn-north-1' },
    { service: 'sts', from: 'eu-west-1', region: undefined },
    { service: 's3', from: 'eu-west-1', region: undefined },
  ])('files a call of $service from $from in $region', ({ service, from, region }) => {
    expect(globalRegionOf(service, from)).toBe(region);
  });
});
