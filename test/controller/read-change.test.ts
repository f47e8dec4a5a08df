import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aspects } from '../../shared/aspects/index.ts';
import { parseMessage } from '../../shared/controller/message.ts';
import { type OurRoles, type Reading, readChange, readRecord } from '../../shared/controller/read-change.ts';
import { anEvent, ours, samples, sessionOf } from '../fixtures/events/events.ts';

const read = (event: unknown, roles: OurRoles = ours): Reading => readChange(event, roles);
const resourcesIn = (reading: Reading) => ('change' in reading ? reading.change.resources : reading.ignored);

const key = 'arn:aws:kms:eu-west-1:111111111111:key/1111aaaa-aaaa-4aaa-8aaa-111111111111';
const healer = 'arn:aws:iam::111111111111:role/lockstep-healer';

describe('a change read from an event', () => {
  it.each(samples)('tells of $name ($because)', ({ event, change }) => {
    expect(read(event)).toEqual({ change });
  });

  it.each(samples)('is the same from the record alone: $name', ({ event, change }) => {
    expect(readRecord(event.detail, ours)).toEqual({ change });
  });

  it.each(samples)('holds no access key: $name', ({ event }) => {
    expect(JSON.stringify(read(event))).not.toMatch(/A[KS]IA/);
  });

  it('is told of every event that an aspect names, by the service it lives in', () => {
    const names = aspects.flatMap(({ changedBy, permissions }) =>
      changedBy.map((eventName) => ({ eventName, service: permissions.read[0]?.split(':')[0] })),
    );
    const base = { s3: 'put-bucket-replication', kms: 'put-key-policy', iam: 'delete-role-policy' };

    const missed = names.filter(({ eventName, service }) => {
      const reading = read(anEvent(base[service as keyof typeof base], { eventName }));
      return !('change' in reading) || reading.change.eventName !== eventName || reading.change.resources.length === 0;
    });

    expect(names.length).toBeGreaterThan(40);
    expect(missed).toEqual([]);
  });

  const odd = [
    {
      because: 'the bucket may belong to another account than the copy, after its name was taken anew',
      event: anEvent('put-bucket-replication', { recipientAccountId: '333333333333' }, { account: '333333333333' }),
      resources: ['arn:aws:s3:::orders'],
    },
    {
      because: 'AWS may one day tell of the bucket in the resources only',
      event: anEvent('put-bucket-replication', { requestParameters: null }),
      resources: ['arn:aws:s3:::orders'],
    },
    {
      because: 'old records have no resources',
      event: anEvent('put-key-policy', { resources: undefined }),
      resources: [key],
    },
    {
      because: 'a key may be named by an alias',
      event: anEvent('put-key-policy', { requestParameters: { keyId: 'alias/orders' }, resources: undefined }),
      resources: ['arn:aws:kms:eu-west-1:111111111111:alias/orders'],
    },
    {
      because: 'or by the ARN of one',
      event: anEvent('put-key-policy', {
        requestParameters: { keyId: 'arn:aws:kms:eu-west-1:222222222222:alias/orders' },
        resources: [],
      }),
      resources: ['arn:aws:kms:eu-west-1:222222222222:alias/orders'],
    },
    {
      because: 'an alias is moved to a key that may be told by its id alone',
      event: anEvent('update-alias', { resources: undefined }),
      resources: [key, 'arn:aws:kms:eu-west-1:111111111111:alias/orders'],
    },
    {
      because: 'an object is listed beside its bucket',
      event: anEvent('put-bucket-replication', {
        resources: [{ ARN: 'arn:aws:s3:::orders/2026/a.csv' }, { ARN: 'arn:aws:s3:::orders' }],
      }),
      resources: ['arn:aws:s3:::orders'],
    },
    {
      because: 'an ARN of another service is no key',
      event: anEvent('put-key-policy', {
        requestParameters: { keyId: 'arn:aws:s3:::orders' },
        resources: [{ ARN: 'arn:aws:iam::111111111111:role/x' }, { ARN: key }],
      }),
      resources: [key],
    },
    {
      because: 'a custom key store names no key: the sweep sees what it does',
      event: anEvent('put-key-policy', {
        eventName: 'DisconnectCustomKeyStore',
        requestParameters: { customKeyStoreId: 'cks-1234567890abcdef0' },
        resources: undefined,
      }),
      resources: [],
    },
    {
      because: 'a role that is created is named with its path in another parameter',
      event: anEvent('delete-role-policy', {
        eventName: 'CreateRole',
        requestParameters: { roleName: 'lockstep-orders', path: '/team/' },
      }),
      resources: ['arn:aws:iam::111111111111:role/lockstep-orders'],
    },
    {
      because: 'a name that no ledger could keep is none',
      event: anEvent('put-bucket-replication', { requestParameters: { bucketName: 'x'.repeat(5000) }, resources: [] }),
      resources: [],
    },
    {
      because: 'more resources than one read takes are cut',
      event: anEvent('put-key-policy', {
        resources: Array.from({ length: 300 }, (_, at) => ({ ARN: `${key}${at}` })),
      }),
      resources: Array.from({ length: 100 }, (_, at) => `${key}${at}`),
    },
    {
      because: 'parameters of the wrong kind say nothing',
      event: anEvent('delete-role-policy', { requestParameters: [{ roleName: 'lockstep-orders' }], resources: 'none' }),
      resources: [],
    },
  ];

  it.each(odd)('finds the resources: $because', ({ event, resources }) => {
    expect(resourcesIn(read(event))).toEqual(resources);
  });

  const lacking = [
    { because: 'readOnly is optional', detail: { readOnly: undefined }, expected: {} },
    { because: 'so is the recipient', detail: { recipientAccountId: undefined }, expected: { account: '111111111111' } },
    { because: 'the envelope has a time too', detail: { eventTime: undefined }, expected: { time: '2026-03-01T12:00:00Z' } },
    { because: 'and an id', detail: { eventID: undefined }, expected: { call: expect.stringMatching(/^11111111-0000/) } },
    { because: 'and a region', detail: { awsRegion: undefined }, expected: { region: 'eu-west-1' } },
    { because: 'no error is no failure', detail: { errorCode: null, errorMessage: '' }, expected: {} },
    {
      because: 'times elsewhere are told in UTC',
      detail: { eventTime: '2026-03-01T13:00:00+01:00' },
      expected: { time: '2026-03-01T12:00:00.000Z' },
    },
  ];

  it.each(lacking)('is whole without what may be missing: $because', ({ detail, expected }) => {
    expect(read(anEvent('put-key-policy', detail))).toMatchObject({ change: expected });
  });
});

describe('an event that changes nothing we keep', () => {
  const cases = [
    {
      reason: 'failed-call',
      because: 'a refused call is told too',
      event: anEvent('put-key-policy', { errorCode: 'AccessDenied' }),
    },
    {
      reason: 'failed-call',
      because: 'a message alone is an error',
      event: anEvent('put-key-policy', { errorMessage: 'not now' }),
    },
    { reason: 'failed-call', because: 'whatever form it has', event: anEvent('put-key-policy', { errorCode: 403 }) },
    {
      reason: 'read-only',
      because: 'a rule may let reads through',
      event: anEvent('put-key-policy', { readOnly: true, eventName: 'GetKeyPolicy' }),
    },
    { reason: 'read-only', because: 'whatever form it has', event: anEvent('put-key-policy', { readOnly: 'true' }) },
    { reason: 'echo', because: 'our own repair', event: anEvent('put-key-policy', { userIdentity: sessionOf(healer) }) },
    { reason: 'unknown-event', because: 'no aspect names it', event: anEvent('put-key-policy', { eventName: 'TagResource' }) },
    {
      reason: 'unknown-event',
      because: 'names are spelled as AWS spells them',
      event: anEvent('put-key-policy', { eventName: 'putkeypolicy' }),
    },
    {
      reason: 'unknown-event',
      because: 'a name of another service',
      event: anEvent('put-bucket-replication', { eventName: 'DisableKey' }),
    },
    { reason: 'unknown-event', because: 'nothing of the kind', event: anEvent('put-key-policy', { eventName: '__proto__' }) },
    {
      reason: 'unknown-event',
      because: 'the block of a whole account is no setting of a bucket',
      event: anEvent('put-bucket-replication', {
        eventName: 'PutAccountPublicAccessBlock',
        requestParameters: { accountId: '111111111111' },
      }),
    },
    {
      reason: 'other-service',
      because: 'an organization',
      event: anEvent(
        'put-key-policy',
        { eventSource: 'organizations.amazonaws.com', eventName: 'AttachPolicy' },
        { source: 'aws.organizations' },
      ),
    },
    {
      reason: 'other-service',
      because: 'S3 Express is another one',
      event: anEvent('put-bucket-replication', { eventSource: 's3express.amazonaws.com' }, { source: 'aws.s3express' }),
    },
    { reason: 'forged', because: 'the source is not AWS', event: anEvent('put-key-policy', {}, { source: 'com.example.kms' }) },
    { reason: 'forged', because: 'the source is another service', event: anEvent('put-key-policy', {}, { source: 'aws.s3' }) },
    {
      reason: 'forged',
      because: 'the record is another service’s',
      event: anEvent('put-key-policy', { eventSource: 'ec2.amazonaws.com' }),
    },
    { reason: 'forged', because: 'the service is another one', event: anEvent('put-key-policy', {}, { source: 'aws.ec2' }) },
    {
      reason: 'forged',
      because: 'it did not come by way of CloudTrail',
      event: anEvent('put-key-policy', {}, { 'detail-type': 'Lockstep Repair' }),
    },
    {
      reason: 'forged',
      because: 'an envelope keeps the account of the copy',
      event: anEvent('put-key-policy', {}, { account: '333333333333' }),
    },
    {
      reason: 'malformed',
      because: 'S3’s own events have no record',
      event: {
        ...anEvent('put-key-policy'),
        source: 'aws.s3',
        'detail-type': 'Object Created',
        detail: { bucket: { name: 'orders' } },
      },
    },
    {
      reason: 'malformed',
      because: 'no account',
      event: anEvent('put-key-policy', { recipientAccountId: undefined }, { account: 'home' }),
    },
    { reason: 'malformed', because: 'no region', event: anEvent('put-key-policy', { awsRegion: '' }, { region: null }) },
    { reason: 'malformed', because: 'no time', event: anEvent('put-key-policy', { eventTime: 'yesterday' }, { time: 7 }) },
    { reason: 'malformed', because: 'no id', event: anEvent('put-key-policy', { eventID: '' }, { id: undefined }) },
    { reason: 'malformed', because: 'no name', event: anEvent('put-key-policy', { eventName: ['PutKeyPolicy'] }) },
    { reason: 'malformed', because: 'no detail', event: { ...anEvent('put-key-policy'), detail: null } },
    ...[undefined, null, 'event', 7, [], {}].map((event) => ({ reason: 'malformed', because: 'no event', event })),
  ];

  it.each(cases)('is ignored as $reason: $because', ({ reason, event }) => {
    expect(read(event)).toEqual({ ignored: reason });
  });
});

describe('an echo', () => {
  const change = (userIdentity: unknown, roles = ours) => read(anEvent('put-bucket-replication', { userIdentity }), roles);

  const echoes = [
    { because: 'the healer', arn: healer },
    { because: 'the observer', arn: 'arn:aws:iam::222222222222:role/lockstep-observer' },
    { because: 'another partition', arn: 'arn:aws-cn:iam::111111111111:role/lockstep-healer' },
    {
      because: 'a path that is configured',
      arn: 'arn:aws:iam::111111111111:role/team/healer',
      roles: { ...ours, healerRole: 'team/healer' },
    },
    {
      because: 'a path written as IAM does',
      arn: 'arn:aws:iam::111111111111:role/team/healer',
      roles: { ...ours, healerRole: '/team/healer' },
    },
  ];

  it.each(echoes)('is ours whatever the session is called: $because', ({ arn, roles }) => {
    expect(change(sessionOf(arn, 'root'), roles)).toEqual({ ignored: 'echo' });
  });

  const others = [
    {
      because: 'the session imitates ours',
      userIdentity: sessionOf('arn:aws:iam::111111111111:role/deployer', 'lockstep-healer'),
    },
    {
      because: 'the role of the same name under another path',
      userIdentity: sessionOf('arn:aws:iam::111111111111:role/team/lockstep-healer'),
    },
    { because: 'a longer name', userIdentity: sessionOf('arn:aws:iam::111111111111:role/lockstep-healer-2') },
    { because: 'a name that ends as ours', userIdentity: sessionOf('arn:aws:iam::111111111111:role/my-lockstep-healer') },
    { because: 'other letters', userIdentity: sessionOf('arn:aws:iam::111111111111:role/Lockstep-Healer') },
    { because: 'a role of no account', userIdentity: sessionOf('arn:aws:iam::aws:role/lockstep-healer') },
    {
      because: 'a user of that name',
      userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111111111111:user/lockstep-healer', userName: 'lockstep-healer' },
    },
    {
      because: 'a session whose issuer is not told',
      userIdentity: { type: 'AssumedRole', arn: 'arn:aws:sts::111111111111:assumed-role/lockstep-healer/x' },
    },
    { because: 'a federated user of that name', userIdentity: sessionOf('arn:aws:iam::111111111111:user/lockstep-healer') },
    {
      because: 'a bare account',
      userIdentity: { type: 'AWSAccount', accountId: '111111111111', principalId: 'AROAEXAMPLEROLE000000:lockstep-healer' },
    },
  ];

  it.each(others)('is not one by likeness: $because', ({ userIdentity }) => {
    expect(change(userIdentity)).toHaveProperty('change');
  });

  it('is recognised by the exact ARN of the issuer only', () => {
    const word = fc.stringMatching(/^[a-zA-Z0-9+=,.@_-]{1,20}$/);
    const path = fc.constantFrom('', 'team/', 'aws-reserved/');
    const named = fc.constantFrom('lockstep-healer', 'lockstep-observer', 'lockstep', 'healer');
    fc.assert(
      fc.property(path, fc.oneof(word, named), word, fc.oneof(word, named), (path, name, session, userName) => {
        const arn = `arn:aws:iam::111111111111:role/${path}${name}`;
        const isOurs = path === '' && (name === ours.healerRole || name === ours.observerRole);

        const reading = change({ ...sessionOf(arn, session), userName });

        expect('ignored' in reading && reading.ignored === 'echo').toBe(isOurs);
      }),
    );
  });
});

describe('whatever comes in', () => {
  const names = [
    'detail',
    'userIdentity',
    'requestParameters',
    'resources',
    'keyId',
    'bucketName',
    'roleName',
    'eventName',
    'sessionContext',
  ];
  const anything = fc.anything({
    key: fc.constantFrom(...names),
    withNullPrototype: true,
    withDate: true,
    withMap: true,
    withBigInt: true,
  });
  const base = fc.constantFrom(...samples.map(({ name }) => name));

  it('is read without an error', () => {
    fc.assert(fc.property(anything, (event) => 'ignored' in read(event)));
  });

  it('makes no more than a message that the queue takes and the pass understands', () => {
    const members = fc.constantFrom(
      ...['userIdentity', 'requestParameters', 'resources', 'responseElements', 'serviceEventDetails', 'eventTime', 'eventID'],
      ...['sharedEventID', 'sourceIPAddress', 'userAgent', 'recipientAccountId', 'awsRegion', 'readOnly'],
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constant('\uffff\ud800x\u0000\u202e'),
      fc.constant('x'.repeat(300_000)),
    );
    const value = fc.oneof(
      fc.jsonValue(),
      text,
      fc.record({
        keyId: text,
        bucketName: text,
        roleName: text,
        policyName: text,
        arn: text,
        invokedBy: text,
        type: fc.constantFrom('Root', 'AssumedRole', 'AWSAccount', 'x'),
      }),
    );
    fc.assert(
      fc.property(base, fc.dictionary(members, value, { maxKeys: 5 }), (name, detail) => {
        const reading = readChange({ ...anEvent(name), detail: { ...anEvent(name).detail, ...detail } }, ours);
        if ('ignored' in reading) return;
        const body = JSON.stringify({ version: 1, group: 'orders', trigger: { kind: 'change', change: reading.change } });

        expect(parseMessage(body).trigger).toEqual({ kind: 'change', change: reading.change });
        expect(body.length).toBeLessThan(200_000);
        // The characters SQS takes: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
        expect(body).toMatch(/^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
        expect(reading.change.resources.every((id) => /^[\x21-\x7e]{1,1024}$/.test(id))).toBe(true);
      }),
    );
  });
});
