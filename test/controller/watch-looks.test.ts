/** What the watch makes of the answers of AWS, place by place. */
import type { EventSelector } from '@aws-sdk/client-cloudtrail';
import { describe, expect, it } from 'vitest';
import { lookAtRule } from '../../shared/controller/watch/rule.ts';
import { recordedBy, type Selectors } from '../../shared/controller/watch/selectors.ts';
import { lookAtTrails } from '../../shared/controller/watch/trails.ts';
import type { AwsGateway } from '../../shared/model/aws-call.ts';
import type { TrailInfo } from '../../shared/model/operations.ts';

const bus = 'arn:aws:events:eu-west-1:333333333333:event-bus/lockstep';
const role = 'arn:aws:iam::111111111111:role/team/forwarder';
const trailArn = 'arn:aws:cloudtrail:us-east-1:111111111111:trail/all';
const place = { account: '111111111111', region: 'eu-west-1', sources: ['s3.amazonaws.com'], replications: ['orders-dr'] };

class Refused {
  readonly code: string;
  constructor(code: string) {
    this.code = code;
  }
}

/** Answers by operation; what is not named answers with nothing in it. */
function watchOf(answers: Readonly<Record<string, object>>) {
  const gateway: AwsGateway = {
    send: async (call) => {
      const answer = answers[call.operation] ?? {};
      return answer instanceof Refused
        ? { ok: false, error: { code: answer.code, message: 'no', caller: 'the observer' } }
        : { ok: true, output: answer as never };
    },
  };
  return { rule: 'lockstep-forward', bus, heartbeatMinutes: 0, gateway };
}

const denied = new Refused('AccessDeniedException');

describe('the look at the rule of a place', () => {
  const forwarding = {
    'events:DescribeRule': { State: 'ENABLED' },
    'events:ListTargetsByRule': { Targets: [{ Id: 'lockstep', Arn: bus, RoleArn: role }] },
  };

  it.each<{ because: string; answers: Readonly<Record<string, object>>; broken: readonly unknown[]; unknown?: number }>([
    { because: 'it is on and sends to the hub', answers: forwarding, broken: [] },
    {
      because: 'a target of old needs no role',
      answers: { ...forwarding, 'events:ListTargetsByRule': { Targets: [{ Id: 'lockstep', Arn: bus }] } },
      broken: [],
    },
    {
      because: 'it went between the two calls',
      answers: { ...forwarding, 'events:ListTargetsByRule': new Refused('ResourceNotFoundException') },
      broken: [expect.stringContaining('is gone')],
    },
    {
      because: 'its targets may not be seen',
      answers: { ...forwarding, 'events:ListTargetsByRule': denied },
      broken: [],
      unknown: 1,
    },
    {
      because: 'it has no targets',
      answers: { ...forwarding, 'events:ListTargetsByRule': {} },
      broken: [expect.stringContaining('does not send to')],
    },
    { because: 'the role may not be seen', answers: { ...forwarding, 'iam:GetRole': denied }, broken: [], unknown: 1 },
    {
      because: 'the role is gone',
      answers: { ...forwarding, 'iam:GetRole': new Refused('NoSuchEntity') },
      broken: [expect.stringContaining(role)],
    },
  ])('tells what is broken apart from what cannot be told: $because', async ({ answers, broken, unknown = 0 }) => {
    const found = await lookAtRule(watchOf(answers), place);

    expect(found.broken).toEqual(broken);
    expect(found.unknown).toHaveLength(unknown);
  });
});

describe('the look at the trails of a place', () => {
  const trail = { Name: 'all', TrailARN: trailArn, HomeRegion: 'us-east-1' };
  const logging = { 'cloudtrail:DescribeTrails': { trailList: [trail] }, 'cloudtrail:GetTrailStatus': { IsLogging: true } };
  const chosen = { ...logging, 'cloudtrail:DescribeTrails': { trailList: [{ ...trail, HasCustomEventSelectors: true }] } };

  it.each<{ because: string; answers: Readonly<Record<string, object>>; broken: readonly unknown[]; unknown?: number }>([
    { because: 'one records everything', answers: logging, broken: [] },
    { because: 'there is none', answers: {}, broken: [expect.stringContaining('No trail records changes of s3.amazonaws.com')] },
    {
      because: 'nobody may say whether it is on',
      answers: { ...logging, 'cloudtrail:GetTrailStatus': denied },
      broken: [],
      unknown: 1,
    },
    {
      because: 'nobody may say what it records',
      answers: { ...chosen, 'cloudtrail:GetEventSelectors': denied },
      broken: [],
      unknown: 1,
    },
    {
      because: 'it was told to leave our services out',
      answers: { ...chosen, 'cloudtrail:GetEventSelectors': { EventSelectors: [{ IncludeManagementEvents: false }] } },
      broken: [expect.stringContaining(`The trail ${trailArn} leaves out s3.amazonaws.com`)],
    },
    {
      because: 'a second one records what the first leaves out',
      answers: {
        ...chosen,
        'cloudtrail:DescribeTrails': {
          trailList: [
            { ...trail, HasCustomEventSelectors: true },
            { ...trail, Name: 'more' },
          ],
        },
        'cloudtrail:GetEventSelectors': { EventSelectors: [{ ReadWriteType: 'ReadOnly' }] },
      },
      broken: [],
    },
  ])('is content with one that records: $because', async ({ answers, broken, unknown = 0 }) => {
    const found = await lookAtTrails(watchOf(answers), place);

    expect(found.broken).toEqual(broken);
    expect(found.unknown).toHaveLength(unknown);
  });
});

describe('what a trail records', () => {
  const page = 'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html';
  const management = { Field: 'eventCategory', Equals: ['Management'] };
  const advanced = (...FieldSelectors: readonly object[]): Selectors =>
    ({ AdvancedEventSelectors: [{ FieldSelectors }] }) as Selectors;
  const basic = (selector: EventSelector): Selectors => ({ EventSelectors: [selector] });

  it.each<{ because: string; selectors: Selectors; trail?: TrailInfo; source?: string; records: boolean }>([
    { because: 'nobody chose: all of it', selectors: {}, records: true },
    {
      because: 'global services are left out',
      selectors: {},
      trail: { IncludeGlobalServiceEvents: false },
      source: 'iam.amazonaws.com',
      records: false,
    },
    { because: 'only global ones are', selectors: {}, trail: { IncludeGlobalServiceEvents: false }, records: true },
    { because: 'reads only', selectors: basic({ ReadWriteType: 'ReadOnly' }), records: false },
    {
      because: 'not KMS',
      selectors: basic({ ExcludeManagementEventSources: ['kms.amazonaws.com'] }),
      source: 'kms.amazonaws.com',
      records: false,
    },
    {
      because: 'not KMS, but all else',
      selectors: basic({ ExcludeManagementEventSources: ['kms.amazonaws.com'] }),
      records: true,
    },
    { because: 'all management events', selectors: advanced(management), records: true },
    { because: 'data events only', selectors: advanced({ Field: 'eventCategory', Equals: ['Data'] }), records: false },
    { because: 'writes', selectors: advanced(management, { Field: 'readOnly', Equals: ['false'] }), records: true },
    { because: 'reads', selectors: advanced(management, { Field: 'readOnly', Equals: ['true'] }), records: false },
    { because: 'all but writes', selectors: advanced(management, { Field: 'readOnly', NotEquals: ['false'] }), records: false },
    {
      because: 'this service',
      selectors: advanced(management, { Field: 'eventSource', Equals: ['s3.amazonaws.com'] }),
      records: true,
    },
    {
      because: 'another service',
      selectors: advanced(management, { Field: 'eventSource', Equals: ['ec2.amazonaws.com'] }),
      records: false,
    },
    {
      because: 'all but this service',
      selectors: advanced(management, { Field: 'eventSource', NotEquals: ['s3.amazonaws.com'] }),
      records: false,
    },
    {
      because: 'all but another',
      selectors: advanced(management, { Field: 'eventSource', NotEquals: ['kms.amazonaws.com'] }),
      records: true,
    },
    {
      because: 'a narrower choice, seldom of nothing',
      selectors: advanced(management, { Field: 'eventName', Equals: ['PutBucketPolicy'] }),
      records: true,
    },
  ])(`follows from its selectors: $because (${page})`, ({ selectors, trail = {}, source = 's3.amazonaws.com', records }) => {
    expect(recordedBy(selectors, trail, source)).toBe(records);
  });
});
