import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  diffStatements,
  mergeStatements,
  type PolicyDocument,
  type PolicyRules,
  policyOf,
  retainPresent,
  type Statement,
  statementsOf,
} from '../../shared/policy/statements.ts';

const bucket = 'arn:aws:s3:::orders-dr';
const objects = `${bucket}/*`;
const role = 'arn:aws:iam::111111111111:role/lockstep-orders';
const otherRole = 'arn:aws:iam::111111111111:role/lockstep-bills';
const key = 'arn:aws:kms:eu-west-1:111111111111:key/11111111-aaaa-4aaa-8aaa-111111111111';

const rules: PolicyRules = { ownSids: new Set(['OurObjects', 'OurBucket', 'OurKey', 'OurOld']) };

const ourObjects: Statement = {
  Sid: 'OurObjects',
  Effect: 'Allow',
  Principal: { AWS: [role] },
  Action: ['s3:ReplicateObject', 's3:ReplicateDelete'],
  Resource: objects,
};
const ourBucket: Statement = {
  Sid: 'OurBucket',
  Effect: 'Allow',
  Principal: { AWS: [role] },
  Action: ['s3:ListBucket', 's3:GetBucketVersioning'],
  Resource: bucket,
};
const ourKey: Statement = {
  Sid: 'OurKey',
  Effect: 'Allow',
  Action: ['kms:Encrypt', 'kms:Decrypt'],
  Resource: [key],
  Condition: {
    StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' },
    StringLike: { 'kms:EncryptionContext:aws:s3:arn': [bucket, objects] },
  },
};
const ours = policyOf([ourObjects, ourBucket]);

const foreignDeny: Statement = {
  Sid: 'DenyInsecure',
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:*',
  Resource: [bucket, objects],
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};
const foreignOdd: Statement = {
  Effect: 'Deny',
  NotPrincipal: { AWS: '333333333333' },
  NotAction: 's3:Get*',
  NotResource: 'x',
  Future: [1],
};

const paths = (
  desired: PolicyDocument,
  observed: PolicyDocument | undefined,
  more: Partial<PolicyRules> = {},
): readonly string[] => diffStatements(desired, observed, { ...rules, ...more }).map(({ path }) => path);

interface Same {
  readonly name: string;
  readonly because: string;
  readonly wanted: readonly Statement[];
  readonly observed: PolicyDocument;
  readonly rules?: Partial<PolicyRules>;
}

const spelled = (statement: Statement, elements: object): Statement => ({ ...statement, ...elements });

const same: readonly Same[] = [
  {
    name: 'statements in another order',
    because: 'order never matters',
    wanted: [ourObjects, ourBucket],
    observed: policyOf([ourBucket, ourObjects]),
  },
  {
    name: 'lists in another order',
    because: 'they are sets',
    wanted: [ourObjects],
    observed: policyOf([spelled(ourObjects, { Action: ['s3:ReplicateDelete', 's3:ReplicateObject'] })]),
  },
  {
    name: 'one string for a list of one',
    because: 'AWS collapses such lists on reads',
    wanted: [ourObjects],
    observed: policyOf([spelled(ourObjects, { Principal: { AWS: role }, Resource: [objects] })]),
  },
  {
    name: 'one statement that is no list',
    because: 'the grammar allows it',
    wanted: [ourObjects],
    observed: { Version: '2012-10-17', Statement: ourObjects },
  },
  {
    name: 'actions in another case',
    because: 'actions are not case-sensitive',
    wanted: [ourObjects],
    observed: policyOf([spelled(ourObjects, { Action: ['S3:replicateobject', 's3:REPLICATEDELETE'] })]),
  },
  {
    name: 'an account by its id',
    because: 'id and root ARN are one principal',
    wanted: [spelled(ourObjects, { Principal: { AWS: ['arn:aws:iam::333333333333:root'] } })],
    observed: policyOf([spelled(ourObjects, { Principal: { AWS: '333333333333' } })]),
  },
  {
    name: 'everybody as AWS',
    because: '"*" and {"AWS": "*"} are one principal',
    wanted: [spelled(ourObjects, { Principal: '*' })],
    observed: policyOf([spelled(ourObjects, { Principal: { AWS: ['*'] } })]),
  },
  {
    name: 'a lost Sid',
    because: 'a Sid grants nothing',
    wanted: [ourObjects],
    observed: policyOf([spelled(ourObjects, { Sid: undefined })]),
  },
  {
    name: 'another Sid',
    because: 'a Sid grants nothing',
    wanted: [ourObjects],
    observed: policyOf([spelled(ourObjects, { Sid: 'Team' })]),
  },
  {
    name: 'split by action',
    because: 'the parts grant the whole',
    wanted: [ourObjects],
    observed: policyOf([
      spelled(ourObjects, { Action: 's3:ReplicateObject' }),
      spelled(ourObjects, { Action: 's3:ReplicateDelete', Sid: undefined }),
    ]),
  },
  {
    name: 'split by principal',
    because: 'the parts grant the whole',
    wanted: [spelled(ourObjects, { Principal: { AWS: [role, otherRole] } })],
    observed: policyOf([ourObjects, spelled(ourObjects, { Principal: { AWS: otherRole }, Sid: 'Rest' })]),
  },
  {
    name: 'split by condition value',
    because: 'one matching value of a test is enough',
    wanted: [ourKey],
    observed: policyOf(
      [bucket, objects].map((value, index) => ({
        ...ourKey,
        Sid: index === 0 ? 'OurKey' : undefined,
        Condition: { ...(ourKey.Condition as object), StringLike: { 'kms:EncryptionContext:aws:s3:arn': value } },
      })),
    ),
  },
  {
    name: 'bucket and object statements merged into one',
    because: 'object actions on buckets, and bucket actions on objects, grant nothing',
    wanted: [ourObjects, ourBucket],
    observed: policyOf([
      spelled(ourObjects, {
        Action: ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ListBucket', 's3:GetBucketVersioning'],
        Resource: [bucket, objects],
      }),
    ]),
  },
  {
    name: 'a condition key in another case',
    because: 'condition keys are not case-sensitive',
    wanted: [ourKey],
    observed: policyOf([
      spelled(ourKey, {
        Condition: {
          StringLike: { 'KMS:encryptioncontext:aws:s3:arn': [objects, bucket] },
          StringEquals: { 'kms:viaservice': ['s3.eu-west-1.amazonaws.com'] },
        },
      }),
    ]),
  },
  {
    name: 'a condition value twice',
    because: 'values are a set',
    wanted: [ourKey],
    observed: policyOf([
      spelled(ourKey, {
        Condition: {
          ...(ourKey.Condition as object),
          StringLike: { 'kms:EncryptionContext:aws:s3:arn': [bucket, objects, bucket] },
        },
      }),
    ]),
  },
  {
    name: 'a condition value as a boolean',
    because: 'values are compared as text',
    wanted: [spelled(ourObjects, { Condition: { Bool: { 'aws:SecureTransport': 'true' } } })],
    observed: policyOf([spelled(ourObjects, { Condition: { Bool: { 'aws:SecureTransport': true } } })]),
  },
  {
    name: 'an empty condition',
    because: 'it tests nothing',
    wanted: [ourObjects],
    observed: policyOf([spelled(ourObjects, { Condition: {} })]),
  },
  {
    name: 'the key’s own ARN for * in its key policy',
    because: 'there * is the key itself',
    wanted: [spelled(ourKey, { Resource: '*' })],
    observed: policyOf([ourKey]),
    rules: { ownResource: key },
  },
  {
    name: 'the grant twice',
    because: 'a second one grants nothing more',
    wanted: [ourObjects],
    observed: policyOf([ourObjects, spelled(ourObjects, { Sid: 'Copy' })]),
  },
  {
    name: 'foreign statements around ours',
    because: 'they are none of our business',
    wanted: [ourObjects],
    observed: policyOf([foreignDeny, ourObjects, foreignOdd]),
  },
  {
    name: 'another Version and Id',
    because: 'neither changes what our statements grant',
    wanted: [ourObjects],
    observed: { Version: '2008-10-17', Id: 'Policy1', Statement: [ourObjects] },
  },
];

interface Different {
  readonly name: string;
  readonly because: string;
  readonly wanted?: readonly Statement[];
  readonly observed: PolicyDocument | undefined;
  readonly rules?: Partial<PolicyRules>;
  readonly paths: readonly string[];
}

const different: readonly Different[] = [
  { name: 'no policy', because: 'nothing is granted', observed: undefined, paths: ['OurObjects'] },
  { name: 'an empty policy', because: 'nothing is granted', observed: {}, paths: ['OurObjects'] },
  {
    name: 'a missing action',
    because: 'that grant is given nowhere',
    observed: policyOf([spelled(ourObjects, { Action: 's3:ReplicateObject' })]),
    paths: ['OurObjects.Action'],
  },
  {
    name: 'a further action',
    because: 'under our Sid only what we want may stand',
    observed: policyOf([spelled(ourObjects, { Action: ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:PutBucketPolicy'] })]),
    paths: ['OurObjects.Action'],
  },
  {
    name: 'a wildcard action',
    because: 'it gives more',
    observed: policyOf([spelled(ourObjects, { Action: 's3:*' })]),
    paths: ['OurObjects.Action'],
  },
  {
    name: 'a foreign principal under our Sid',
    because: 'nobody wants it there',
    observed: policyOf([spelled(ourObjects, { Principal: { AWS: [role, '333333333333'] } })]),
    paths: ['OurObjects.Principal'],
  },
  {
    name: 'everybody under our Sid',
    because: 'it is the worst that can happen',
    observed: policyOf([spelled(ourObjects, { Principal: '*' })]),
    paths: ['OurObjects.Principal'],
  },
  {
    name: 'the role by its unique id',
    because: 'the role was made again, and its grant is dead',
    observed: policyOf([spelled(ourObjects, { Principal: { AWS: 'AROAEXAMPLEORDERSROLE' } })]),
    paths: ['OurObjects.Principal'],
  },
  {
    name: 'the account instead of the role',
    because: 'it delegates to everyone there',
    observed: policyOf([spelled(ourObjects, { Principal: { AWS: '111111111111' } })]),
    paths: ['OurObjects.Principal'],
  },
  {
    name: 'another resource',
    because: 'it is another grant',
    observed: policyOf([spelled(ourObjects, { Resource: `${bucket}/2024/*` })]),
    paths: ['OurObjects.Resource'],
  },
  {
    name: 'a resource in another case',
    because: 'resources are case-sensitive',
    observed: policyOf([spelled(ourObjects, { Resource: 'arn:aws:s3:::Orders-dr/*' })]),
    paths: ['OurObjects.Resource'],
  },
  {
    name: 'an added condition',
    because: 'the grant holds less often',
    observed: policyOf([spelled(ourObjects, { Condition: { StringEquals: { 'aws:SourceAccount': '111111111111' } } })]),
    paths: ['OurObjects.Condition'],
  },
  {
    name: 'a dropped condition',
    because: 'the grant holds more often',
    wanted: [ourKey],
    observed: policyOf([spelled(ourKey, { Condition: undefined })]),
    paths: ['OurKey.Condition'],
  },
  {
    name: 'a further condition value',
    because: 'the grant holds more often',
    wanted: [ourKey],
    observed: policyOf([
      spelled(ourKey, {
        Condition: {
          ...(ourKey.Condition as object),
          StringLike: { 'kms:EncryptionContext:aws:s3:arn': [bucket, objects, '*'] },
        },
      }),
    ]),
    paths: ['OurKey.Condition'],
  },
  {
    name: 'a condition with another operator',
    because: 'StringNotLike turns it around',
    wanted: [ourKey],
    observed: policyOf([
      spelled(ourKey, {
        Condition: {
          StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' },
          StringNotLike: { 'kms:EncryptionContext:aws:s3:arn': [bucket, objects] },
        },
      }),
    ]),
    paths: ['OurKey.Condition'],
  },
  {
    name: 'a negated condition split over two statements',
    because: 'not A, or not B, holds more often than neither A nor B',
    wanted: [spelled(ourObjects, { Condition: { StringNotEquals: { 'aws:PrincipalTag/team': ['a', 'b'] } } })],
    observed: policyOf(
      ['a', 'b'].map((tag, index) => ({
        ...ourObjects,
        Sid: index === 0 ? 'OurObjects' : undefined,
        Condition: { StringNotEquals: { 'aws:PrincipalTag/team': tag } },
      })),
    ),
    paths: ['OurObjects.Condition'],
  },
  {
    name: 'Deny instead of Allow',
    because: 'it says the contrary',
    observed: policyOf([spelled(ourObjects, { Effect: 'Deny' })]),
    paths: ['OurObjects.Effect'],
  },
  {
    name: 'NotAction under our Sid',
    because: 'what cannot be split is nothing we want',
    observed: policyOf([spelled(ourObjects, { Action: undefined, NotAction: ['s3:DeleteObject'] })]),
    paths: ['OurObjects'],
  },
  {
    name: 'an unknown element under our Sid',
    because: 'what we do not understand is not what we want',
    observed: policyOf([spelled(ourObjects, { Future: 'yes' })]),
    paths: ['OurObjects'],
  },
  {
    name: 'an old statement of ours',
    because: 'what stands under our Sids and nobody wants must go',
    observed: policyOf([ourObjects, spelled(ourBucket, { Sid: 'OurOld' })]),
    paths: ['OurOld'],
  },
  {
    name: 'a foreign statement where we are exclusive',
    because: 'then every statement counts as ours',
    observed: policyOf([foreignDeny, ourObjects, foreignOdd]),
    rules: { exclusive: true },
    paths: ['DenyInsecure', 'Statement[2]'],
  },
  {
    name: 'a key statement without resource',
    because: 'KMS takes it and does nothing',
    wanted: [spelled(ourKey, { Resource: '*' })],
    observed: policyOf([spelled(ourKey, { Resource: undefined })]),
    rules: { ownResource: key },
    paths: ['OurKey.Resource'],
  },
  {
    name: 'the key ARN outside its own key policy',
    because: 'there * is every key',
    wanted: [spelled(ourKey, { Resource: '*' })],
    observed: policyOf([ourKey]),
    paths: ['OurKey.Resource'],
  },
];

describe('comparing policies', () => {
  it.each(same)('finds no difference in $name, because $because', ({ wanted, observed, rules: more }) => {
    expect(paths(policyOf(wanted), observed, more)).toEqual([]);
  });

  it.each(different)('finds $name, because $because', ({ wanted = [ourObjects], observed, rules: more, paths: expected }) => {
    expect(paths(policyOf(wanted), observed, more)).toEqual(expected);
  });

  it('tells what is there and what should be, element by element', () => {
    const observed = policyOf([spelled(ourObjects, { Resource: '*', Effect: 'Deny' })]);

    expect(diffStatements(policyOf([ourObjects]), observed, rules)).toEqual([
      { path: 'OurObjects.Effect', observed: 'Deny', desired: 'Allow' },
      { path: 'OurObjects.Resource', observed: '*', desired: objects },
    ]);
  });

  it('lets stand under our Sids what is tolerated, and still asks for what is wanted', () => {
    const both = spelled(ourObjects, { Principal: { AWS: [role, otherRole] } });
    const tolerated = policyOf([both]);

    expect(paths(policyOf([ourObjects]), policyOf([both]), { tolerated })).toEqual([]);
    expect(paths(policyOf([ourObjects]), policyOf([spelled(both, { Principal: { AWS: otherRole } })]), { tolerated })).toEqual([
      'OurObjects.Principal',
    ]);
    expect(paths(policyOf([ourObjects]), policyOf([spelled(both, { Principal: '*' })]), { tolerated })).toEqual([
      'OurObjects.Principal',
    ]);
  });

  it('never multiplies out what others wrote', () => {
    const many = (prefix: string) => Array.from({ length: 400 }, (_, index) => `${prefix}${index}`);
    const vast = {
      Effect: 'Allow',
      Principal: { AWS: many('arn:aws:iam::333333333333:role/r') },
      Action: many('s3:Get'),
      Resource: many('arn:aws:s3:::orders-dr/'),
      Condition: { StringEquals: { 'aws:PrincipalTag/a': many('a'), 'aws:PrincipalTag/b': many('b') } },
    };

    expect(paths(policyOf([ourObjects]), policyOf([vast, ourObjects]))).toEqual([]);
    expect(paths(policyOf([ourObjects]), policyOf([{ ...vast, Sid: 'OurOld' }, spelled(ourObjects, { Sid: 'Team' })]))).toEqual([
      'OurOld',
    ]);
  });
});

describe('merging policies', () => {
  const cases = [
    {
      name: 'writes ours where there was no policy',
      observed: undefined,
      merged: { Version: '2012-10-17', Statement: [ourObjects, ourBucket] },
    },
    {
      name: 'appends what is missing after the statements of others',
      observed: policyOf([foreignOdd, foreignDeny]),
      merged: policyOf([foreignOdd, foreignDeny, ourObjects, ourBucket]),
    },
    {
      name: 'replaces ours where it stands',
      observed: policyOf([spelled(ourObjects, { Effect: 'Deny' }), foreignOdd, ourBucket]),
      merged: policyOf([ourObjects, foreignOdd, ourBucket]),
    },
    {
      name: 'removes an old statement of ours',
      observed: policyOf([ourObjects, spelled(ourBucket, { Sid: 'OurOld', Action: 's3:DeleteBucket' }), ourBucket]),
      merged: policyOf([ourObjects, ourBucket]),
    },
    {
      name: 'leaves ours as somebody else spelled it',
      observed: policyOf([spelled(ourObjects, { Action: ['s3:replicatedelete', 's3:ReplicateObject'] })]),
      merged: policyOf([spelled(ourObjects, { Action: ['s3:replicatedelete', 's3:ReplicateObject'] }), ourBucket]),
    },
    {
      name: 'adds what a wrong statement of ours gave by the way',
      observed: policyOf([
        spelled(ourObjects, {
          Action: ['s3:ReplicateObject', 's3:ListBucket', 's3:GetBucketVersioning'],
          Resource: [bucket, objects],
        }),
      ]),
      merged: policyOf([ourObjects, ourBucket]),
    },
    {
      name: 'keeps Version and Id of others',
      observed: { Version: '2008-10-17', Id: 'Team', Statement: foreignDeny },
      merged: { Version: '2008-10-17', Id: 'Team', Statement: [foreignDeny, ourObjects, ourBucket] },
    },
  ] satisfies readonly { name: string; observed: PolicyDocument | undefined; merged: PolicyDocument }[];

  it.each(cases)('$name', ({ observed, merged }) => {
    expect(mergeStatements(ours, observed, rules)).toEqual(merged);
  });

  it('removes the statements of others where we are exclusive', () => {
    const observed = policyOf([foreignOdd, spelled(ourObjects, { Sid: 'Team' }), foreignDeny]);

    expect(mergeStatements(ours, observed, { ...rules, exclusive: true })).toEqual(
      policyOf([spelled(ourObjects, { Sid: 'Team' }), ourBucket]),
    );
  });
});

const principals = fc.subarray([role, otherRole, 'arn:aws:iam::111111111111:role/third'], { minLength: 1 });
const wantedPolicy = fc.record({ AWS: principals, withKey: fc.boolean(), owner: fc.boolean() }).map(({ AWS, withKey, owner }) =>
  policyOf([
    spelled(ourObjects, {
      Principal: { AWS },
      Action: ['s3:ReplicateObject', 's3:ReplicateDelete', ...(owner ? ['s3:ReplicateTags'] : [])],
    }),
    spelled(ourBucket, { Principal: { AWS } }),
    ...(withKey ? [ourKey] : []),
  ]),
);

const element = fc.constantFrom('Effect', 'Principal', 'Action', 'Resource', 'Condition', 'Sid');
const damage = fc.oneof(
  fc.record({ kind: fc.constant('remove' as const), at: fc.nat(5), element }),
  fc.record({ kind: fc.constant('drop' as const), at: fc.nat(5), element }),
  fc.record({
    kind: fc.constant('set' as const),
    at: fc.nat(5),
    element,
    value: fc.constantFrom<unknown>('*', 'Deny', { AWS: '*' }, 's3:*', [bucket, objects], 'OurOld', 'OurBucket', {
      StringEquals: { 'aws:x': 'y' },
    }),
  }),
);
type Damage = typeof damage extends fc.Arbitrary<infer D> ? D : never;

function damaged(policy: PolicyDocument, all: readonly Damage[]): PolicyDocument {
  return policyOf(
    all.reduce<readonly Statement[]>((statements, one) => {
      if (one.kind === 'drop') return statements.filter((_, index) => index !== one.at);
      const value = one.kind === 'set' ? one.value : undefined;
      return statements.map((statement, index) => {
        if (index !== one.at) return statement;
        const entries = Object.entries({ ...statement, [one.element]: value }).filter(([, v]) => v !== undefined);
        return Object.fromEntries(entries) as Statement;
      });
    }, statementsOf(policy)),
  );
}

const foreign = fc.shuffledSubarray([
  foreignDeny,
  foreignOdd,
  { Sid: 'Partner', Effect: 'Allow', Principal: { AWS: '333333333333' }, Action: 's3:GetObject', Resource: objects },
  { Effect: 'Allow', Principal: { AWS: role }, Action: ['s3:ReplicateObject', 's3:ListBucket'], Resource: [objects, bucket] },
] satisfies readonly Statement[]);

const isForeign = (statement: Statement): boolean => statement.Sid === undefined || !rules.ownSids.has(statement.Sid);

/** A policy with ours, more or less broken, and statements of others among them. */
const brokenPolicy = fc
  .record({ policy: wantedPolicy, all: fc.array(damage, { maxLength: 4 }), others: foreign, at: fc.nat(3) })
  .map(({ policy, all, others, at }) => {
    const own = [...statementsOf(damaged(policy, all))];
    return policyOf([...own.slice(0, at), ...others, ...own.slice(at)]);
  });

describe('repairing policies', () => {
  it('leaves no difference, whatever was there', () => {
    fc.assert(
      fc.property(wantedPolicy, brokenPolicy, fc.boolean(), (wanted, observed, exclusive) => {
        const asked = { ...rules, exclusive };
        expect(diffStatements(wanted, mergeStatements(wanted, observed, asked), asked)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('changes nothing in what is in sync', () => {
    fc.assert(
      fc.property(wantedPolicy, brokenPolicy, (wanted, observed) => {
        const merged = mergeStatements(wanted, observed, rules);
        expect(mergeStatements(wanted, merged, rules)).toEqual(merged);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps the statements of others word for word and in order', () => {
    fc.assert(
      fc.property(wantedPolicy, brokenPolicy, (wanted, observed) => {
        const merged = mergeStatements(wanted, observed, rules);
        expect(statementsOf(merged).filter(isForeign)).toEqual(statementsOf(observed).filter(isForeign));
      }),
      { numRuns: 300 },
    );
  });
});

describe('repairing for some while others wait', () => {
  const both = policyOf([spelled(ourObjects, { Principal: { AWS: [role, otherRole] } })]);
  const mine = policyOf([ourObjects]);
  const keysOf = (Resource: readonly string[], buckets: readonly string[]): PolicyDocument =>
    policyOf([spelled(ourKey, { Resource, Condition: { StringLike: { 'kms:EncryptionContext:aws:s3:arn': buckets } } })]);
  const cases = [
    { name: 'takes only mine when the other has nothing', some: mine, all: both, observed: undefined, aim: mine },
    { name: 'keeps the other when it is there', some: mine, all: both, observed: both, aim: both },
    {
      name: 'keeps the other whole when a part of it is there',
      some: mine,
      all: both,
      observed: policyOf([spelled(ourObjects, { Principal: { AWS: otherRole }, Action: 's3:ReplicateObject' })]),
      aim: both,
    },
    {
      name: 'drops what belongs to nobody',
      some: mine,
      all: both,
      observed: policyOf([spelled(ourObjects, { Principal: { AWS: [role, '333333333333'] } })]),
      aim: mine,
    },
    {
      name: 'takes only my key and my buckets when the other has none',
      some: keysOf([key], [bucket]),
      all: keysOf([key, 'arn:other'], [bucket, 'arn:aws:s3:::bills']),
      observed: undefined,
      aim: keysOf([key], [bucket]),
    },
    {
      name: 'keeps key and buckets of the other when they are there',
      some: keysOf([key], [bucket]),
      all: keysOf([key, 'arn:other'], [bucket, 'arn:aws:s3:::bills']),
      observed: keysOf(['arn:other'], ['arn:aws:s3:::bills']),
      aim: keysOf([key, 'arn:other'], [bucket, 'arn:aws:s3:::bills']),
    },
    {
      name: 'leaves out a statement that only the other wants and has not',
      some: mine,
      all: policyOf([ourObjects, spelled(ourBucket, { Principal: { AWS: [otherRole] } })]),
      observed: mine,
      aim: mine,
    },
  ] satisfies readonly {
    name: string;
    some: PolicyDocument;
    all: PolicyDocument;
    observed: PolicyDocument | undefined;
    aim: PolicyDocument;
  }[];

  it.each(cases)('$name', ({ some, all, observed, aim }) => {
    expect(retainPresent(some, all, observed, rules)).toEqual(aim);
  });
});
