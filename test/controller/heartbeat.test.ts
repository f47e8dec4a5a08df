import { describe, expect, it } from 'vitest';
import { readHeartbeat } from '../../shared/controller/heartbeat.ts';
import { route } from '../../shared/controller/route.ts';
import { anEvent, samples } from '../fixtures/events/events.ts';
import { aRouting } from '../fixtures/events/fakes.ts';

const beat = {
  ...{ version: '0', id: 'b-1', source: 'lockstep.heartbeat', 'detail-type': 'Heartbeat', resources: [] },
  ...{ account: '111111111111', region: 'eu-west-1', time: '2026-03-01T11:59:59Z', detail: {} },
};

describe('a heartbeat', () => {
  it('is remembered by the account and region of the envelope, and the time it came in at', async () => {
    const routing = aRouting();
    const forged = { ...beat, time: '2099-01-01T00:00:00Z', detail: { account: '222222222222', region: 'eu-central-1' } };

    const routed = await route(forged, routing);

    expect(routed).toEqual({ heartbeat: { account: '111111111111', region: 'eu-west-1' } });
    expect(routing.heartbeats).toEqual([[{ account: '111111111111', region: 'eu-west-1' }, '2026-03-01T12:00:00.000Z']]);
  });

  it('asks nothing of the ledger, wakes no group, and is not counted among the changes', async () => {
    const routing = aRouting({ 'arn:aws:s3:::orders': ['orders'] });

    await route({ ...beat, detail: anEvent(samples[0]?.name ?? '').detail }, routing);

    expect([routing.reads, routing.messages, routing.counted]).toEqual([[], [], []]);
  });

  it.each([
    { event: { ...beat, source: 'aws.s3' }, because: 'it is of another source' },
    { event: { ...beat, 'detail-type': 'AWS API Call via CloudTrail' }, because: 'it is of another type' },
    { event: { ...beat, account: '1' }, because: 'that is no account' },
    { event: { ...beat, account: undefined }, because: 'it is nobody’s' },
    { event: { ...beat, region: 'eu west' }, because: 'that is no region' },
    { event: [beat], because: 'it is a list' },
    { event: null, because: 'it is nothing' },
  ])('is none when $because, and nothing is remembered', async ({ event }) => {
    const routing = aRouting();

    expect(readHeartbeat(event)).toBeUndefined();
    expect(await route(event, routing)).toHaveProperty('ignored');
    expect(routing.heartbeats).toEqual([]);
  });

  it.each(samples)('is not what CloudTrail tells: $name', ({ event }) => {
    expect(readHeartbeat(event)).toBeUndefined();
  });
});
