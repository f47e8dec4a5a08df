import { describe, expect, it } from 'vitest';
import {
  diffStatements,
  type PolicyDocument,
  type PolicyRules,
  policyOf,
  type Statement,
} from '../../shared/policy/statements.ts';
import {
  bucket,
  foreignDeny,
  foreignOdd,
  key,
  objects,
  otherRole,
  ourBucket,
  ourKey,
  ourObjects,
  role,
  rules,
  spelled,
} from './policies.ts';

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
    name: 'a missing action where all else is spelled in another way',
    because: 'only what differs by meaning is told',
    wanted: [
      spelled(ourKey, {
        Principal: { AWS: [role, otherRole], Service: 's3.amazonaws.com' },
        Resource: [key, bucket],
        Action: ['kms:Encrypt', 'kms:Decrypt'],
      }),
    ],
    observed: policyOf([
      spelled(ourKey, {
        Principal: { Service: ['s3.amazonaws.com'], AWS: [otherRole, role] },
        Resource: [bucket, key],
        Action: 'kms:Encrypt',
        Condition: {
          StringLike: { 'kms:encryptioncontext:aws:s3:arn': [objects, bucket] },
          StringEquals: { 'kms:ViaService': ['s3.eu-west-1.amazonaws.com'] },
        },
      }),
    ]),
    paths: ['OurKey.Action'],
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

  it('tells once what is wrong with a statement that lacks one thing and gives another', () => {
    const observed = policyOf([spelled(ourObjects, { Action: ['s3:ReplicateObject', 's3:PutObject'] })]);

    expect(diffStatements(policyOf([ourObjects]), observed, rules)).toEqual([
      { path: 'OurObjects.Action', observed: ['s3:ReplicateObject', 's3:PutObject'], desired: ourObjects.Action },
    ]);
  });

  it('tells whole what is missing, what cannot be split and what nobody wants', () => {
    const odd = spelled(ourObjects, { Future: 'yes' });
    const nameless = { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' };
    const others = diffStatements(policyOf([]), policyOf([nameless]), { ...rules, exclusive: true });

    expect(diffStatements(policyOf([ourBucket]), undefined, rules)).toEqual([{ path: 'OurBucket', desired: ourBucket }]);
    expect(diffStatements(policyOf([ourObjects]), policyOf([odd]), rules)).toEqual([
      { path: 'OurObjects', observed: odd, desired: ourObjects },
    ]);
    expect(diffStatements(policyOf([]), policyOf([ourBucket]), rules)).toEqual([{ path: 'OurBucket', observed: ourBucket }]);
    expect(others).toEqual([{ path: 'Statement[0]', observed: nameless }]);
  });

  it('takes what stands under two of our Sids by turns for what it grants', () => {
    const turned = policyOf([spelled(ourBucket, { Sid: 'OurObjects' }), spelled(ourObjects, { Sid: 'OurBucket' })]);

    expect(paths(policyOf([ourObjects, ourBucket]), turned)).toEqual([]);
    expect(paths(policyOf([ourObjects, ourBucket]), policyOf([ourObjects, spelled(ourObjects, { Sid: 'OurBucket' })]))).toEqual([
      'OurBucket.Action',
      'OurBucket.Resource',
    ]);
  });

  it('finds every one of several elements', () => {
    const spread = spelled(ourObjects, {
      Principal: { AWS: otherRole },
      Action: 's3:ReplicateTags',
      Resource: bucket,
      Condition: { Bool: { 'aws:SecureTransport': 'true' } },
    });

    expect(paths(policyOf([ourObjects]), policyOf([spread]))).toEqual([
      'OurObjects.Principal',
      'OurObjects.Action',
      'OurObjects.Resource',
      'OurObjects.Condition',
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
