import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../shared/controller/ledger.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { localLedger } from './local-ledger.ts';

const here = { account: '111111111111', region: 'eu-west-1' };
const there = { account: '222222222222', region: 'eu-central-1' };
const [first, second] = ['2026-03-01T12:00:00.000Z', '2026-03-01T12:30:00.000Z'];

const byAccount = async (ledger: Ledger) => [...(await ledger.heartbeats())].sort((a, b) => a.account.localeCompare(b.account));

describe.each([
  { name: 'the ledger', open: async () => (await localLedger()).ledger },
  { name: 'the ledger in memory', open: async () => memoryLedger() },
])('$name', ({ open }) => {
  it('knows the last heartbeat of each account and region', async () => {
    const ledger = await open();

    await ledger.putHeartbeat(here, first);
    await ledger.putHeartbeat({ ...here, region: 'us-east-1' }, first);
    await ledger.putHeartbeat(here, second);

    const found = await ledger.heartbeats();
    expect(found).toHaveLength(2);
    expect(found).toContainEqual({ ...here, at: second, heard: true });
    expect(found).toContainEqual({ ...here, region: 'us-east-1', at: first, heard: true });
  });

  it('waits for a place from the first time on that it is expected, and not any more once it is heard of', async () => {
    const ledger = await open();
    await ledger.putHeartbeat(here, first);

    await ledger.expectHeartbeats([here, there], second);
    await ledger.expectHeartbeats([there], '2026-03-02T00:00:00.000Z');

    expect(await byAccount(ledger)).toEqual([
      { ...here, at: first, heard: true },
      { ...there, at: second, heard: false },
    ]);
    await ledger.putHeartbeat(there, second);
    expect((await byAccount(ledger))[1]).toEqual({ ...there, at: second, heard: true });
  });
});

describe('what route writes to the ledger', () => {
  it('is single items, for its role may put no others', async () => {
    const { ledger, callsSince } = await localLedger();

    await ledger.putHeartbeat(here, first);
    await ledger.putActor('call-1', { kind: 'role', principal: 'arn:aws:iam::111111111111:role/someone' });

    expect(callsSince()).toEqual(['PutItem', 'PutItem']);
  });
});
