/** A storm of failure reports about one replication, in batches as Lambda hands them over, with the ledger in the local DynamoDB. */
import { DeleteRolePolicyCommand } from '@aws-sdk/client-iam';
import { newSeen } from '../../shared/controller/failures/seen.ts';
import { countFailures } from '../../shared/controller/failures.ts';
import { localLedger } from '../aws/local-ledger.ts';
import { groupsFor, source, thePair } from '../support/builders.ts';
import { newController } from '../support/controller.ts';
import { bodyOf } from '../support/failure-messages.ts';
import { foundationsFor } from '../support/world.ts';
import type { Figure } from './bench.ts';

export interface Storm {
  readonly reports: number;
  /** Of one invocation. */
  readonly batch: number;
}

export interface Weathered {
  readonly invocations: number;
  /** Of the ledger and the queue. */
  readonly calls: number;
  readonly seconds: number;
  readonly passes: number;
  readonly stories: readonly string[];
  readonly counted: number;
}

/** Half a minute lies between two batches; the role policy is gone before the first. */
export async function weather({ reports, batch }: Storm): Promise<Weathered> {
  const { ledger, aws: table } = await localLedger();
  const controller = newController({ ledger });
  const { c, clock, someone, stories } = controller;
  const groups = groupsFor(thePair, await foundationsFor(thePair.buckets, someone));
  const [replication] = groups[0]?.replications ?? [];
  await controller.adopt(groups);
  await controller.sweep('first');
  await controller.drain();
  stories.length = 0;
  await someone
    .iam(source)
    .send(new DeleteRolePolicyCommand({ RoleName: replication?.role.name, PolicyName: 'lockstep-replication' }));
  let [calls, passes, milliseconds] = [0, 0, 0];
  const desk = {
    ...{ ...c, seen: newSeen(), isOurs: () => false, confirm: async () => undefined },
    queue: {
      send: (messages: Parameters<typeof c.queue.send>[0]) => {
        calls += 1;
        return c.queue.send(messages);
      },
    },
  };
  for (let from = 0; from < reports; from += batch) {
    const messages = messagesFrom(from, batch, replication?.rules[0]?.id, clock.now());
    const [before, started] = [table.calls.length, performance.now()];
    await countFailures(messages, desk);
    milliseconds += performance.now() - started;
    calls += table.calls.length - before;
    passes += await controller.drain();
    await clock.advance(30);
  }
  const [record] = await ledger.failures();
  return {
    ...{ invocations: Math.ceil(reports / batch), calls, seconds: milliseconds / 1000, passes },
    stories: stories.map(({ kind }) => kind),
    counted: Object.values(record?.counts ?? {}).reduce((sum, n) => sum + n, 0),
  };
}

const messagesFrom = (from: number, many: number, rule: string | undefined, at: Date) =>
  Array.from({ length: many }, (_, index) => {
    const time = at.toISOString();
    const body = bodyOf({ rule, key: `k${from + index}`, reason: 'SrcGetObjectNotPermitted', time, requested: time });
    return { id: String(index), body };
  });

export async function measureFailures(): Promise<readonly Figure[]> {
  const storm = { reports: 100_000, batch: 1000 };
  const { invocations, calls, seconds, passes, stories, counted } = await weather(storm);
  const of = `${storm.reports} failure reports`;
  const perThousand = calls / (storm.reports / 1000);
  return [
    { what: `${of}: notifications`, measured: stories.join(', '), target: 'one, failing', met: stories.join() === 'failing' },
    { what: `${of}: counted`, measured: String(counted), target: 'all', met: counted === storm.reports },
    { what: `${of}: invocations`, measured: String(invocations), target: '100 at most', met: invocations <= 100 },
    {
      ...{ what: `${of}: AWS calls for 1,000 of them`, measured: perThousand.toFixed(1) },
      ...{ target: '10 at most', met: perThousand <= 10 },
    },
    { what: `${of} within ${invocations / 2} min: passes`, measured: String(passes), target: '15 at most', met: passes <= 15 },
    {
      ...{ what: `${of}: counted in a second, ledger local`, measured: (storm.reports / seconds).toFixed(0) },
      ...{ target: '1000 at least', met: storm.reports / seconds >= 1000 },
    },
  ];
}
