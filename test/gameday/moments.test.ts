import { describe, expect, it } from 'vitest';
import { eventsIn, provenIn, type Trial } from '../../shared/gameday/moments.ts';
import type { Sight } from '../../shared/gameday/sight.ts';
import { aRepair, aScene, aSight, aStatus, experiment, mark } from './scenes.ts';

const settingOf = (name: string) => {
  const setting = experiment(name).setting(aScene());
  if (setting === undefined) throw new Error(name);
  return setting;
};

const aTrial = (name: string, before: Partial<Sight> = {}): Trial => ({
  ...{
    setting: settingOf(name),
    ending: experiment(name).ending(aScene()),
    mark,
    alarm: 'lockstep-blocked',
    before: aSight(before),
  },
});

const kinds = (name: string, now: Partial<Sight>, before: Partial<Sight> = {}): readonly string[] =>
  eventsIn(aTrial(name, before), aSight(now)).map(({ kind }) => kind);

const since = '2026-03-01T12:00:03Z';
const denied = (Sid: string) => [{ reason: 'denied', statement: { Sid, Effect: 'Deny' }, remedy: 'ask' }];
const story = (more: object = {}) => ({
  ...{
    key: 'repaired orders-dr 1',
    fingerprint: 'f',
    body: JSON.stringify({ arn: 'arn:aws:s3:::orders' }),
    at: since,
    told: true,
  },
  ...more,
});
const alarm = (state: string) => new Map([['lockstep-blocked', { state, since }]]);
const failed = (count: number) => ({
  ...{ replication: 'orders-dr', since, last: since, from: since, outage: since, counts: { DstPutObjectNotPermitted: count } },
});
const mine = aRepair(settingOf('rule'));

describe('what has happened since the break', () => {
  it.each([
    { name: 'rule', now: {}, found: [], because: 'nothing is new' },
    { name: 'rule', now: { repairs: [mine] }, found: ['noticed', 'repaired'], because: 'a repair of the setting is new' },
    { name: 'rule', now: { repairs: [mine] }, before: { repairs: [mine] }, found: [], because: 'it was there before' },
    { name: 'rule', now: { repairs: [aRepair(settingOf('policy'))] }, found: [], because: 'it is of another setting' },
    {
      name: 'rule',
      now: { repairs: [{ ...mine, outcome: 'started' as const }] },
      found: ['noticed'],
      because: 'its end is not known',
    },
    {
      name: 'rule',
      now: { repairs: [{ ...mine, outcome: 'failed' as const }] },
      found: ['noticed', 'repair-failed'],
      because: 'it failed',
    },
    {
      name: 'deny',
      now: { status: aStatus({ verdict: 'blocked', since, blockers: denied(mark.sid) }) },
      found: ['noticed', 'blocked'],
      because: 'the very statement is named',
    },
    {
      name: 'deny',
      now: { status: aStatus({ verdict: 'blocked', since, blockers: denied('Theirs') }) },
      found: ['noticed'],
      because: 'it is another statement that is named',
    },
    {
      name: 'deny',
      now: { status: aStatus({ verdict: 'unproven', since }) },
      found: [],
      because: 'unproven is what a pass in between says',
    },
    { name: 'deny', now: { stories: [story()] }, found: ['told'], because: 'a story is new' },
    { name: 'deny', now: { stories: [story({ told: false })] }, found: [], because: 'it was claimed, and not published' },
    { name: 'deny', now: { stories: [story()] }, before: { stories: [story()] }, found: [], because: 'it was told before' },
    {
      name: 'rule',
      now: { stories: [story()], repairs: [mine] },
      before: { stories: [story()] },
      found: ['noticed', 'repaired', 'told'],
      because: 'the same story is not told twice a day',
    },
    {
      name: 'rule',
      now: { stories: [story({ at: '2026-02-27T12:00:00Z' })], repairs: [mine] },
      before: { stories: [story({ at: '2026-02-27T12:00:00Z' })] },
      found: ['noticed', 'repaired'],
      because: 'after a day it has to be told again',
    },
    { name: 'deny', now: { alarms: alarm('ALARM') }, found: ['alarm'], because: 'it went off' },
    { name: 'deny', now: { alarms: alarm('ALARM') }, before: { alarms: alarm('ALARM') }, found: [], because: 'it was on before' },
    { name: 'deny', now: { alarms: alarm('OK') }, found: [], because: 'it is quiet' },
    { name: 'deny', now: { alarms: { unreadable: 'AccessDenied' } }, found: [], because: 'alarms are not seen' },
    { name: 'deny', now: { failures: failed(1) }, found: ['counted'], because: 'a failure was counted' },
    {
      name: 'deny',
      now: { failures: failed(2) },
      before: { failures: failed(2) },
      found: [],
      because: 'these were counted before',
    },
    {
      name: 'deny',
      now: { probe: { key: 'k', version: 'v', replication: 'FAILED' } },
      found: ['probe-failed'],
      because: 'S3 says so',
    },
    { name: 'deny', now: { probe: { key: 'k', version: 'v', replication: 'PENDING' } }, found: [], because: 'S3 is still at it' },
  ])('is $found for $name, because $because', ({ name, now, before = {}, found }) => {
    expect(kinds(name, now, before)).toEqual(found);
  });

  it('tells who it was, by the event', () => {
    const actor = { kind: 'role', principal: 'arn:aws:iam::111111111111:role/Admin', session: 'lockstep-gameday' } as const;
    const change = {
      ...{ call: 'c', eventId: 'e', eventName: 'PutBucketReplication', time: since },
      ...{ account: '1', region: 'r', actor },
    };
    const [seen] = eventsIn(aTrial('rule'), aSight({ repairs: [{ ...mine, change }] }));

    expect(seen?.says).toBe(
      'The controller found the drift after PutBucketReplication by arn:aws:iam::111111111111:role/Admin (session lockstep-gameday).',
    );
  });

  it('takes the instant from where it was kept', () => {
    const events = eventsIn(aTrial('rule'), aSight({ repairs: [mine] }));

    expect(events.map(({ at }) => at)).toEqual(['2026-03-01T12:00:02Z', '2026-03-01T12:00:04Z']);
  });
});

describe('proven again', () => {
  it.each([
    { repairs: [mine], lastProof: '2026-03-01T12:00:05Z', is: true, because: 'the proof is later than the repair' },
    { repairs: [mine], lastProof: '2026-03-01T12:00:03Z', is: false, because: 'the proof is of before the repair' },
    { repairs: [], lastProof: '2026-03-01T12:00:03Z', is: true, because: 'it is another proof than before it was undone' },
    { repairs: [], lastProof: '2026-03-01T11:30:00Z', is: false, because: 'it is the proof of before' },
  ])('is $is where $because', ({ repairs, lastProof, is }) => {
    const found = provenIn(aTrial('rule'), aSight(), aSight({ repairs, status: aStatus({ lastProof }) }));

    expect(found.length === 1).toBe(is);
  });

  it('is not said of what is still blocked', () => {
    const status = aStatus({ verdict: 'blocked', lastProof: '2026-03-01T12:30:00Z' });

    expect(provenIn(aTrial('deny'), aSight(), aSight({ status }))).toEqual([]);
  });
});
