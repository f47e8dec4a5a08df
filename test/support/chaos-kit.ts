/** Steps of examples that are told with the whole controller. */
import { catalogue } from '../scenarios/catalogue.ts';
import { type Chaos, routeAll, work } from './chaos.ts';
import type { Drift } from './drifts.ts';
import type { They } from './edits.ts';
import { someoneAt } from './world.ts';

export function driftNamed(name: string): Drift {
  const found = Object.values(catalogue)
    .flat()
    .find((drift) => drift.name === name);
  if (found === undefined) throw new Error(`no drift is called: ${name}`);
  return found;
}

export const policyGone = driftNamed('our objects statement was removed');
export const replicationGone = driftNamed('the replication configuration was deleted');

/** Somebody with a tool of their own. */
export const rivalWith = ({ base, subjects }: Chaos, customUserAgent: string, at = 0): They => ({
  ...(subjects[at] as They),
  someone: someoneAt({ requestHandler: base.aws.requestHandler(), customUserAgent }),
});

/** It happens, is heard, and answered. @returns how many writes there were */
export async function happens(chaos: Chaos, { done }: Pick<Drift, 'done'>, they = chaos.subjects[0] as They): Promise<number> {
  const before = chaos.written.length;
  await done(they).catch(() => undefined);
  await chaos.base.clock.advance(2);
  await routeAll(chaos, chaos.base.events());
  await work(chaos);
  return chaos.written.length - before;
}

export const kindsOf = ({ published }: Chaos): readonly string[] => published.map(({ story }) => story.kind);

/** Leaves nothing of what was noted so far. */
export function forget({ published, written, breaches, sum, fate }: Chaos): void {
  for (const list of [published, written, breaches, fate.deaths]) list.length = 0;
  Object.assign(sum, { passes: 0, returned: 0, calls: 0, busy: 0 });
}
