/** Messages as S3 and SNS send them about objects that were not replicated. */

export interface Failure {
  readonly bucket?: string;
  readonly rule?: string | undefined;
  readonly destination?: string;
  readonly key?: string;
  readonly versionId?: string;
  readonly operation?: string;
  readonly reason?: string | undefined;
  readonly time?: string;
  readonly requested?: string;
  readonly eventName?: string;
}

/** One record, as on https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-metrics-events.html */
export const aRecord = ({
  bucket = 'orders',
  rule = 'lockstep-orders-dr',
  destination = 'orders-dr',
  key = 'a/b+c.txt',
  versionId = 'v1',
  operation = 'OBJECT_PUT',
  reason = 'DstPutObjectNotPermitted',
  time = '2026-03-01T12:00:05.000Z',
  requested = '2026-03-01T12:00:01.000Z',
  eventName = 'Replication:OperationFailedReplication',
}: Failure = {}) => ({
  ...{ eventVersion: '2.2', eventSource: 'aws:s3', awsRegion: 'eu-west-1', eventTime: time, eventName },
  userIdentity: { principalId: 's3.amazonaws.com' },
  requestParameters: { sourceIPAddress: 's3.amazonaws.com' },
  responseElements: {
    'x-amz-request-id': '123bf045-2b4b-4ca8-a211-c34a63c59426',
    'x-amz-id-2': '12VAWNDIHnwJsRhTccqQTeAPoXQmRt22KkewMV8G3XZihAuf9CLDdmkApgZzudaIe2KlLfDqGS0=',
  },
  s3: {
    s3SchemaVersion: '1.0',
    configurationId: 'lockstep-replication-failures',
    bucket: { name: bucket, ownerIdentity: { principalId: 'A1B2C3D4E5' }, arn: `arn:aws:s3:::${bucket}` },
    object: { key, size: 520080, eTag: 'e12345ca7e88a38428305d3ff7fcb99f', versionId, sequencer: '0066D9F0E2C4B1A5F3' },
  },
  replicationEventData: {
    replicationRuleId: rule,
    destinationBucket: `arn:aws:s3:::${destination}`,
    s3Operation: operation,
    requestTime: requested,
    failureReason: reason,
  },
});

export const bodyOf = (...failures: readonly Failure[]): string => JSON.stringify({ Records: failures.map(aRecord) });

const topic = 'arn:aws:sns:eu-west-1:111111111111:lockstep-replication-failures';

/** As a queue gets it without raw delivery. */
export const enveloped = (Message: string, more: object = {}): string =>
  JSON.stringify({
    ...{
      Type: 'Notification',
      MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
      TopicArn: topic,
      Subject: 'Amazon S3 Notification',
    },
    ...{
      Message,
      Timestamp: '2026-03-01T12:00:06.000Z',
      SignatureVersion: '1',
      Signature: 'EXAMPLE',
      SigningCertURL: 'https://sns.eu-west-1.amazonaws.com/x.pem',
    },
    ...more,
  });

export const asksToConfirm = (TopicArn: string = topic): string =>
  JSON.stringify({
    Type: 'SubscriptionConfirmation',
    MessageId: 'm',
    Token: 'a-token',
    TopicArn,
    Message: 'You have chosen …',
    SubscribeURL: 'https://sns…',
  });

export const testEvent = JSON.stringify({
  ...{
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: '2026-03-01T12:00:00.000Z',
    Bucket: 'orders',
    RequestId: 'R',
    HostId: 'H',
  },
});
