import { describe, expect, it } from 'vitest';
import type { Scene } from '../../shared/gameday/experiment.ts';
import { affectedBy, obstacles, type Situation } from '../../shared/gameday/readiness.ts';
import { aReplication, replications } from '../support/builders.ts';
import { aMemory, aScene, aStatus, experiment, now } from './scenes.ts';

const later = '2026-03-01T18:00:00Z';
const rule = experiment('rule');
const setting = 'replication-configuration arn:aws:s3:::orders';

const aSituation = (more: Partial<Situation> = {}, scene: Scene = aScene()): Situation => ({
  ...{ scene, memory: aMemory(scene), freeze: undefined, now },
  ...more,
});
const remembering = (more: Parameters<typeof aMemory>[1]) => ({ memory: aMemory(aScene(), more) });
const contest = (more: object) =>
  remembering({
    contests: new Map([
      [setting, { ...{ group: 'orders-dr', setting, holds: 0, rivals: [], digest: 'd', repairs: [] }, ...more }],
    ]),
  });
const failures = (last: string) => ({
  ...{ replication: 'orders-dr', since: last, last, from: last, outage: last, counts: { x: 1 } },
});

describe('whether a replication may be broken', () => {
  it('is yes for one that is proven and may be repaired', () => {
    expect(obstacles(rule, aSituation())).toEqual([]);
  });

  it.each([
    { given: { memory: undefined }, says: 'has not been looked at' },
    { given: { freeze: { reason: 'change freeze' } }, says: 'change freeze' },
    {
      given: remembering({ statuses: new Map([['orders-dr', aStatus({ verdict: 'drifted' })]]) }),
      says: 'is drifted, not proven',
    },
    {
      given: remembering({ statuses: new Map([['orders-dr', aStatus({ verdict: 'unproven' })]]) }),
      says: 'is unproven, not proven',
    },
    {
      given: remembering({
        pauses: new Map([['orders-dr', { replication: 'orders-dr', until: later, reason: 'keys', by: 'jane' }]]),
      }),
      says: 'paused until 2026-03-01 18:00:00 UTC by jane: keys',
    },
    { given: { scene: aScene(aReplication({ mode: 'observe' })) }, says: 'mode: observe' },
    { given: { scene: aScene({ ...aReplication(), orphanedSince: later }) }, says: 'orphaned' },
    { given: remembering({ fleet: { budget: { sweep: 's', since: later, drifted: 9, of: 10 } } }), says: 'too much drift' },
    { given: contest({ heldUntil: later }), says: 'contested, and left alone until 2026-03-01 18:00:00 UTC' },
    {
      given: contest({ repairs: ['2026-03-01T11:10:00Z', '2026-03-01T11:40:00Z'] }),
      says: 'repaired 2 times within the hour: once more, and the next drift would be contested. Wait until 2026-03-01 12:10:00 UTC',
    },
    {
      given: remembering({ failures: new Map([['orders-dr', failures('2026-03-01T11:55:00Z')]]) }),
      says: 'the last at 2026-03-01 11:55:00',
    },
  ] as const)('is no where $says', ({ given, says }) => {
    expect(obstacles(rule, aSituation(given)).join()).toContain(says);
  });

  it.each([
    {
      given: remembering({ failures: new Map([['orders-dr', failures('2026-03-01T11:30:00Z')]]) }),
      because: 'reports stopped long ago',
    },
    { given: contest({ heldUntil: '2026-03-01T11:00:00Z' }), because: 'the hold is over' },
    { given: contest({ repairs: ['2026-03-01T10:00:00Z', '2026-03-01T10:30:00Z'] }), because: 'these repairs have lasted' },
    {
      given: remembering({
        pauses: new Map([['orders-dr', { replication: 'orders-dr', until: '2026-03-01T11:00:00Z', reason: '', by: '' }]]),
      }),
      because: 'the pause is over',
    },
  ])('is yes all the same, because $because', ({ given }) => {
    expect(obstacles(rule, aSituation(given))).toEqual([]);
  });

  it('hangs on those too that share the setting, and on no others', () => {
    const [mine, sharing, apart] = replications({
      'orders-dr': {},
      'letters-dr': { source: { bucket: 'letters' } },
      'notes-dr': { source: { bucket: 'notes' }, destination: { bucket: 'notes-dr' } },
    });
    if (!mine || !sharing || !apart) throw new Error('three replications');
    const scene = aScene(mine, [sharing, apart]);
    const statuses = new Map(
      ['orders-dr', 'letters-dr', 'notes-dr'].map((name) => [
        name,
        aStatus({ verdict: name === 'orders-dr' ? 'proven' : 'drifted' }),
      ]),
    );
    const situation = { ...aSituation({}, scene), memory: aMemory(scene, { statuses }) };

    expect(affectedBy(experiment('policy'), scene).map(({ name }) => name)).toEqual(['orders-dr', 'letters-dr']);
    expect(obstacles(experiment('policy'), situation)).toEqual([expect.stringContaining('letters-dr is drifted')]);
    expect(obstacles(rule, situation)).toEqual([]);
  });
});
