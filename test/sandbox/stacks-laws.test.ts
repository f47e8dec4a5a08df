import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allow, aParameter, aQueue, aRegion, refs } from './stacks-support.ts';

const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

/** Some can be changed in place, one cannot. */
const queue = some(
  fc.record({ VisibilityTimeout: fc.nat(2), DelaySeconds: some(fc.nat(2)), FifoQueue: some(fc.constant(true)) }),
);
const policy = some(fc.constantFrom('sqs:SendMessage', 'sqs:ReceiveMessage'));
const text = some(fc.constantFrom('x', 'y', 'A', 'B', 'First'));

interface Content {
  readonly A?: object | undefined;
  readonly B?: object | undefined;
  readonly policy?: string | undefined;
  readonly first?: string | undefined;
  readonly second?: string | undefined;
}

const content: fc.Arbitrary<Content> = fc.record({ A: queue, B: queue, policy, first: text, second: text });

/** A template of at most six resources, some of which refer to others. */
function resourcesOf({ A, B, policy: action, first, second }: Content): Record<string, object> {
  const there: Record<string, object> = { Always: aParameter('always') };
  if (A) there.A = aQueue(A);
  if (B) there.B = aQueue(B);
  const value = (word: string): unknown =>
    word in there && word !== 'Always' ? (word === 'First' ? refs.ref(word) : refs.arn(word)) : word;
  if (action !== undefined && A) {
    const PolicyDocument = allow(action, refs.arn('A'), { Principal: '*' });
    there.Allowed = { Type: 'AWS::SQS::QueuePolicy', Properties: { Queues: [refs.ref('A')], PolicyDocument } };
  }
  if (first !== undefined) there.First = aParameter(first === 'First' ? 'x' : value(first));
  if (second !== undefined) there.Second = aParameter(value(second));
  return there;
}

const named = (text: string): string => text.replaceAll(/-[A-Z0-9]{12}\b/g, '');

/** What is there, whoever made it and when; generated names without what is random in them. */
const worldOf = ({ aws }: ReturnType<typeof aRegion>): readonly string[] => {
  const queues = [...aws.world.sqs.queues.values()].map(
    ({ name, attributes }) => `${name} ${JSON.stringify([...attributes].sort())}`,
  );
  const parameters = [...aws.world.ssm.stores.values()].flatMap((ofRegion) => [...ofRegion.values()]);
  const values = parameters.map(({ name, versions }) => `${name} ${versions.at(-1)?.value}`);
  return [...queues, ...values].map(named).sort();
};

describe('stacks', () => {
  it('end as their last template says, whatever they were before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(content, { minLength: 1, maxLength: 4 }), content, async (earlier, last) => {
        const [changed, fresh] = [aRegion(), aRegion()];
        for (const one of earlier) await changed.deploy(resourcesOf(one));

        const stack = await changed.deploy(resourcesOf(last));
        await fresh.deploy(resourcesOf(last));

        expect(worldOf(changed)).toEqual(worldOf(fresh));
        expect([...stack.resources.keys()].sort()).toEqual(Object.keys(resourcesOf(last)).sort());
      }),
      { numRuns: 60 },
    );
  });

  it('are after a failure as they were before it', async () => {
    await fc.assert(
      fc.asyncProperty(content, content, async (before, wanted) => {
        const region = aRegion();
        await region.deploy(resourcesOf(before));
        const world = worldOf(region);
        const all = resourcesOf(wanted);
        const bad = aQueue({ VisibilityTimeout: -1 }, { DependsOn: Object.keys(all) });

        await expect(region.deploy({ ...all, Bad: bad })).rejects.toMatchObject({
          logicalId: 'Bad',
          status: 'UPDATE_ROLLBACK_COMPLETE',
        });

        expect(worldOf(region)).toEqual(world);
      }),
      { numRuns: 60 },
    );
  });

  it('do not depend on the order in which resources are written', async () => {
    const shuffled = content.chain((one) => {
      const entries = Object.entries(resourcesOf(one));
      return fc.tuple(fc.constant(entries), fc.shuffledSubarray(entries, { minLength: entries.length }));
    });
    await fc.assert(
      fc.asyncProperty(shuffled, async ([entries, others]) => {
        const [one, other] = [aRegion(), aRegion()];

        await one.deploy(Object.fromEntries(entries));
        await other.deploy(Object.fromEntries(others));

        expect(worldOf(other)).toEqual(worldOf(one));
      }),
      { numRuns: 40 },
    );
  });

  it('make no call when they are as they should be', async () => {
    await fc.assert(
      fc.asyncProperty(content, async (one) => {
        const region = aRegion();
        await region.deploy(resourcesOf(one));
        const { length } = region.aws.calls;

        await region.deploy(resourcesOf(one));

        expect(region.aws.calls.slice(length)).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});
