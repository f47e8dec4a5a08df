import { describe, expect, it } from 'vitest';
import { readAccounts, readStates } from '../../shared/policy/state-file.ts';
import { changed, fullState, type Json, valueAt } from './state-files.ts';
import { allow, deny, destination, policy, roleArn, sourceKey, trustStatement } from './states.ts';

const one = allow('s3:GetObject', `${destination}/*`, { Principal: '*' });
const other = deny('s3:*', '*', { Principal: '*' });
const whole = policy(one);
const text = JSON.stringify(whole);
const both = policy(one, other);
const named = { PolicyName: 'p', PolicyDocument: whole };
const refused = { unreadable: 'AccessDenied' };
const rule = (fullState.source as { replication: { Rules: readonly unknown[] } }).replication.Rules[0];

function pasted(path: string, value: unknown): unknown {
  const { states, notes } = readStates(changed(fullState, { [path]: value }), { name: 'state.json' });
  expect(notes).toEqual([]);
  return valueAt(states[0], path);
}

describe('a policy in a state', () => {
  it.each<[because: string, given: unknown, read: unknown]>([
    ['as JSON', whole, whole],
    ['as text', text, whole],
    ['as text with space around it', `\n ${text} \n`, whole],
    ['as IAM encodes it', encodeURIComponent(text), whole],
    ['as IAM encodes it, in small letters and with space before it', ` ${encodeURIComponent(text).replace('%7B', '%7b')}`, whole],
    ['as text of its text', JSON.stringify({ Policy: text }), whole],
    ['one statement', one, whole],
    ['one statement as text', JSON.stringify(one), whole],
    ['a list of statements', [one, other], both],
    ['a list of statements as text', JSON.stringify([one, other]), both],
    ['with one statement outside a list', { Version: '2012-10-17', Statement: one }, { Version: '2012-10-17', Statement: one }],
    ['with an Effect of its own beside the statements', { ...whole, Effect: 'x' }, { ...whole, Effect: 'x' }],
    ['get-bucket-policy', { Policy: text }, whole],
    ['a template', { PolicyDocument: whole }, whole],
    ['a role of get-role', { Role: { AssumeRolePolicyDocument: whole } }, whole],
    ['the trust policy alone', { AssumeRolePolicyDocument: encodeURIComponent(text) }, whole],
    ['get-policy-version', { PolicyVersion: { Document: whole } }, whole],
    ['describe-policy', { Policy: { Content: text } }, whole],
    ['describe-resource-policy', { ResourcePolicy: { Content: text } }, whole],
    ['what could not be read', refused, refused],
    ['no policy', null, null],
    ['no policy, as text', 'null', null],
  ])('may be %s', (_, given, read) => {
    expect(pasted('destination.policy', given)).toEqual(read);
  });

  it.each([['1'], ['"text"'], ['{'], ['%7B']])('is not what %s says', (given) => {
    expect(() => pasted('destination.policy', given)).toThrow('destination.policy: must be a policy: ');
  });

  it('is decoded only where it was encoded', () => {
    const withPercent = policy(allow('s3:GetObject', `${destination}/100%25/*`));

    expect(pasted('destination.policy', JSON.stringify(withPercent))).toEqual(withPercent);
  });
});

describe('a setting of a bucket', () => {
  const byDefault = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: sourceKey };
  const rules = [{ ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled: true }];
  const block = { BlockPublicAcls: true };

  it.each<[path: string, because: string, given: unknown, read: unknown]>([
    ['account', 'without quotes', 222222222222, '222222222222'],
    ['account', 'without quotes and so without its leading zeros', 1234567890, '001234567890'],
    ['bucket', 'as ARN', 'arn:aws-cn:s3:::orders', 'orders'],
    ['bucket', 'with the word in its name', 'x-arn:aws:s3:::orders', 'x-arn:aws:s3:::orders'],
    ['versioning', 'as answered', { Status: 'Enabled', MFADelete: 'Disabled' }, 'Enabled'],
    ['versioning', 'in another case', 'SUSPENDED', 'Suspended'],
    ['versioning', 'of a bucket that never had it, from the AWS CLI', '', null],
    ['versioning', 'of a bucket that never had it, from the API', {}, null],
    ['versioning', 'as CloudFormation and Terraform call it', 'Disabled', null],
    ['versioning', 'as Terraform calls it, in another case', { Status: 'disabled' }, null],
    ['versioning', 'refused', refused, refused],
    ['versioning', 'not set', null, null],
    ['encryption', 'as answered', { ServerSideEncryptionConfiguration: { Rules: rules } }, { Rules: rules }],
    ['encryption', 'as answered, as a list', { ServerSideEncryptionConfiguration: rules }, { Rules: rules }],
    ['encryption', 'as a list', rules, { Rules: rules }],
    ['encryption', 'as one rule', rules[0], { Rules: rules }],
    ['encryption', 'as what one rule applies', byDefault, { Rules: [{ ApplyServerSideEncryptionByDefault: byDefault }] }],
    ['encryption', 'refused', refused, refused],
    ['encryption', 'not set', null, null],
    ['publicAccessBlock', 'as answered', { PublicAccessBlockConfiguration: block }, block],
    ['objectOwnership', 'as answered', { OwnershipControls: { Rules: [{ ObjectOwnership: 'ObjectWriter' }] } }, 'ObjectWriter'],
    ['objectOwnership', 'as its rules', [{ ObjectOwnership: 'ObjectWriter' }], 'ObjectWriter'],
    ['objectOwnership', 'as one rule', { Rules: { ObjectOwnership: 'ObjectWriter' } }, 'ObjectWriter'],
    ['objectOwnership', 'in another case', 'bucketownerenforced', 'BucketOwnerEnforced'],
    ['objectOwnership', 'refused', refused, refused],
    ['objectLock', 'as answered', { ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' } }, true],
    ['objectLock', 'as its configuration', { ObjectLockEnabled: 'Enabled' }, true],
    ['objectLock', 'as a word', 'Enabled', true],
    ['objectLock', 'refused', refused, refused],
    ['payer', 'as answered', { Payer: 'Requester' }, 'Requester'],
    ['payer', 'in another case', 'bucketowner', 'BucketOwner'],
    [
      'replication',
      'as answered',
      { ReplicationConfiguration: { Role: roleArn, Rules: [rule] } },
      { Role: roleArn, Rules: [rule] },
    ],
    ['replication', 'with one rule outside a list', { Role: roleArn, Rules: rule }, { Role: roleArn, Rules: [rule] }],
    ['replication', 'not set', null, null],
    ['keys', 'as ARNs', [sourceKey], [{ arn: sourceKey }]],
    ['keys', 'as one ARN', sourceKey, [{ arn: sourceKey }]],
    ['keys', 'as one key outside a list', { arn: sourceKey, exists: true }, [{ arn: sourceKey, exists: true }]],
  ])('may be given so: %s %s', (name, _, given, read) => {
    expect(pasted(`source.${name}`, given)).toEqual(read);
  });

  it.each<[path: string, given: unknown]>([
    ['source.account', 1.5],
    ['source.account', 0],
    ['source.account', -1],
    ['source.bucket', 7],
    ['source.versioning', { Status: 7 }],
    ['source.encryption', 'aws:kms'],
    ['source.replication', 7],
    ['source.objectLock', 'Disabled'],
    ['source.keys', [7]],
    ['source.keys', 7],
    ['source', 7],
    ['role', 7],
    ['role.boundary', 7],
    ['role.inline', 7],
    ['role.inline', [7]],
    ['role.attached', 7],
    ['role.tags', [{ Key: 'a' }]],
    ['role.tags', ['a']],
    ['accounts', 7],
    ['accounts.111111111111', 7],
    ['accounts.111111111111.serviceControlPolicies', 7],
    ['accounts.111111111111.serviceControlPolicies', [7]],
    ['object', 7],
  ])('%s may not be %j', (path, given) => {
    expect(() => pasted(path, given)).toThrow('has faults');
  });
});

describe('a key in a state', () => {
  const metadata = {
    Arn: sourceKey,
    KeyState: 'Disabled',
    KeyManager: 'CUSTOMER',
    KeySpec: 'SYMMETRIC_DEFAULT',
    KeyUsage: 'ENCRYPT_DECRYPT',
    Description: 'orders',
  };
  const facts = { arn: sourceKey, state: 'Disabled', manager: 'CUSTOMER', spec: 'SYMMETRIC_DEFAULT', usage: 'ENCRYPT_DECRYPT' };

  it.each<[because: string, given: unknown, read: unknown]>([
    ['describe-key', { KeyMetadata: metadata }, facts],
    ['describe-key of an old key, which has no KeySpec', { KeyMetadata: { Arn: sourceKey } }, { arn: sourceKey }],
    [
      'describe-key, with a word of ours that counts more',
      { KeyMetadata: metadata, state: 'Enabled' },
      { ...facts, state: 'Enabled' },
    ],
    [
      'words in another case',
      { arn: sourceKey, state: 'pendingdeletion', manager: 'aws' },
      { arn: sourceKey, state: 'PendingDeletion', manager: 'AWS' },
    ],
    ['get-key-policy', { arn: sourceKey, policy: { Policy: text, PolicyName: 'default' } }, { arn: sourceKey, policy: whole }],
    ['one alias', { arn: sourceKey, aliases: 'alias/orders' }, { arn: sourceKey, aliases: ['alias/orders'] }],
    [
      'list-resource-tags',
      { arn: sourceKey, tags: { Tags: [{ TagKey: 'team', TagValue: 'orders' }] } },
      { arn: sourceKey, tags: { team: 'orders' } },
    ],
  ])('may be given as %s', (_, given, read) => {
    expect(pasted('source.keys', [given])).toEqual([read]);
  });
});

describe('the role in a state', () => {
  const trust = policy(trustStatement);
  const boundary = { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: 'arn:aws:iam::111111111111:policy/edge' };
  const told = { Arn: roleArn, RoleId: 'AROAEXAMPLE', AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(trust)) };
  const asTold = { arn: roleArn, id: 'AROAEXAMPLE', trust, boundary: null, tags: {} };

  it.each<[because: string, given: unknown, read: unknown]>([
    ['its ARN', roleArn, { arn: roleArn }],
    ['get-role', { Role: told }, asTold],
    ['get-role, which tells tags', { Role: { ...told, Tags: [{ Key: 'a', Value: 'b' }] } }, { ...asTold, tags: { a: 'b' } }],
    ['get-role of little', { Role: { Arn: roleArn } }, { arn: roleArn, boundary: null, tags: {} }],
    [
      'get-role beside words of ours that count more',
      { Role: told, id: 'AROAOTHER', inline: {} },
      { ...asTold, id: 'AROAOTHER', inline: {} },
    ],
  ])('may be given as %s', (_, given, read) => {
    expect(pasted('role', given)).toEqual(read);
  });

  it('has a boundary whose text is not known where get-role names one', () => {
    expect(pasted('role', { Role: { ...told, PermissionsBoundary: boundary } })).not.toHaveProperty('boundary');
  });

  it('is the one that S3 is told to assume where nothing is said of a role', () => {
    const state = changed(fullState, { role: undefined });

    expect(readStates(state, { name: 's' }).states[0]?.role).toEqual({ arn: roleArn });
  });

  it.each([
    ['there is no configuration', { role: undefined, 'source.replication': null }],
    ['the configuration has no role', { role: undefined, 'source.replication': { Rules: [] } }],
    ['there is no source', { role: undefined, source: undefined }],
  ])('is missing where %s', (_, changes) => {
    expect(() => readStates(changed(fullState, changes), { name: 's' })).toThrow('role: is missing: it must be an object');
  });

  it.each<[because: string, given: unknown, read: unknown]>([
    ['get-role-policy', { RoleName: 'r', ...named }, { p: whole }],
    ['several get-role-policy', [named, { PolicyName: 'q', PolicyDocument: both }], { p: whole, q: both }],
    ['a list with names and documents of ours', [{ name: 'p', document: text }], { p: whole }],
    ['a list without names', [whole, both], { 'policy 1': whole, 'policy 2': both }],
    ['by name', { p: text, q: refused }, { p: whole, q: refused }],
    ['names alone', [{ PolicyName: 'p' }], { p: { unreadable: 'its text is not given' } }],
    ['refused', refused, refused],
    ['none', null, null],
  ])('may have inline policies given so: %s', (_, given, read) => {
    expect(pasted('role.inline', given)).toEqual(read);
  });

  it.each<[because: string, given: unknown, read: unknown]>([
    [
      'list-attached-role-policies',
      { AttachedPolicies: [{ PolicyName: 'g', PolicyArn: 'arn:aws:iam::aws:policy/g' }] },
      { 'arn:aws:iam::aws:policy/g': { unreadable: 'its text is not given' } },
    ],
    ['one that is attached', { PolicyName: 'g', PolicyArn: 'arn:g' }, { 'arn:g': { unreadable: 'its text is not given' } }],
    ['ARN and document', [{ arn: 'arn:g', document: whole }], { 'arn:g': whole }],
    ['ARN and document outside a list', { arn: 'arn:g', document: whole }, { 'arn:g': whole }],
    ['name and document', [{ name: 'g', document: whole }], { g: whole }],
    ['the name as IAM calls it', [{ PolicyName: 'g', Document: whole }], { g: whole }],
    ['by ARN, get-policy-version', { 'arn:g': { PolicyVersion: { Document: encodeURIComponent(text) } } }, { 'arn:g': whole }],
  ])('may have attached policies given so: %s', (_, given, read) => {
    expect(pasted('role.attached', given)).toEqual(read);
  });

  it.each<[because: string, given: unknown, read: unknown]>([
    ['as ARN and document', { arn: 'arn:g', document: text }, { arn: 'arn:g', document: whole }],
    ['as ARN and policy', { arn: 'arn:g', policy: [one] }, { arn: 'arn:g', document: whole }],
    ['as document alone', text, { arn: 'boundary', document: whole }],
    ['refused', refused, refused],
    ['none', null, null],
  ])('may have a boundary: %s', (_, given, read) => {
    expect(pasted('role.boundary', given)).toEqual(read);
  });

  it.each<[because: string, given: unknown, read: unknown]>([
    ['by key', { a: 'b' }, { a: 'b' }],
    [
      'as IAM lists them',
      [
        { Key: 'a', Value: 'b' },
        { Key: 'c', Value: '' },
      ],
      { a: 'b', c: '' },
    ],
    ['as list-role-tags', { Tags: [{ Key: 'a', Value: 'b' }], IsTruncated: false }, { a: 'b' }],
    ['as S3 lists them', { TagSet: [{ Key: 'a', Value: 'b' }] }, { a: 'b' }],
    ['none', [], {}],
  ])('may have tags %s', (_, given, read) => {
    expect(pasted('role.tags', given)).toEqual(read);
    expect(pasted('object.tags', given)).toEqual(read);
  });
});

describe('an object in a state', () => {
  it('may be its key alone', () => {
    expect(pasted('object', 'a/1.csv')).toEqual({ key: 'a/1.csv' });
  });
});

describe('an account in a state', () => {
  const at = (account: Json): unknown => readAccounts({ '111111111111': account }, { name: 'a' }).accounts['111111111111'];
  const described = (name: string) => ({ Policy: { PolicySummary: { Id: 'p-1', Name: name }, Content: text } });

  it.each<[because: string, given: unknown, read: unknown]>([
    ['levels by name', [{ a: text }, { b: both }], [{ a: whole }, { b: both }]],
    ['one level by name', { a: text }, [{ a: whole }]],
    ['describe-policy', [[described('a'), described('b')]], [{ a: whole, b: whole }]],
    ['what stands inside describe-policy', [[described('a').Policy]], [{ a: whole }]],
    ['policies without names', [[whole, text]], [{ 'policy 1': whole, 'policy 2': whole }]],
    ['a name that is none', [[{ Policy: { PolicySummary: { Name: 7 }, Content: text } }]], [{ 'policy 1': whole }]],
    ['refused', refused, refused],
    ['none', null, null],
  ])('may have service control policies given so: %s', (_, given, read) => {
    expect(at({ serviceControlPolicies: given })).toEqual({ serviceControlPolicies: read });
    expect(at({ resourceControlPolicies: given })).toEqual({ resourceControlPolicies: read });
  });

  it.each<[because: string, given: unknown, read: unknown]>([
    ['describe-organization', { Organization: { Id: 'o-example01', MasterAccountId: '333333333333' } }, 'o-example01'],
    ['what stands inside it', { Id: 'o-example01' }, 'o-example01'],
    ['refused', refused, refused],
  ])('may name its organization by %s', (_, given, read) => {
    expect(at({ organization: given })).toEqual({ organization: read });
  });

  it('may have the answer about its public access block', () => {
    expect(at({ publicAccessBlock: { PublicAccessBlockConfiguration: { BlockPublicAcls: true } } })).toEqual({
      publicAccessBlock: { BlockPublicAcls: true },
    });
  });
});
