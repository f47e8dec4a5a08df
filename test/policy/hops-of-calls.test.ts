import { describe, expect, it } from 'vitest';
import type { Answer, Decision, MissingStatement, StatementRef } from '../../shared/policy/evaluate.ts';
import type { Weighed } from '../../shared/policy/proof/decide-call.ts';
import { advice, hopOf, tagsGoAlong, worst } from '../../shared/policy/proof/hops.ts';
import { joined } from '../../shared/policy/proof/missing.ts';

const reading = 's3:GetObjectVersionTagging';
const writing = 's3:ReplicateTags';

interface Given {
  readonly action?: string;
  readonly resource?: string;
  readonly weight?: 'must' | 'doubt' | 'tags' | 'older';
  readonly by?: Decision['by'];
  readonly decided?: Answer;
  readonly deciding?: StatementRef;
  readonly missing?: readonly MissingStatement[];
  readonly failureReason?: string;
}

/** A call as it was decided, `answer` being what it counts for. */
function weighed(answer: Answer, given: Given = {}): Weighed {
  const { action = 'kms:Decrypt', resource = 'key', weight = 'must', deciding, missing = [], failureReason } = given;
  const decided = given.decided ?? answer;
  const decision: Decision = {
    answer: decided,
    by: given.by ?? (decided === 'denied' ? 'implicit-deny' : 'allow'),
    because: `${action} on ${resource}: ${decided}.`,
    ...(deciding && { deciding }),
    missing,
  };
  const call = { action, resource, weight, facts: {} as never, ...(failureReason !== undefined && { failureReason }) };
  return { call, action, resource, decision, answer, because: decision.because };
}

const ref = (policy: string, more: Partial<StatementRef> = {}): StatementRef => ({
  policy,
  account: '222222222222',
  index: 0,
  statement: { Effect: 'Deny' },
  ...more,
});
const lack = (policy: string, Action: string, Resource = '*'): MissingStatement => ({
  policy,
  account: '111111111111',
  statement: { Effect: 'Allow', Action, Resource },
});

describe('the worst of several answers', () => {
  it.each<[answers: readonly Answer[], of: Answer]>([
    [[], 'allowed'],
    [['allowed', 'allowed'], 'allowed'],
    [['allowed', 'cannot-tell'], 'cannot-tell'],
    [['cannot-tell', 'allowed'], 'cannot-tell'],
    [['denied', 'cannot-tell', 'allowed'], 'denied'],
    [['cannot-tell', 'denied'], 'denied'],
  ])('of %j is %s', (answers, of) => {
    expect(worst(answers)).toBe(of);
  });
});

describe('a hop of several calls', () => {
  it('without any is allowed, with nothing to do', () => {
    expect(hopOf('replicate', [])).toEqual({
      hop: 'replicate',
      answer: 'allowed',
      because: 'Nothing to do.',
      calls: [],
      missing: [],
    });
  });

  it('is told by the call that is worst', () => {
    const calls = [
      weighed('allowed', { action: 'a' }),
      weighed('cannot-tell', { action: 'b' }),
      weighed('denied', { action: 'c' }),
    ];

    expect(hopOf('replicate', calls)).toMatchObject({ answer: 'denied', because: 'c on key: denied.' });
    expect(hopOf('replicate', calls.slice(0, 2))).toMatchObject({ answer: 'cannot-tell', because: 'b on key: cannot-tell.' });
    expect(hopOf('replicate', calls).calls.map(({ action }) => action)).toEqual(['a', 'b', 'c']);
  });

  it('names actions and statements once each where it is allowed', () => {
    const by = ref('role policy', { sid: 'Ours' });
    const calls = [
      weighed('allowed', { action: 'a', deciding: by }),
      weighed('allowed', { action: 'a', deciding: by }),
      weighed('allowed', { action: 'b', deciding: ref('key policy', { index: 1 }) }),
      weighed('allowed', { action: 'c' }),
      weighed('allowed', { action: 'not counted', decided: 'denied', weight: 'older', deciding: ref('other policy') }),
    ];

    expect(hopOf('decrypt-source', calls).because).toBe(
      'a, b, c allowed by Ours of the role policy, statement 2 of the key policy.',
    );
  });

  it('says who denies it, and whom to ask', () => {
    const denial = ref('bucket policy of orders-dr', { sid: 'Keep' });
    const { blocker, failureReason, deciding } = hopOf('replicate', [
      weighed('denied', { deciding: denial, failureReason: 'Dst' }),
    ]);

    expect(deciding).toBe(denial);
    expect(failureReason).toBe('Dst');
    expect(blocker).toEqual({
      reason: 'kms:Decrypt on key: denied.',
      owner: 'bucket policy of orders-dr (account 222222222222)',
      statement: { Effect: 'Deny' },
      remedy: 'Ask the owner of the bucket policy of orders-dr (account 222222222222) to except the replication role from Keep.',
    });
  });

  it.each<[index: number, name: string]>([
    [-1, 'the policy'],
    [0, 'statement 1'],
    [2, 'statement 3'],
  ])('names a statement without Sid by its place: %i', (index, name) => {
    const { blocker } = hopOf('replicate', [weighed('denied', { deciding: ref('p', { index }) })]);

    expect(blocker?.remedy).toBe(`Ask the owner of the p (account 222222222222) to except the replication role from ${name}.`);
  });

  it('has no failure reason where S3 reports none, and neither that nor a blocker where it is not denied', () => {
    expect(hopOf('replicate', [weighed('denied')])).not.toHaveProperty('failureReason');
    expect(hopOf('replicate', [weighed('cannot-tell', { failureReason: 'Dst' })])).not.toHaveProperty('failureReason');
    expect(hopOf('replicate', [weighed('cannot-tell', { failureReason: 'Dst' })])).not.toHaveProperty('blocker');
    expect(hopOf('replicate', [weighed('allowed')])).not.toHaveProperty('deciding');
  });

  it('asks for all that is missing, put together by policy, and for none that does not matter', () => {
    const calls = [
      weighed('allowed', { decided: 'denied', missing: [lack('p', 'not needed')] }),
      weighed('denied', { missing: [lack('p', 'a'), lack('q', 'a')] }),
      weighed('denied', { missing: [lack('p', 'b')] }),
    ];
    const { missing, blocker } = hopOf('replicate', calls);

    expect(missing.map(({ policy, statement }) => [policy, statement.Action])).toEqual([
      ['p', ['a', 'b']],
      ['q', 'a'],
    ]);
    expect(blocker).toMatchObject({
      owner: 'p (account 111111111111)',
      remedy:
        'Add to the p (account 111111111111): {"Effect":"Allow","Action":["a","b"],"Resource":"*"}; and add to the q (account 111111111111): {"Effect":"Allow","Action":"a","Resource":"*"}.',
    });
  });

  it('asks for nothing to be added where a Deny is what stands in the way', () => {
    const calls = [
      weighed('denied', { by: 'explicit-deny', deciding: ref('p', { sid: 'No' }) }),
      weighed('denied', { missing: [lack('q', 'a')] }),
    ];

    expect(hopOf('replicate', calls).blocker?.remedy).toMatch(/^Ask the owner of the p /);
    expect(hopOf('replicate', calls.toReversed()).blocker?.remedy).toMatch(/^Add to the q /);
  });

  it('knows of no owner where nothing decides and nothing is missing: the bucket is closed', () => {
    const { blocker } = hopOf('replicate', [weighed('denied', { by: 'explicit-deny' })]);

    expect(blocker).toEqual({
      reason: 'kms:Decrypt on key: denied.',
      remedy: 'Remove the public statement, or turn RestrictPublicBuckets off.',
    });
  });
});

describe('assuming the role, which S3 may ask for in two ways', () => {
  const asks = (a: Answer, b: Answer) =>
    hopOf('assume-role', [weighed(a, { action: 'first' }), weighed(b, { action: 'second' })]);

  it.each<[a: Answer, b: Answer, answer: Answer]>([
    ['allowed', 'allowed', 'allowed'],
    ['denied', 'denied', 'denied'],
    ['allowed', 'denied', 'cannot-tell'],
    ['denied', 'allowed', 'cannot-tell'],
    ['cannot-tell', 'denied', 'cannot-tell'],
  ])('is, with %s and %s, %s', (a, b, answer) => {
    expect(asks(a, b).answer).toBe(answer);
  });

  it('quotes the way that is refused', () => {
    const because =
      'Whether S3 names the source bucket and its account when it assumes the role is not documented, and the answer turns on it: ';

    expect(asks('allowed', 'denied').because).toBe(`${because}second on key: denied.`);
    expect(asks('denied', 'allowed').because).toBe(`${because}first on key: denied.`);
    expect(asks('cannot-tell', 'denied').because).toBe('first on key: cannot-tell.');
  });

  it('names the statement by which it is refused', () => {
    const [yes, no] = [ref('trust', { sid: 'Yes' }), ref('trust', { sid: 'No' })];
    const calls = [weighed('allowed', { deciding: yes }), weighed('denied', { by: 'explicit-deny', deciding: no })];

    expect(hopOf('assume-role', calls).deciding).toBe(no);
    expect(hopOf('assume-role', calls.toReversed()).deciding).toBe(no);
  });

  it('leaves other hops at the worst', () => {
    expect(hopOf('replicate', [weighed('allowed'), weighed('denied')]).answer).toBe('denied');
  });
});

describe('what is advised of calls that stop nothing', () => {
  const older = (given: Given = {}) => weighed('allowed', { weight: 'older', decided: 'denied', ...given });
  const tagging = (given: Given = {}) => weighed('allowed', { weight: 'tags', action: reading, decided: 'denied', ...given });
  const oldObjects = (why: string) =>
    `Objects written before S3 Bucket Keys were turned on use the object's ARN as encryption context: ${why}`;

  it.each<[because: string, calls: readonly Weighed[], advised: readonly string[]]>([
    ['older objects are denied', [older()], [oldObjects('kms:Decrypt on key: denied.')]],
    ['older objects are allowed', [older({ decided: 'allowed' })], []],
    ['of older objects it is not known', [older({ decided: 'cannot-tell' })], []],
    ['objects as they are now are denied as well', [older(), weighed('denied')], []],
    ['objects as they are now are allowed', [older(), weighed('allowed')], [oldObjects('kms:Decrypt on key: denied.')]],
    [
      'now another action is denied',
      [older(), weighed('denied', { action: 'kms:Encrypt' })],
      [oldObjects('kms:Decrypt on key: denied.')],
    ],
    [
      'now another key is denied',
      [older(), weighed('denied', { resource: 'other' })],
      [oldObjects('kms:Decrypt on key: denied.')],
    ],
    ['tags may not be read', [tagging()], [`Objects replicate without their tags: ${reading} on key: denied.`]],
    ['tags may be read', [tagging({ decided: 'allowed' })], []],
    ['of tags it is not known', [tagging({ decided: 'cannot-tell', by: 'unreadable' })], []],
    ['tags are denied, which stops objects', [tagging({ by: 'explicit-deny' })], []],
    ['tags may not be written, which ReplicateObject covers', [tagging({ action: writing })], []],
    ['what must be is denied', [weighed('denied', { action: reading })], []],
  ])('%s', (_, calls, advised) => {
    expect(advice(calls)).toEqual(advised);
  });
});

describe('whether tags go along', () => {
  it.each<[because: string, calls: readonly Weighed[], answer: Answer]>([
    ['nothing is asked of tags', [weighed('denied')], 'allowed'],
    ['reading them is denied', [weighed('allowed', { weight: 'tags', action: reading, decided: 'denied' })], 'denied'],
    [
      'reading them is not known',
      [weighed('allowed', { weight: 'tags', action: reading, decided: 'cannot-tell' })],
      'cannot-tell',
    ],
    [
      'writing them is not granted by name',
      [weighed('allowed', { weight: 'tags', action: writing, decided: 'denied' })],
      'allowed',
    ],
    ['writing them is denied by name', [weighed('denied', { weight: 'tags', action: writing, by: 'explicit-deny' })], 'denied'],
  ])('%s', (_, calls, answer) => {
    expect(tagsGoAlong(calls)).toBe(answer);
  });
});

describe('statements that are missing', () => {
  it('become one where they differ in the action only, each action once', () => {
    expect(joined([lack('p', 'a'), lack('p', 'b'), lack('p', 'a')])).toEqual([
      { policy: 'p', account: '111111111111', statement: { Effect: 'Allow', Action: ['a', 'b'], Resource: '*' } },
    ]);
    expect(joined([lack('p', 'a'), lack('p', 'a')])).toEqual([lack('p', 'a')]);
  });

  it('stay apart where policy, account or resource differ', () => {
    const all = [lack('p', 'a'), lack('q', 'a'), lack('p', 'b', 'x'), { ...lack('p', 'c'), account: '222222222222' }];

    expect(joined(all)).toEqual(all);
  });

  it('take lists of actions apart', () => {
    const two = { ...lack('p', 'a'), statement: { Effect: 'Allow', Action: ['a', 'b'], Resource: '*' } };

    expect(joined([two, lack('p', 'b'), lack('p', 'c')])[0]?.statement.Action).toEqual(['a', 'b', 'c']);
  });
});
