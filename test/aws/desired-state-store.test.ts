import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { virtualClock } from '../../infra/sandbox/clock.ts';
import { createLocalAws } from '../../infra/sandbox/local-aws.ts';
import { DocumentsUnreadable, freezeIn, parameterStore } from '../../shared/aws/desired-state-store.ts';
import { hubGateway } from '../../shared/aws/hub-gateway.ts';
import type { AwsGateway } from '../../shared/model/aws-call.ts';
import { inProcess } from './local-ledger.ts';

const freezeParameter = '/lockstep/freeze';
const now = new Date('2026-03-01T12:00:00Z');

function localStore() {
  const clock = virtualClock();
  const aws = createLocalAws({ clock });
  const { maxAttempts: _, ...own } = inProcess(aws);
  const hub = hubGateway({ ...own, credentials: async () => own.credentials, userAgent: 'test' });
  const ssm = new SSMClient(inProcess(aws));
  const put = (Name: string, Value: string) =>
    ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));
  const store = parameterStore({ hub, path: '/lockstep/desired-state', freezeParameter, now: () => now });
  return { aws, clock, put, store };
}

describe('the documents in Parameter Store', () => {
  it('are all read, at any depth, the one changed longest ago first', async () => {
    const { put, store, clock } = localStore();
    const names = Array.from(
      { length: 25 },
      (_, i) => `/lockstep/desired-state/${i % 2 ? 'team/' : ''}d-${String(24 - i).padStart(2, '0')}`,
    );
    for (const name of names) {
      await put(name, `{"of":"${name}"}`);
      await clock.advance(1);
    }
    await put('/lockstep/desired-state-of-others/x', '{}');
    await put(names[0] ?? '', '{"edited":true}');

    const documents = await store.documents();

    expect(documents.map(({ name }) => name)).toEqual([...names.slice(1), names[0]]);
    expect(documents.at(-1)).toEqual({
      ...{ name: names[0], text: '{"edited":true}', version: 2, modified: '2026-01-01T00:00:25.000Z' },
    });
  });

  it('are marked where they are encrypted, which reads as ciphertext', async () => {
    const { aws, put, store } = localStore();
    const input = { Name: '/lockstep/desired-state/secret', Value: '{}', Type: 'SecureString' } as const;
    await new SSMClient(inProcess(aws)).send(new PutParameterCommand(input));
    await put('/lockstep/desired-state/open', '{}');

    const documents = await store.documents();

    expect(new Map(documents.map(({ name, isEncrypted }) => [name.split('/').at(-1), isEncrypted]))).toEqual(
      new Map([
        ['secret', true],
        ['open', undefined],
      ]),
    );
  });

  it('go on after an empty page that has a successor', async () => {
    const pages = [
      { NextToken: 'one' },
      { Parameters: [], NextToken: 'two' },
      { Parameters: [{ Name: 'd', Value: '{}', Version: 3 }] },
    ];
    const asked: unknown[] = [];
    const hub = {
      send: async ({ input }: { input: object }) => ({ ok: true, output: pages[asked.push(input) - 1] }),
    };

    const documents = await parameterStore({ hub: hub as unknown as AwsGateway, path: '/p/', freezeParameter }).documents();

    expect(documents).toEqual([{ name: 'd', text: '{}', version: 3, modified: '1970-01-01T00:00:00.000Z' }]);
    expect(asked.map((input) => (input as { NextToken?: string }).NextToken)).toEqual([undefined, 'one', 'two']);
  });

  it('are read in spite of throttling', async () => {
    const { put, store, aws } = localStore();
    await put('/lockstep/desired-state/d', '{}');
    aws.trouble.add({ match: { service: 'ssm' }, nth: [1, 2], fault: { kind: 'throttle' } });

    expect(await store.documents()).toHaveLength(1);
  });

  it('are not read in part', async () => {
    const { put, store, aws } = localStore();
    for (let i = 0; i < 15; i++) await put(`/lockstep/desired-state/d-${i}`, '{}');
    aws.trouble.add({ match: { operation: 'GetParametersByPath' }, nth: 2, fault: { kind: 'deny' } });

    await expect(store.documents()).rejects.toThrow(DocumentsUnreadable);
  });
});

describe('the freeze', () => {
  it('is off while nobody has put the parameter, and on once somebody has', async () => {
    const { put, store } = localStore();
    expect(await store.freeze()).toBeUndefined();

    await put(freezeParameter, 'migration of the bucket estate');
    expect(await store.freeze()).toEqual({ reason: 'migration of the bucket estate' });
    await put(freezeParameter, 'off');
    expect(await store.freeze()).toBeUndefined();
  });

  it('is on while the parameter cannot be read', async () => {
    const { store, aws } = localStore();
    aws.trouble.add({ match: { operation: 'GetParameter' }, fault: { kind: 'deny' } });

    expect((await store.freeze())?.reason).toMatch(/^Nothing is repaired while \/lockstep\/freeze cannot be read .*AccessDenied/);
  });

  it('is on when the gateway itself breaks', async () => {
    const hub: AwsGateway = { send: () => Promise.reject(new Error('no way')) };

    expect((await parameterStore({ hub, path: '/p', freezeParameter }).freeze())?.reason).toContain('no way');
  });

  it.each([
    { value: 'false', freeze: undefined, because: 'it says so' },
    { value: ' OFF ', freeze: undefined, because: 'case and blanks do not matter' },
    { value: ' ', freeze: undefined, because: 'it says nothing' },
    { value: 'true', freeze: { reason: 'true' }, because: 'anything else freezes' },
    { value: 'until tomorrow', freeze: { reason: 'until tomorrow' }, because: 'words are a reason' },
    {
      value: '{"until":"2026-03-01T13:00:00+00:00","reason":"release"}',
      freeze: { reason: 'release', until: '2026-03-01T13:00:00.000Z' },
      because: 'its time has not come',
    },
    { value: '{"until":"2026-03-01T12:00:00Z","reason":"release"}', freeze: undefined, because: 'its time has come' },
    {
      value: '{"until":"2026-03-02T00:00:00Z"}',
      freeze: { reason: 'frozen by f', until: '2026-03-02T00:00:00.000Z' },
      because: 'a reason is not needed',
    },
    { value: '{"reason":"release"}', freeze: { reason: 'release' }, because: 'an end is not needed' },
    { value: '{"until":"soon","reason":"release"}', freeze: { reason: 'release' }, because: 'an end that is no time is none' },
    { value: '{"until":', freeze: { reason: '{"until":' }, because: 'what is not understood freezes' },
    { value: '[]', freeze: { reason: '[]' }, because: 'what is not understood freezes' },
    { value: 'null', freeze: { reason: 'null' }, because: 'what is not understood freezes' },
  ])('is read from $value, for $because', ({ value, freeze }) => {
    expect(freezeIn(value, 'f', now)).toEqual(freeze);
  });

  it('has a reason of bounded length', () => {
    expect(freezeIn('x'.repeat(4000), 'f', now)?.reason).toHaveLength(500);
  });
});
