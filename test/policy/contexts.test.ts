import { describe, expect, it } from 'vitest';
import type { ContextValue } from '../../shared/policy/evaluate.ts';
import {
  assumeCalls,
  type Call,
  configurationCalls,
  decryptCalls,
  encryptCalls,
  type Passage,
  passageOf,
  readCalls,
  replicateCalls,
} from '../../shared/policy/proof/calls.ts';
import { type CallKind, contextOf, contextTable } from '../../shared/policy/proof/contexts.ts';
import { encryptionOf } from '../../shared/policy/proof/encryption.ts';
import type { ReplicationState } from '../../shared/policy/replication-state.ts';
import { aState, destinationKey, sourceKey } from './states.ts';

const callsOf: Readonly<Record<CallKind, (passage: Passage) => readonly Call[]>> = {
  assume: assumeCalls,
  'source-bucket': configurationCalls,
  'source-object': readCalls,
  'destination-object': replicateCalls,
  'source-key': decryptCalls,
  'destination-key': encryptCalls,
};
const kinds = Object.keys(callsOf) as readonly CallKind[];

/** The keys of the `nth` call of a kind. */
function keysOf(state: ReplicationState, kind: CallKind, nth = 0): Readonly<Record<string, ContextValue>> {
  const rule = (state.source.replication as unknown as { Rules: readonly never[] }).Rules[0];
  const call = callsOf[kind](passageOf(state, rule, encryptionOf(state)))[nth];
  return call === undefined ? {} : contextOf(call.facts).keys;
}

const inOrganization = aState({
  accounts: {
    '111111111111': { organization: 'o-example01', organizationPath: 'o-example01/r-ab12/' },
    '222222222222': { organization: null },
  },
});

type Cell = ContextValue | undefined;
type Row = readonly [key: string, because: string, ...cells: [Cell, Cell, Cell, Cell, Cell, Cell]];

const _ = undefined;
const some = (unknown: string): Cell => ({ unknown, present: true });
const perhaps = (unknown: string, maybe: string): Cell => ({ unknown, maybe });
const address: Cell = { unknown: "S3 calls from an address of AWS's own, if any", foreign: true };
const mfa = perhaps('whether the session of a service role carries aws:MultiFactorAuthPresent', 'false');
const tls = perhaps('which TLS version S3 uses for its own calls', '1.2');
const signature = perhaps('how S3 signs its own calls', 'AWS4-HMAC-SHA256');
const header = perhaps('how S3 signs its own calls', 'REST-HEADER');
const call = some('the time of the call');
const session = some('when S3 took on the role');
const contexts = some('which further encryption context objects carry');
const org = 'o-example01';
const path = ['o-example01/r-ab12/'];

/** null: not carried; nothing: not known, or not a key of such calls. */
const table: readonly Row[] = [
  ...['SourceVpce', 'SourceVpc', 'VpcSourceIp', 'VpceAccount', 'VpceOrgID', 'VpceOrgPaths'].map(
    (name): Row => [`aws:${name}`, 'S3 calls from no network of yours', null, null, null, null, null, null],
  ),
  ['aws:SourceIp', 'S3 calls from no network of yours', address, address, address, address, address, address],
  ['aws:SecureTransport', 'S3 uses TLS', true, true, true, true, true, true],
  ['aws:SourceAccount', 'the role calls, not the service', '111111111111', null, null, null, null, null],
  ['aws:SourceArn', 'the role calls, not the service', 'arn:aws:s3:::orders', null, null, null, null, null],
  ['aws:SourceOrgID', 'the role calls, not the service', org, null, null, null, null, null],
  ['aws:SourceOrgPaths', 'the role calls, not the service', path, null, null, null, null, null],
  ['sts:ExternalId', 'S3 has none to send', null, _, _, _, _, _],
  ['sts:SourceIdentity', 'S3 has none to send', null, _, _, _, _, _],
  ['aws:MultiFactorAuthAge', 'nobody typed a code', null, null, null, null, null, null],
  ['aws:FederatedProvider', 'nobody signed in elsewhere', null, null, null, null, null, null],
  ['aws:ViaAWSService', 'S3 forwards to KMS only', _, false, false, false, true, true],
  ...['CalledVia', 'CalledViaFirst', 'CalledViaLast'].map(
    (name): Row => [`aws:${name}`, 'no service calls S3', _, null, null, null, _, _],
  ),
  ['aws:MultiFactorAuthPresent', 'it is not documented', _, mfa, mfa, mfa, mfa, mfa],
  ...['aws:Ec2InstanceSourceVpc', 'aws:Ec2InstanceSourcePrivateIPv4', 'ec2:SourceInstanceArn', 'lambda:SourceFunctionArn'].map(
    (name): Row => [name, 'S3 is neither', _, null, null, null, null, null],
  ),
  ['aws:TokenIssueTime', 'a session has one', _, session, session, session, session, session],
  ['aws:RequestedRegion', 'it is that of the bucket', _, 'eu-west-1', 'eu-west-1', 'eu-central-1', 'eu-west-1', 'eu-central-1'],
  ['aws:CurrentTime', 'nobody said when', call, call, call, call, call, call],
  ['aws:EpochTime', 'nobody said when', call, call, call, call, call, call],
  ['aws:ResourceOrgID', 'it is that of the owner', org, org, org, null, org, null],
  ['aws:ResourceOrgPaths', 'it is that of the owner', path, path, path, null, path, null],
  ['s3:ResourceAccount', 'it is the owner', _, '111111111111', '111111111111', '222222222222', _, _],
  ...['s3:DataAccessPointArn', 's3:DataAccessPointAccount', 's3:AccessPointNetworkOrigin'].map(
    (name): Row => [name, 'replication uses no access point', _, null, null, null, null, null],
  ),
  ['s3:TlsVersion', 'every endpoint asks for 1.2 at least', _, tls, tls, tls, _, _],
  ['s3:signatureversion', 'it is not documented', _, signature, signature, signature, _, _],
  ['s3:authType', 'it is not documented', _, header, header, header, _, _],
  ['s3:x-amz-server-side-encryption', 'replicas are written with a header', _, null, null, 'aws:kms', _, _],
  ['s3:x-amz-server-side-encryption-aws-kms-key-id', 'replicas go under the rule’s key', _, null, null, destinationKey, _, _],
  ['kms:ViaService', 'S3 calls KMS', _, _, _, _, 's3.eu-west-1.amazonaws.com', 's3.eu-central-1.amazonaws.com'],
  ['kms:CallerAccount', 'it is the role’s', _, _, _, _, '111111111111', '111111111111'],
  [
    'kms:EncryptionContext:aws:s3:arn',
    'with Bucket Keys it is the bucket',
    ...([_, _, _, _, 'arn:aws:s3:::orders', 'arn:aws:s3:::orders-dr'] as [Cell, Cell, Cell, Cell, Cell, Cell]),
  ],
  ['kms:EncryptionContextKeys', 'objects may carry more', _, _, _, _, contexts, contexts],
  ['kms:EncryptionAlgorithm', 'S3 takes symmetric keys only', _, _, _, _, 'SYMMETRIC_DEFAULT', 'SYMMETRIC_DEFAULT'],
  ['kms:MultiRegion', 'the id of such a key begins with mrk-', _, _, _, _, false, false],
  ['kms:KeySpec', 'the key has it', _, _, _, _, 'SYMMETRIC_DEFAULT', 'SYMMETRIC_DEFAULT'],
  ['kms:KeyUsage', 'the key has it', _, _, _, _, 'ENCRYPT_DECRYPT', 'ENCRYPT_DECRYPT'],
  ...[
    'GrantIsForAWSResource',
    'GrantOperations',
    'GranteePrincipal',
    'GrantConstraintType',
    'RetiringPrincipal',
    'BypassPolicyLockoutSafetyCheck',
  ].map((name): Row => [`kms:${name}`, 'such calls are about no grant', _, _, _, _, null, null]),
];

describe('the condition keys of S3’s own calls', () => {
  it.each(table)('%s: %s', (key, _because, ...cells) => {
    expect(kinds.map((kind) => keysOf(inOrganization, kind)[key])).toEqual(cells);
  });

  it('are no others', () => {
    const named = kinds.flatMap((kind) => Object.keys(keysOf(inOrganization, kind)));

    expect([...new Set(named)].sort()).toEqual(table.map(([key]) => key).sort());
  });

  it('are carried always, never or perhaps, as AWS documents it', () => {
    const carried = (how: string) => [...new Set(contextTable.flatMap((line) => (line.carried === how ? line.keys : [])))].sort();
    const documented = contextTable.filter(({ source }) => source === 'unconfirmed').flatMap(({ keys }) => keys);

    expect(contextTable.every((line) => ['always', 'never', 'may'].includes(line.carried))).toBe(true);
    expect(carried('may')).toEqual(['aws:MultiFactorAuthPresent', 'aws:SourceIp', ...documented].sort());
    expect(contextTable.filter(({ carried: how, value }) => (how === 'never') === (value !== undefined))).toEqual([]);
  });

  it('leave what is not listed unknown', () => {
    const [first] = assumeCalls(passageOf(inOrganization, undefined, { is: 'sse-s3' }));

    expect(first && contextOf(first.facts).others).toBe('unknown');
  });
});

describe('a condition key that turns on the state', () => {
  const without = { '111111111111': {}, '222222222222': {} };
  const sealed = (encryption: NonNullable<ReplicationState['object']>['encryption']) =>
    aState({ object: { key: 'a', ...(encryption && { encryption }) } });
  const unread = { unreadable: 'AccessDenied' };
  const dated = { ...aState(), readAt: '2026-03-01T12:00:00.900Z' };
  const headers = perhaps('whether S3 sends an encryption header with SSE-S3 replicas', 'AES256');
  const sse = 's3:x-amz-server-side-encryption';
  const sseKey = `${sse}-aws-kms-key-id`;
  const object = 'arn:aws:s3:::orders/a';
  const multiRegion = aState({
    object: { key: 'a', encryption: { algorithm: 'aws:kms', key: sourceKey.replace('key/', 'key/mrk-') } },
  });

  it.each<[because: string, state: ReplicationState, kind: CallKind, key: string, value: Cell, nth?: number]>([
    ['S3 may not say on whose behalf', inOrganization, 'assume', 'aws:SourceAccount', null, 1],
    ['S3 may not say on whose behalf', inOrganization, 'assume', 'aws:SourceArn', null, 1],
    ['S3 may not say on whose behalf', inOrganization, 'assume', 'aws:SourceOrgID', null, 1],
    ['S3 may not say on whose behalf', inOrganization, 'assume', 'aws:SourceOrgPaths', null, 1],
    ['the organization was not read', aState({ accounts: without }), 'assume', 'aws:SourceOrgID', _],
    ['the organization was not read', aState({ accounts: without }), 'source-key', 'aws:ResourceOrgPaths', _],
    ['the account is in none', aState(), 'source-bucket', 'aws:ResourceOrgID', null],
    ['the account is in none, so on no path', aState(), 'source-bucket', 'aws:ResourceOrgPaths', null],
    ['the state says when it was read', dated, 'source-key', 'aws:CurrentTime', '2026-03-01T12:00:00.900Z'],
    ['it is counted in whole seconds', dated, 'source-key', 'aws:EpochTime', 1772366400],
    [
      'the object is under DSSE-KMS',
      sealed({ algorithm: 'aws:kms:dsse', key: sourceKey }),
      'destination-object',
      sse,
      'aws:kms:dsse',
    ],
    ['the object is under SSE-S3', sealed({ algorithm: 'AES256' }), 'destination-object', sse, headers],
    ['the object is under SSE-S3', sealed({ algorithm: 'AES256' }), 'destination-object', sseKey, null],
    ['the object is under SSE-C', sealed({ algorithm: 'SSE-C' }), 'destination-object', sse, null],
    ['the default was not read', aState({ source: { encryption: unread, keys: [] } }), 'destination-object', sse, _],
    ['the default was not read', aState({ source: { encryption: unread, keys: [] } }), 'destination-object', sseKey, _],
    ['the object is older than Bucket Keys', sealed(_), 'source-key', 'kms:EncryptionContext:aws:s3:arn', object, 1],
    [
      'there is no Bucket Key',
      aState({ bucketKey: false, object: { key: 'a' } }),
      'source-key',
      'kms:EncryptionContext:aws:s3:arn',
      object,
    ],
    ['the key is a multi-Region key', multiRegion, 'source-key', 'kms:MultiRegion', true],
    ['the spec of the key was not read', aState({ sourceKey: { spec: unread } }), 'source-key', 'kms:KeySpec', _],
    ['the usage of the key was not read', aState({ sourceKey: { usage: unread } }), 'source-key', 'kms:KeyUsage', _],
    ['the role has the tag', aState({ role: { tags: { team: 'a' } } }), 'source-bucket', 'aws:PrincipalTag/team', 'a'],
    ['the role has no further tags', aState({ role: { tags: { team: 'a' } } }), 'source-bucket', 'aws:PrincipalTag/*', null],
    ['the role has no tags', aState({ role: { tags: null } }), 'source-bucket', 'aws:PrincipalTag/*', null],
    ['the tags of the role were not read', aState({ role: { tags: unread } }), 'source-bucket', 'aws:PrincipalTag/*', _],
    ['the role is the resource', aState({ role: { tags: { team: 'a' } } }), 'assume', 'aws:ResourceTag/team', 'a'],
    ['the role is the resource', aState({ role: { tags: { team: 'a' } } }), 'assume', 'iam:ResourceTag/team', 'a'],
    ['the role is the resource, with no further tags', aState({ role: { tags: {} } }), 'assume', 'iam:ResourceTag/*', null],
    ['the service assumes it, not the role', aState({ role: { tags: { team: 'a' } } }), 'assume', 'aws:PrincipalTag/team', _],
    ['the key has the tag', aState({ sourceKey: { tags: { team: 'a' } } }), 'source-key', 'aws:ResourceTag/team', 'a'],
    ['the key has no further tags', aState({ sourceKey: { tags: { team: 'a' } } }), 'source-key', 'aws:ResourceTag/*', null],
    ['a bucket is not its key', aState({ sourceKey: { tags: { team: 'a' } } }), 'source-object', 'aws:ResourceTag/team', _],
    [
      'the object has the tag',
      aState({ object: { key: 'a', tags: { x: '1' } } }),
      'source-object',
      's3:ExistingObjectTag/x',
      '1',
    ],
    [
      'other tags of objects are not known',
      aState({ object: { key: 'a', tags: { x: '1' } } }),
      'source-object',
      's3:ExistingObjectTag/*',
      _,
    ],
    [
      'the replica is not there yet',
      aState({ object: { key: 'a', tags: { x: '1' } } }),
      'destination-object',
      's3:ExistingObjectTag/x',
      _,
    ],
  ])('%s', (_because, state, kind, key, value, nth = 0) => {
    expect(keysOf(state, kind, nth)[key]).toEqual(value);
  });
});
