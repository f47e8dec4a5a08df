import { describe, expect, it } from 'vitest';
import { eventPattern } from '../../infra/event-pattern.ts';
import { matches, parsePattern } from '../../infra/sandbox/services/eventbridge/pattern.ts';
import { aspects } from '../../shared/aspects/index.ts';
import { readHeartbeat } from '../../shared/controller/heartbeat.ts';
import { readChange } from '../../shared/controller/read-change.ts';

const pattern = eventPattern(aspects);
const text = JSON.stringify(pattern);

function eventOf(source: string, eventName: string, detail: object = {}, envelope: object = {}) {
  const eventSource = `${source}.amazonaws.com`;
  return {
    ...{ version: '0', id: 'e-1', source: `aws.${source}`, 'detail-type': 'AWS API Call via CloudTrail', resources: [] },
    ...{ account: '111111111111', region: 'eu-west-1', time: '2026-01-01T00:00:00Z' },
    ...envelope,
    detail: {
      ...{ eventSource, eventName, eventID: 'e-1', eventTime: '2026-01-01T00:00:00Z', awsRegion: 'eu-west-1' },
      ...{ readOnly: false, recipientAccountId: '111111111111', requestParameters: { bucketName: 'orders' } },
      ...detail,
    },
  };
}

const isForwarded = (event: object): boolean => matches(parsePattern(text, 2048), event as Parameters<typeof matches>[1]);

describe('the pattern of events to forward', () => {
  // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
  it('has room to spare in the 2,048 characters of a pattern', () => {
    expect(text.length).toBeLessThan(1900);
  });

  it.each([
    { event: eventOf('s3', 'DeleteBucketReplication'), because: 'it is a setting of a bucket' },
    { event: eventOf('s3', 'PutBucketLifecycle'), because: 'CloudTrail calls it so' },
    { event: eventOf('iam', 'UpdateAssumeRolePolicy'), because: 'it is a setting of a role' },
    { event: eventOf('kms', 'PutKeyPolicy'), because: 'it is a setting of a key' },
    {
      event: eventOf('kms', 'DeleteKey', {}, { 'detail-type': 'AWS Service Event via CloudTrail' }),
      because: 'KMS deletes keys by itself',
    },
    { event: eventOf('kms', 'DisableKey', { readOnly: undefined }), because: 'not every record says whether it is a read' },
  ])('lets $event.detail.eventName of $event.source pass, for $because', ({ event }) => {
    expect(isForwarded(JSON.parse(JSON.stringify(event)) as object)).toBe(true);
  });

  it.each([
    { event: eventOf('s3', 'GetBucketReplication', { readOnly: true }), because: 'it is a read' },
    { event: eventOf('s3', 'PutBucketPolicy', { errorCode: 'AccessDenied' }), because: 'it failed' },
    { event: eventOf('s3', 'PutBucketPolicy', { readOnly: true }), because: 'it says it is a read' },
    { event: eventOf('s3', 'PutKeyPolicy'), because: 'that is a call of another service' },
    { event: eventOf('s3', 'PutBucketLogging'), because: 'we keep no such setting' },
    { event: eventOf('sqs', 'SetQueueAttributes'), because: 'we keep nothing there' },
    { event: eventOf('s3', 'PutBucketPolicy', {}, { source: 'custom.s3' }), because: 'anybody can send under that name' },
    { event: eventOf('s3', 'PutBucketPolicy', {}, { 'detail-type': 'Object Created' }), because: 'it is no call' },
  ])('stops $event.detail.eventName of $event.source, for $because', ({ event }) => {
    expect(isForwarded(event)).toBe(false);
  });

  it('lets heartbeats pass, and nothing else of their source', () => {
    const beat = eventOf('s3', '', {}, { source: 'lockstep.heartbeat', 'detail-type': 'Heartbeat' });

    expect(isForwarded(beat)).toBe(true);
    expect(readHeartbeat(beat)).toEqual({ account: '111111111111', region: 'eu-west-1' });
    expect(isForwarded({ ...beat, 'detail-type': 'Other' })).toBe(false);
    expect(isForwarded({ ...beat, source: 'others.heartbeat' })).toBe(false);
  });

  it('lets exactly those names pass that the router understands', () => {
    const ours = { observerRole: 'lockstep-observer', healerRole: 'lockstep-healer' };
    const names = [...new Set(aspects.flatMap(({ changedBy }) => changedBy)), 'PutBucketLogging', 'CreateGrant'];
    const apart = ['s3', 'kms', 'iam'].flatMap((service) =>
      names.filter((name) => {
        const event = eventOf(service, name);
        const reading = readChange(event, ours);
        return isForwarded(event) === ('ignored' in reading && reading.ignored === 'unknown-event');
      }),
    );

    expect(apart).toEqual([]);
  });

  it('is the same whatever the order of the aspects', () => {
    expect(eventPattern(aspects.toReversed())).toEqual(pattern);
  });
});
