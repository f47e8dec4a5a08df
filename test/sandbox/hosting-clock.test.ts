import { setTimeout as sleep } from 'node:timers/promises';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { aFunction, aHost, configOf, pause } from './hosting-support.ts';

type Scene = Awaited<ReturnType<typeof aHost>>;

/** Seconds since the start, by the virtual clock. */
const since = ({ clock }: Scene): number => (clock.now().getTime() - Date.parse('2026-01-01T00:00:00Z')) / 1000;
const identify = ({ aws }: Scene) => new STSClient(configOf(aws)).send(new GetCallerIdentityCommand({}));

describe('a virtual clock', () => {
  const works = [
    { what: 'is busy in real time', run: () => sleep(50), ends: 0 },
    { what: 'calls the local AWS', run: identify, ends: 0 },
    {
      what: 'calls the local AWS many times',
      run: async (scene: Scene) => void (await Promise.all([1, 2, 3].map(() => identify(scene)))),
      ends: 0,
    },
    { what: 'waits for the clock', run: (scene: Scene) => pause(scene, 3), ends: 3 },
    {
      what: 'waits for the clock again and again',
      run: async (scene: Scene) => [await pause(scene, 1), await identify(scene), await pause(scene, 2)],
      ends: 3,
    },
    {
      what: 'waits for the clock after it was busy',
      run: async (scene: Scene) => [await sleep(30), await pause(scene, 2)],
      ends: 2,
    },
    {
      what: 'is busy while it waits for the clock',
      run: (scene: Scene) => Promise.all([pause(scene, 2), identify(scene).then(() => identify(scene))]),
      ends: 2,
    },
    {
      what: 'called off what it waited for',
      run: async (scene: Scene) => [scene.clock.after(9, () => undefined)(), await sleep(30)],
      ends: 0,
    },
  ];

  it.each(works)('waits for a function that $what', async ({ run, ends }) => {
    const scene = await aHost();
    const ended: number[] = [];
    const arn = aFunction(
      scene,
      async () => {
        await run(scene);
        ended.push(since(scene));
      },
      { timeoutSeconds: 60 },
    );
    scene.host.send(arn, {});
    await scene.clock.advance(30);

    expect(ended).toEqual([ends]);
    expect(since(scene)).toBe(30);
  });

  it('lets time pass for a call that is delayed', async () => {
    const scene = await aHost();
    scene.aws.trouble.add({ match: { operation: 'GetCallerIdentity' }, fault: { kind: 'delay', seconds: 4 } });
    const ended: number[] = [];
    const arn = aFunction(
      scene,
      async () => {
        await identify(scene);
        ended.push(since(scene));
      },
      { timeoutSeconds: 60 },
    );
    scene.host.send(arn, {});
    await scene.clock.advance(30);

    expect(ended).toEqual([4]);
  });

  it('settles with what its functions have sent each other', async () => {
    const scene = await aHost();
    const order: string[] = [];
    const last = aFunction(scene, () => order.push(`last at ${since(scene)}`), { name: 'last' });
    const first = aFunction(
      scene,
      async () => {
        await pause(scene, 1);
        order.push(`first at ${since(scene)}`);
        scene.host.send(last, {});
      },
      { name: 'first' },
    );
    scene.host.send(first, {});
    await scene.clock.settle();

    expect(order).toEqual(['first at 1', 'last at 1']);
  });
});
