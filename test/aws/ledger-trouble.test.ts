import { BatchGetItemCommand, BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { dynamoLedger } from '../../shared/aws/ledger.ts';
import type { FleetChange, Ledger, RepairRecord } from '../../shared/controller/ledger.ts';
import { aReplication } from '../support/builders.ts';
import { localLedger, table } from './local-ledger.ts';

const template = aReplication();

function fleetOf(count: number, padding = ''): FleetChange {
  const names = Array.from({ length: count }, (_, i) => `r-${String(i).padStart(5, '0')}`);
  return {
    replications: names.map((name) => ({
      replication: { ...template, name, document: `/d/${padding}` },
      group: name,
      digest: 'd',
    })),
    groups: names.map((name) => ({ id: name, replications: [name] })),
    index: new Map(names.map((name) => [`arn:aws:s3:::${name}`, [name]])),
    ...{ removedReplications: [], removedGroups: [], removedIndex: [] },
  };
}

const aRepair = (id: string): RepairRecord => ({
  ...{ id, group: 'a', aspect: 'bucket-versioning', replications: ['a', 'b'], differences: [] },
  resource: { type: 'bucket', account: '111111111111', region: 'eu-west-1', name: 'orders', arn: 'arn:aws:s3:::orders' },
  ...{ driftedAt: '2026-01-01T00:00:00.000Z', startedAt: '2026-01-01T00:00:05.000Z', outcome: 'started' },
});

describe('a large ledger', () => {
  it('is read to its last page', async () => {
    const { ledger, callsSince } = await localLedger();
    const fleet = fleetOf(600, 'x'.repeat(4000));
    await ledger.changeFleet(fleet);
    callsSince();

    expect(await ledger.replications()).toEqual(fleet.replications);
    expect(callsSince().length).toBeGreaterThan(2);
    expect(await ledger.groups()).toHaveLength(600);
    expect(await ledger.index()).toEqual(fleet.index);
  });
});

/** A client to which DynamoDB does only a part of what a batch asks for, at first. */
function halfHearted(client: DynamoDBClient): { readonly client: DynamoDBClient; readonly left: () => number } {
  let left = 0;
  let batch = 0;
  const send = async (command: unknown): Promise<unknown> => {
    const isBatch = command instanceof BatchGetItemCommand || command instanceof BatchWriteItemCommand;
    if (!isBatch || ++batch % 3 === 0) return client.send(command as never);
    left += 1;
    return command instanceof BatchGetItemCommand ? getSome(command) : writeSome(command);
  };
  const getSome = async (command: BatchGetItemCommand): Promise<unknown> => {
    const { Keys = [], ...request } = command.input.RequestItems?.[table] ?? {};
    const some = Keys.slice(0, Math.floor(Keys.length / 2));
    const rest = { UnprocessedKeys: { [table]: { Keys: Keys.slice(some.length) } } };
    if (some.length === 0) return { Responses: {}, ...rest };
    const answer = await client.send(new BatchGetItemCommand({ RequestItems: { [table]: { ...request, Keys: some } } }));
    return { ...answer, ...rest };
  };
  const writeSome = async (command: BatchWriteItemCommand): Promise<unknown> => {
    const all = command.input.RequestItems?.[table] ?? [];
    const some = all.slice(0, Math.floor(all.length / 2));
    if (some.length > 0) await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: some } }));
    return { UnprocessedItems: { [table]: all.slice(some.length) } };
  };
  return { client: { send } as unknown as DynamoDBClient, left: () => left };
}

describe('what DynamoDB leaves undone', () => {
  it('is asked for again until all is done, with growing pauses', async () => {
    const { client } = await localLedger();
    const half = halfHearted(client);
    const waits: number[] = [];
    const ledger = dynamoLedger({
      client: half.client,
      table,
      wait: async (seconds) => void waits.push(seconds),
      random: () => 1,
    });
    const fleet = fleetOf(130);

    await ledger.changeFleet(fleet);

    expect(await ledger.groupsOn([...fleet.index.keys()].slice(0, 100))).toHaveLength(100);
    expect(await ledger.replications()).toEqual(fleet.replications);
    expect(half.left()).toBeGreaterThan(10);
    expect(waits.length).toBe(half.left());
    expect(Math.max(...waits)).toBeGreaterThan(Math.min(...waits));
    expect(Math.max(...waits)).toBeLessThanOrEqual(5);
  });

  it('is an error in the end', async () => {
    const send = async (command: BatchWriteItemCommand) => ({ UnprocessedItems: command.input.RequestItems });
    const ledger = dynamoLedger({ client: { send } as unknown as DynamoDBClient, table, wait: async () => undefined });

    await expect(ledger.putStatuses([{ replication: 'a' } as never])).rejects.toThrow('DynamoDB left 1 items');
  });
});

describe('trouble with DynamoDB', () => {
  it.each([
    { fault: { kind: 'throttle' } as const, because: 'a throttled call is sent again' },
    { fault: { kind: 'server-error' } as const, because: 'a failed call is sent again' },
    { fault: { kind: 'lost-answer' } as const, because: 'a call may take effect twice' },
  ])(
    'changes nothing about what is remembered: $because',
    async ({ fault }) => {
      const { ledger, aws } = await localLedger();
      aws.trouble.add({ match: { service: 'dynamodb' }, probability: 0.2, fault });
      const fleet = fleetOf(30);

      await ledger.changeFleet(fleet);
      await ledger.linkPolicies('r-00001', ['arn:aws:iam::111111111111:policy/one']);
      for (const group of ['a', 'b', 'c', 'd', 'a']) await ledger.countDrift('s', group, 2);

      expect(await ledger.replications()).toEqual(fleet.replications);
      expect(await ledger.groupsOn(['arn:aws:iam::111111111111:policy/one'])).toEqual(['r-00001']);
      expect(await ledger.countDrift('s', 'e', 0)).toBe(8);
      expect(await ledger.lease('l', 'one', '2026-01-01T00:05:00.000Z', '2026-01-01T00:00:00.000Z')).toBe(true);
    },
    60_000,
  );

  it('is thrown when it does not pass', async () => {
    const { ledger, aws } = await localLedger();
    aws.trouble.add({ match: { service: 'dynamodb' }, fault: { kind: 'deny' } });

    await expect(ledger.group('a')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(
      ledger.claimStory({ key: 's', fingerprint: 'f', body: '', at: '2026-01-01T00:00:00.000Z', told: false }),
    ).rejects.toThrow();
  });
});

/** Does the work with the client killed at its first call, then at its second, and so on; each time the work is done again, alive. */
async function killedAnywhere(
  before: (ledger: Ledger) => Promise<void>,
  work: (ledger: Ledger) => Promise<void>,
  after: (ledger: Ledger, cut: boolean) => Promise<void>,
): Promise<number> {
  for (let nth = 1; ; nth++) {
    const { ledger, aws } = await localLedger();
    await before(ledger);
    const id = aws.trouble.add({
      match: { service: 'dynamodb' },
      nth,
      fault: { kind: 'kill', when: nth % 2 ? 'after' : 'before' },
    });
    const survived = await work(ledger).then(
      () => true,
      () => false,
    );
    aws.trouble.remove(id);
    if (!survived) await after(ledger, true);
    await work(ledger);
    await after(ledger, false);
    if (survived) return nth;
  }
}

describe('an invocation that is killed at any call', () => {
  const inGroup = (name: string, group: string) => ({ replication: { ...template, name }, group, digest: 'd' });
  const none = { removedReplications: [], removedGroups: [], removedIndex: [] };
  const apart: FleetChange = {
    ...none,
    replications: [inGroup('a', 'a'), inGroup('c', 'c')],
    groups: [
      { id: 'a', replications: ['a'] },
      { id: 'c', replications: ['c'] },
    ],
    index: new Map([
      ['x', ['a']],
      ['y', ['c']],
    ]),
  };
  const together: FleetChange = {
    ...none,
    replications: [inGroup('c', 'a')],
    groups: [{ id: 'a', replications: ['a', 'c'] }],
    removedGroups: ['c'],
    index: new Map([['y', ['a']]]),
  };
  const groupsWith = async (ledger: Ledger, name: string): Promise<readonly string[]> => {
    const memories = await Promise.all(['a', 'c'].map((id) => ledger.group(id)));
    return memories.flatMap((memory) =>
      memory?.replications.some(({ replication }) => replication.name === name) ? [memory.id] : [],
    );
  };

  it('leaves every replication in exactly one group while groups become one', async () => {
    const calls = await killedAnywhere(
      (ledger) => ledger.changeFleet(apart),
      (ledger) => ledger.changeFleet(together),
      async (ledger, cut) => {
        expect(await groupsWith(ledger, 'a')).toEqual(['a']);
        const where = await groupsWith(ledger, 'c');
        expect(cut ? [['a'], ['c']] : [['a']]).toContainEqual(where);
      },
    );

    expect(calls).toBeGreaterThan(4);
  });

  it('leaves every replication in exactly one group while one becomes two', async () => {
    const calls = await killedAnywhere(
      async (ledger) => {
        await ledger.changeFleet(apart);
        await ledger.changeFleet(together);
      },
      (ledger) => ledger.changeFleet(apart),
      async (ledger, cut) => {
        const where = await groupsWith(ledger, 'c');
        expect(cut ? [['a'], ['c']] : [['c']]).toContainEqual(where);
        expect(await groupsWith(ledger, 'a')).toEqual(['a']);
      },
    );

    expect(calls).toBeGreaterThan(4);
  });

  it('loses no repair that is under way, and ends each once it is ended', async () => {
    await killedAnywhere(
      (ledger) => ledger.changeFleet(apart),
      (ledger) => ledger.startRepairs('a', [aRepair('r1'), aRepair('r2')]),
      async (ledger, cut) => {
        if (cut) return;
        expect((await ledger.group('a'))?.unfinished.map(({ id }) => id)).toEqual(['r1', 'r2']);
        for (const name of ['a', 'b']) expect((await ledger.repairs(name)).map(({ id }) => id)).toEqual(['r2', 'r1']);
      },
    );
    await killedAnywhere(
      async (ledger) => {
        await ledger.changeFleet(apart);
        await ledger.startRepairs('a', [aRepair('r1')]);
      },
      (ledger) => ledger.endRepairs('a', [{ ...aRepair('r1'), outcome: 'repaired' }]),
      async (ledger, cut) => {
        const [repair] = await ledger.repairs('a');
        const unfinished = (await ledger.group('a'))?.unfinished ?? [];
        // Ended for the history and for the next pass alike, or for neither.
        expect(unfinished.length).toBe(repair?.outcome === 'started' ? 1 : 0);
        if (!cut) expect(repair?.outcome).toBe('repaired');
      },
    );
  });

  it('leaves no link that a later pass would not take away', async () => {
    const [one, two] = ['one', 'two'].map((name) => `arn:aws:iam::111111111111:policy/${name}`) as [string, string];
    await killedAnywhere(
      (ledger) => ledger.linkPolicies('a', [one]),
      (ledger) => ledger.linkPolicies('a', [two]),
      async (ledger, cut) => {
        if (cut) return;
        expect(await ledger.groupsOn([one])).toEqual([]);
        expect(await ledger.groupsOn([two])).toEqual(['a']);
      },
    );
  });

  it('counts the drift of a group once', async () => {
    await killedAnywhere(
      async (ledger) => void (await ledger.countDrift('s', 'b', 5)),
      async (ledger) => void (await ledger.countDrift('s', 'a', 3)),
      async (ledger, cut) => {
        if (!cut) expect(await ledger.countDrift('s', 'a', 3)).toBe(8);
      },
    );
  });
});
