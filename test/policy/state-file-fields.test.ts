import { describe, expect, it } from 'vitest';
import { InvalidState, readAccounts, readStates } from '../../shared/policy/state-file.ts';
import { accountPolicies, changed, fullState, type Json } from './state-files.ts';
import { destinationKey, policy, roleArn } from './states.ts';

const read = (value: unknown) => readStates(value, { name: 'state.json' });

function faultsOf(value: unknown, source: Partial<Parameters<typeof readStates>[1]> = {}): readonly string[] {
  try {
    readStates(value, { name: 'state.json', ...source });
    return [];
  } catch (error) {
    if (!(error instanceof InvalidState)) throw error;
    return error.faults.map(({ path, message }) => `${path} ${message}`);
  }
}

const faultsAt = (path: string, value: unknown) => faultsOf(changed(fullState, { [path]: value }));

describe('a state with everything in it', () => {
  it('is taken as it is, with nothing left aside', () => {
    expect(read(fullState)).toEqual({ states: [fullState], notes: [] });
  });

  it.each(['aws', 'aws-cn', 'aws-us-gov'].map((partition) => ({ partition })))(
    'may be of the partition $partition',
    ({ partition }) => {
      expect(faultsAt('partition', partition)).toEqual([]);
    },
  );

  it.each<[path: string, values: readonly unknown[]]>([
    ['source.versioning', ['Enabled', 'Suspended', null, { unreadable: 'AccessDenied' }]],
    ['source.objectOwnership', ['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter', null, { unreadable: 'x' }]],
    ['source.payer', ['Requester', 'BucketOwner', null]],
    ['source.objectLock', [true, false, null]],
    ['source.exists', [true, false]],
    ['source.region', ['eu-west-1', 'us-gov-west-1', 'ap-southeast-12']],
    [
      'source.keys.0.state',
      [
        'Creating',
        'Enabled',
        'Disabled',
        'PendingDeletion',
        'PendingImport',
        'PendingReplicaDeletion',
        'Unavailable',
        'Updating',
        null,
      ],
    ],
    ['source.keys.0.manager', ['CUSTOMER', 'AWS']],
    ['source.encryption.Rules.0.ApplyServerSideEncryptionByDefault.SSEAlgorithm', ['AES256', 'aws:kms', 'aws:kms:dsse']],
    ['source.replication.Rules.0.Status', ['Enabled', 'Disabled']],
    ['object.encryption.algorithm', ['AES256', 'aws:kms', 'aws:kms:dsse', 'SSE-C']],
    ['readAt', ['2026-03-01T12:00:00Z', '2026-03-01T12:00:00.123Z', '2026-03-01T12:00:00+02:00']],
    ['role.boundary', [null, { unreadable: 'AccessDenied' }]],
    ['role.inline', [null, { unreadable: 'AccessDenied' }, {}]],
    ['role.inline.p', [{ unreadable: 'AccessDenied' }]],
    ['accounts', [{}, { '333333333333': { organization: null } }]],
    ['accounts.111111111111.serviceControlPolicies', [null, { unreadable: 'AccessDenied' }, []]],
  ])('may say of %s %j', (path, values) => {
    for (const value of values) expect(faultsAt(path, value)).toEqual([]);
  });
});

describe('the least that a state may say', () => {
  const least: Json = {
    source: { account: '111111111111', region: 'eu-west-1', bucket: 'orders' },
    destination: { account: '222222222222', region: 'eu-central-1', bucket: 'orders-dr' },
    role: { arn: roleArn },
  };

  it('is where the two buckets are and who does the work', () => {
    expect(read(least)).toEqual({ states: [least], notes: [] });
  });

  it.each<[path: string, fault: string]>([
    ['source', 'is missing: it must be an object'],
    ['source.account', 'is missing: it must be text'],
    ['source.region', 'is missing: it must be text'],
    ['source.bucket', 'is missing: it must be text'],
    ['destination', 'is missing: it must be an object'],
    ['destination.account', 'is missing: it must be text'],
    ['destination.region', 'is missing: it must be text'],
    ['destination.bucket', 'is missing: it must be text'],
    ['role', 'is missing: it must be an object'],
    ['role.arn', 'is missing: it must be text'],
  ])('has %s', (path, fault) => {
    expect(faultsOf(changed(least, { [path]: undefined }))).toEqual([`${path} ${fault}`]);
  });

  it('is less still of keys, rules and objects: what names them', () => {
    const more = {
      'source.keys': [{ arn: destinationKey }],
      'source.encryption': { Rules: [{}] },
      'source.replication': { Role: roleArn, Rules: [{ Status: 'Enabled', Destination: { Bucket: 'arn:aws:s3:::b' } }] },
      accounts: { '111111111111': {} },
      object: { key: 'a' },
    };

    expect(faultsOf(changed(least, more))).toEqual([]);
  });
});

const digits = 'must be an account id of 12 digits';
const aPolicy = 'must be a policy: its JSON, its text, a statement or a list of statements (null where there is none)';
const rule = 'source.replication.Rules.0';

type Wrong = [path: string, value: unknown, ...faults: string[]];

describe('a value that cannot be', () => {
  it.each<Wrong>([
    ['$schema', 1, '$schema must be text, got 1'],
    ['version', 2, 'version must be 1, got 2'],
    ['name', 1, 'name must be text, got 1'],
    ['partition', 'aws-eu', 'partition must be "aws" or "aws-cn" or "aws-us-gov", got "aws-eu"'],
    ['readAt', 'today', 'readAt must be a time such as 2026-03-01T12:00:00Z, got "today"'],
    ['source', 'orders', 'source must be an object, got "orders"'],
    ['source.account', '1111', `source.account ${digits}, got "1111"`],
    ['source.account', 'a111111111111', `source.account ${digits}, got "a111111111111"`],
    ['source.account', '1111111111112', `source.account ${digits}, got "1111111111112"`],
    ['source.region', 'eu-west-1a', 'source.region must be a region such as eu-west-1, got "eu-west-1a"'],
    ['source.region', '-eu-west-1', 'source.region must be a region such as eu-west-1, got "-eu-west-1"'],
    ['source.region', 'eu-west', 'source.region must be a region such as eu-west-1, got "eu-west"'],
    ['source.region', 'eu-1', 'source.region must be a region such as eu-west-1, got "eu-1"'],
    ['source.bucket', '', 'source.bucket must not be empty'],
    ['source.exists', 'yes', 'source.exists must be true or false, got "yes"'],
    ['source.versioning', 'On', 'source.versioning must be "Enabled" or "Suspended", got "On"'],
    ['source.versioning', { unreadable: 1 }, 'source.versioning.unreadable must be text, got 1'],
    ['source.encryption', 1, 'source.encryption must be an object, got 1'],
    ['source.encryption', { Rules: {} }, 'source.encryption.Rules must be a list, got {}'],
    [
      'source.encryption.Rules.0.ApplyServerSideEncryptionByDefault',
      {},
      'source.encryption.Rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm is missing: it must be "AES256" or "aws:kms" or "aws:kms:dsse"',
    ],
    [
      'source.encryption.Rules.0.BucketKeyEnabled',
      'true',
      'source.encryption.Rules[0].BucketKeyEnabled must be true or false, got "true"',
    ],
    [
      'source.encryption.Rules.0.BlockedEncryptionTypes',
      { EncryptionType: 'SSE-C' },
      'source.encryption.Rules[0].BlockedEncryptionTypes.EncryptionType must be a list, got "SSE-C"',
    ],
    ['source.policy', 'none', `source.policy ${aPolicy}`],
    ['source.policy', {}, `source.policy ${aPolicy}`],
    ['source.policy', 1, `source.policy ${aPolicy}`],
    ['source.policy', { Statement: 'x' }, 'source.policy.Statement[0] must be a statement: an object'],
    [
      'source.policy',
      [{ Effect: 'Allow' }, null, { Effect: 'allow' }],
      'source.policy.Statement[1] must be a statement: an object',
      'source.policy.Statement[2] must have an Effect that is Allow or Deny',
    ],
    ...['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'].map(
      (name) =>
        [`source.publicAccessBlock.${name}`, 'on', `source.publicAccessBlock.${name} must be true or false, got "on"`] as Wrong,
    ),
    [
      'source.objectOwnership',
      'Mine',
      'source.objectOwnership must be "BucketOwnerEnforced" or "BucketOwnerPreferred" or "ObjectWriter", got "Mine"',
    ],
    ['source.objectLock', 'on', 'source.objectLock must be true or false, got "on"'],
    ['source.payer', 'Me', 'source.payer must be "Requester" or "BucketOwner", got "Me"'],
    ['source.keys', 1, 'source.keys must be a list, got 1'],
    ['source.keys.0', 1, 'source.keys[0] must be an object, got 1'],
    ['source.keys.0', {}, 'source.keys[0].arn is missing: it must be text'],
    [
      'source.keys.0.arn',
      'arn:aws:kms:eu-west-1:111111111111:alias/orders',
      `source.keys[0].arn must be the key's own ARN (an alias goes into aliases), got "arn:aws:kms:eu-west-1:111111111111:alias/orders"`,
    ],
    [
      'source.keys.0.arn',
      '',
      'source.keys[0].arn must not be empty',
      `source.keys[0].arn must be the key's own ARN (an alias goes into aliases), got ""`,
    ],
    ['source.keys.0.aliases', [1], 'source.keys[0].aliases[0] must be text, got 1'],
    ['source.keys.0.aliases', [''], 'source.keys[0].aliases[0] must not be empty'],
    ['source.keys.0.exists', 1, 'source.keys[0].exists must be true or false, got 1'],
    [
      'source.keys.0.state',
      'Off',
      'source.keys[0].state must be "Creating" or "Enabled" or "Disabled" or "PendingDeletion" or "PendingImport" or "PendingReplicaDeletion" or "Unavailable" or "Updating", got "Off"',
    ],
    ['source.keys.0.manager', 'me', 'source.keys[0].manager must be "CUSTOMER" or "AWS", got "me"'],
    ['source.keys.0.spec', 1, 'source.keys[0].spec must be text, got 1'],
    ['source.keys.0.usage', 1, 'source.keys[0].usage must be text, got 1'],
    ['source.keys.0.policy', 1, `source.keys[0].policy ${aPolicy}`],
    ['source.keys.0.tags', { a: 1 }, 'source.keys[0].tags.a must be text, got 1'],
    ['source.replication', { Rules: [] }, 'source.replication.Role is missing: it must be text'],
    [`${rule}.ID`, 1, 'source.replication.Rules[0].ID must be text, got 1'],
    [`${rule}.Priority`, '1', 'source.replication.Rules[0].Priority must be a number, got "1"'],
    [`${rule}.Status`, 'On', 'source.replication.Rules[0].Status must be "Enabled" or "Disabled", got "On"'],
    [`${rule}.Prefix`, 1, 'source.replication.Rules[0].Prefix must be text, got 1'],
    [`${rule}.Filter`, 1, 'source.replication.Rules[0].Filter must be an object, got 1'],
    [`${rule}.Filter.Prefix`, 1, 'source.replication.Rules[0].Filter.Prefix must be text, got 1'],
    [`${rule}.Filter.Tag`, { Key: 'a' }, 'source.replication.Rules[0].Filter.Tag.Value is missing: it must be text'],
    [`${rule}.Filter.Tag`, { Value: 'a' }, 'source.replication.Rules[0].Filter.Tag.Key is missing: it must be text'],
    [`${rule}.Filter.And.Prefix`, 1, 'source.replication.Rules[0].Filter.And.Prefix must be text, got 1'],
    [`${rule}.Filter.And.Tags`, {}, 'source.replication.Rules[0].Filter.And.Tags must be a list, got {}'],
    ...['SourceSelectionCriteria.SseKmsEncryptedObjects', 'SourceSelectionCriteria.ReplicaModifications'].map(
      (name) => [`${rule}.${name}`, 'on', `source.replication.Rules[0].${name} must be an object, got "on"`] as Wrong,
    ),
    ...['ExistingObjectReplication', 'DeleteMarkerReplication'].map(
      (name) =>
        [
          `${rule}.${name}`,
          { Status: 'On' },
          `source.replication.Rules[0].${name}.Status must be "Enabled" or "Disabled", got "On"`,
        ] as Wrong,
    ),
    [
      `${rule}.Destination.Bucket`,
      'orders-dr',
      'source.replication.Rules[0].Destination.Bucket must be the ARN of a bucket, e.g. arn:aws:s3:::orders-dr, got "orders-dr"',
    ],
    [
      `${rule}.Destination.Bucket`,
      'arn:aws:s3:::',
      'source.replication.Rules[0].Destination.Bucket must be the ARN of a bucket, e.g. arn:aws:s3:::orders-dr, got "arn:aws:s3:::"',
    ],
    [
      `${rule}.Destination.Bucket`,
      'to arn:aws:s3:::b',
      'source.replication.Rules[0].Destination.Bucket must be the ARN of a bucket, e.g. arn:aws:s3:::orders-dr, got "to arn:aws:s3:::b"',
    ],
    [`${rule}.Destination.Account`, '2', `source.replication.Rules[0].Destination.Account ${digits}, got "2"`],
    [`${rule}.Destination.StorageClass`, 1, 'source.replication.Rules[0].Destination.StorageClass must be text, got 1'],
    [
      `${rule}.Destination.AccessControlTranslation`,
      {},
      'source.replication.Rules[0].Destination.AccessControlTranslation.Owner is missing: it must be text',
    ],
    [
      `${rule}.Destination.EncryptionConfiguration`,
      { ReplicaKmsKeyID: '' },
      'source.replication.Rules[0].Destination.EncryptionConfiguration.ReplicaKmsKeyID must not be empty',
    ],
    [
      `${rule}.Destination.ReplicationTime`,
      'on',
      'source.replication.Rules[0].Destination.ReplicationTime must be an object, got "on"',
    ],
    [
      `${rule}.Destination.Metrics`,
      { Status: 'On' },
      'source.replication.Rules[0].Destination.Metrics.Status must be "Enabled" or "Disabled", got "On"',
    ],
    ['role', 1, 'role must be an object, got 1'],
    ['role.arn', 'orders', 'role.arn must be the ARN of a role, got "orders"'],
    ['role.arn', `see ${roleArn}`, `role.arn must be the ARN of a role, got "see ${roleArn}"`],
    [
      'role.arn',
      'arn:aws:iam::111111111111:user/ann',
      'role.arn must be the ARN of a role, got "arn:aws:iam::111111111111:user/ann"',
    ],
    ['role.arn', 'arn:aws:iam::1:role/a', 'role.arn must be the ARN of a role, got "arn:aws:iam::1:role/a"'],
    ['role.exists', 'no', 'role.exists must be true or false, got "no"'],
    ['role.id', 1, 'role.id must be text, got 1'],
    ['role.trust', 1, `role.trust ${aPolicy}`],
    ['role.inline', { p: 1 }, `role.inline.p ${aPolicy}`],
    ['role.attached', 'x', 'role.attached must be an object, got "x"'],
    ['role.boundary', { arn: 1, document: policy() }, 'role.boundary.arn must be text, got 1'],
    ['role.boundary', { arn: 'x' }, `role.boundary.document ${aPolicy}`],
    ['role.tags', { a: true }, 'role.tags.a must be text, got true'],
    ['accounts', { prod: {} }, `accounts.prod ${digits}`],
    ['accounts', { '111111111111': 1 }, 'accounts.111111111111 must be an object, got 1'],
    [
      'accounts.111111111111.organization',
      'r-abcd',
      'accounts.111111111111.organization must be the id of an organization, o-…, got "r-abcd"',
    ],
    [
      'accounts.111111111111.organization',
      'o-Example',
      'accounts.111111111111.organization must be the id of an organization, o-…, got "o-Example"',
    ],
    [
      'accounts.111111111111.organization',
      'to-example',
      'accounts.111111111111.organization must be the id of an organization, o-…, got "to-example"',
    ],
    ['accounts.111111111111.organizationPath', 1, 'accounts.111111111111.organizationPath must be text, got 1'],
    ['accounts.111111111111.managementAccount', 1, 'accounts.111111111111.managementAccount must be true or false, got 1'],
    ...(['serviceControlPolicies', 'resourceControlPolicies'] as const).map(
      (name) => [`accounts.111111111111.${name}`, [{ p: 1 }], `accounts.111111111111.${name}[0].p ${aPolicy}`] as Wrong,
    ),
    [
      'accounts.111111111111.publicAccessBlock',
      { BlockPublicAcls: 1 },
      'accounts.111111111111.publicAccessBlock.BlockPublicAcls must be true or false, got 1',
    ],
    ['object.key', '', 'object.key must not be empty'],
    ['object', {}, 'object.key is missing: it must be text'],
    ['object.tags', { a: 1 }, 'object.tags.a must be text, got 1'],
    [
      'object.encryption.algorithm',
      'DES',
      'object.encryption.algorithm must be "AES256" or "aws:kms" or "aws:kms:dsse" or "SSE-C", got "DES"',
    ],
    ['object.encryption.key', 1, 'object.encryption.key must be text, got 1'],
    ['object.encryption.bucketKey', 1, 'object.encryption.bucketKey must be true or false, got 1'],
  ])('%s: %j', (path, value, ...faults) => {
    expect(faultsAt(path, value)).toEqual(faults);
  });

  it.each([[null], ['text'], [[]], [7]])('%j is no state at all', (value) => {
    expect(faultsOf(value)).toEqual([` must be an object, got ${JSON.stringify(value)}`]);
  });
});

describe('the message of a state with faults', () => {
  const state = changed(fullState, { 'source.account': '1', 'source.bucket': '' });

  it('names the file and every fault with its place', () => {
    const places: Readonly<Record<string, number>> = { account: 7, bucket: 3 };
    const positions = (path: readonly (string | number)[]) => ({ line: places[String(path.at(-1))] ?? 1, column: 5 });
    const complaints = [{ path: ['name'], message: 'stands here twice' }];
    const error = (() => {
      try {
        return readStates(state, { name: 'orders.json', positions, complaints });
      } catch (thrown) {
        return thrown as InvalidState;
      }
    })();

    expect(error).toBeInstanceOf(InvalidState);
    expect(error).toMatchObject({
      name: 'InvalidState',
      file: 'orders.json',
      faults: [{ path: 'name' }, { line: 3 }, { line: 7 }],
    });
    expect((error as InvalidState).message).toBe(
      [
        'state "orders.json" has faults:',
        '  line 1, column 5: name: stands here twice',
        '  line 3, column 5: source.bucket: must not be empty',
        '  line 7, column 5: source.account: must be an account id of 12 digits, got "1"',
      ].join('\n'),
    );
  });
});

describe('fields that nobody knows', () => {
  const strict = [
    'extra',
    'source.extra',
    'source.encryption.extra',
    'source.encryption.Rules.0.extra',
    'source.encryption.Rules.0.ApplyServerSideEncryptionByDefault.extra',
    'source.encryption.Rules.0.BlockedEncryptionTypes.extra',
    'source.publicAccessBlock.extra',
    'source.keys.0.extra',
    'source.replication.extra',
    'source.replication.Rules.0.extra',
    'source.replication.Rules.0.Filter.extra',
    'source.replication.Rules.0.Filter.Tag.extra',
    'source.replication.Rules.0.Filter.And.extra',
    'source.replication.Rules.0.SourceSelectionCriteria.extra',
    'source.replication.Rules.0.DeleteMarkerReplication.extra',
    'source.replication.Rules.0.Destination.extra',
    'source.replication.Rules.0.Destination.AccessControlTranslation.extra',
    'source.replication.Rules.0.Destination.EncryptionConfiguration.extra',
    'destination.replication',
    'role.extra',
    'role.boundary.extra',
    'accounts.111111111111.extra',
    'object.extra',
    'object.encryption.extra',
  ];

  it.each(strict)('are taken out and told: %s', (path) => {
    const { states, notes } = read(changed(fullState, { [path]: { any: 'thing' } }));
    const told = path.replace(/\.(\d)(?=\.)/g, '[$1]');

    expect(notes).toEqual([`${told} is not a known field and was left aside.`]);
    expect(states).toEqual([fullState]);
  });

  it('are told beside what is wrong', () => {
    expect(faultsOf(changed(fullState, { extra: 1, 'source.bucket': '' }))).toEqual(['source.bucket must not be empty']);
  });

  it.each(['ReplicationTime', 'Metrics'])('may stand in %s, where S3 keeps adding some', (name) => {
    const path = `source.replication.Rules.0.Destination.${name}.extra`;

    expect(read(changed(fullState, { [path]: 1 })).notes).toEqual([]);
  });

  it('are told of several states by name', () => {
    const { states, notes } = read({
      $schema: 'x',
      version: 1,
      replications: { one: changed(fullState, { extra: 1, name: undefined }) },
      more: 1,
    });

    expect(notes).toEqual([
      'replications.one.extra is not a known field and was left aside.',
      'more is not a known field and was left aside.',
    ]);
    expect(states).toEqual([{ ...fullState, name: 'one' }]);
  });
});

describe('several states', () => {
  it('keep the names they give themselves', () => {
    expect(
      read({ replications: { one: fullState, two: changed(fullState, { name: undefined }) } }).states.map(({ name }) => name),
    ).toEqual([fullState.name, 'two']);
  });

  it('are of version 1', () => {
    expect(faultsOf({ version: 2, replications: {} })).toEqual(['version must be 1, got 2']);
    expect(faultsOf({ $schema: 1, replications: {} })).toEqual(['$schema must be text, got 1']);
  });
});

describe('accounts by themselves', () => {
  const accounts = { '111111111111': accountPolicies };

  it.each([
    ['bare', accounts],
    ['as part of a state', { accounts }],
  ])('are read %s', (_, given) => {
    expect(readAccounts(given, { name: 'accounts.json' })).toEqual({ accounts, notes: [] });
  });

  it('leave aside what nobody knows', () => {
    expect(readAccounts({ '111111111111': { ...accountPolicies, extra: 1 } }, { name: 'a' })).toEqual({
      accounts,
      notes: ['111111111111.extra is not a known field and was left aside.'],
    });
  });

  it('name the file in what is wrong with them', () => {
    expect(() => readAccounts({ prod: {} }, { name: 'accounts.json' })).toThrow(
      'state "accounts.json" has faults:\n  prod: must be an account id of 12 digits',
    );
  });
});
