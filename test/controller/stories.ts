/** Stories for tests: one of each kind, and random ones. */
import fc from 'fast-check';
import type { Actor } from '../../shared/controller/change.ts';
import type { DriftTold, Story } from '../../shared/controller/story.ts';
import type { ResourceRef } from '../../shared/model/finding.ts';

export const destinationBucket: ResourceRef = {
  type: 'bucket',
  account: '222222222222',
  region: 'eu-central-1',
  name: 'orders-dr',
  arn: 'arn:aws:s3:::orders-dr',
};

export const admin: Actor = {
  kind: 'role',
  principal: 'arn:aws:iam::222222222222:role/Admin',
  session: 'jane',
  account: '222222222222',
  sourceAddress: '203.0.113.7',
  userAgent: 'APN/1.0 HashiCorp/1.0 Terraform/1.9.5',
};

export const aDrift = (more: Partial<DriftTold> = {}): DriftTold => ({
  setting: 'destination bucket versioning',
  resource: destinationBucket,
  matters: 'S3 replicates versions only.',
  differences: [{ path: 'Status', observed: 'Suspended', desired: 'Enabled' }],
  change: {
    eventName: 'PutBucketVersioning',
    eventId: '11111111-2222-4333-8444-555555555555',
    time: '2026-03-01T11:59:48Z',
    account: '222222222222',
    region: 'eu-central-1',
    actor: admin,
  },
  driftedAt: '2026-03-01T11:59:48Z',
  seconds: 12,
  ...more,
});

type Of<K extends Story['kind']> = Extract<Story, { kind: K }>;
type Samples = { readonly [K in Story['kind']]: Of<K> };

const about = { replications: ['orders-dr'], group: 'orders-dr', at: '2026-03-01T12:00:00Z' } as const;

export const samples: Samples = {
  repaired: { ...about, kind: 'repaired', drifts: [aDrift()] },
  'repair-failed': {
    ...about,
    kind: 'repair-failed',
    drifts: [aDrift({ seconds: undefined })],
    detail: 's3:PutBucketVersioning was refused (AccessDenied).',
  },
  drifted: {
    ...about,
    kind: 'drifted',
    drifts: [aDrift({ change: undefined, seconds: undefined })],
    held: 'The document says `mode: observe`: report only.',
  },
  blocked: {
    ...about,
    kind: 'blocked',
    since: '2026-03-01T11:00:00Z',
    blockers: [
      {
        reason: 'a Deny in the bucket policy of orders-dr forbids s3:ReplicateObject',
        owner: 'arn:aws:s3:::orders-dr',
        statement: { Sid: 'TlsOnly', Effect: 'Deny', Principal: '*', Action: 's3:*' },
        remedy: 'Ask the owner of the bucket to except the replication role.',
      },
    ],
  },
  unreadable: {
    ...about,
    kind: 'unreadable',
    reasons: ['The spoke role arn:aws:iam::222222222222:role/lockstep-observer could not be assumed.'],
  },
  contested: {
    ...about,
    kind: 'contested',
    drift: aDrift({ seconds: undefined }),
    rivals: [admin, admin],
    repairs: 3,
    heldUntil: '2026-03-01T13:00:00Z',
  },
  'proven-again': {
    ...about,
    kind: 'proven-again',
    outage: {
      startedAt: '2026-03-01T09:50:00Z',
      reasons: ['destination bucket versioning drifted'],
      from: '2026-03-01T09:00:00Z',
    },
  },
  failing: {
    ...about,
    kind: 'failing',
    ...{ since: '2026-03-01T11:58:00Z', last: '2026-03-01T11:59:58Z', from: '2026-03-01T11:57:00Z' },
    reasons: [
      {
        ...{ reason: 'DstBucketUnversioned', count: 12, meaning: 'versioning of the destination bucket is not enabled' },
        explainedBy: ['destination bucket versioning'],
      },
    ],
    outages: ['2026-03-01T11:58:00Z'],
    drifts: [aDrift()],
    ...{ troubles: [], blockers: [], proven: true },
  },
  'invalid-document': {
    ...about,
    replications: [],
    group: undefined,
    kind: 'invalid-document',
    document: '/lockstep/desired-state/orders',
    faults: [{ path: 'replications.orders-dr.source.account', line: 4, column: 18, message: 'must be 12 digits, got "1111"' }],
    editedBy: admin,
    inForce: true,
  },
  orphaned: { ...about, kind: 'orphaned', document: '/lockstep/desired-state/orders', editedBy: admin },
  'pause-ended': { ...about, kind: 'pause-ended', until: '2026-03-01T12:00:00Z', reason: 'migration of the keys' },
  'budget-exceeded': {
    ...about,
    replications: [],
    group: undefined,
    kind: 'budget-exceeded',
    sweep: '2026-03-01T12:00:00.000Z',
    drifted: 120,
    of: 300,
    percent: 25,
  },
  'spoke-silent': {
    ...about,
    group: undefined,
    kind: 'spoke-silent',
    account: '222222222222',
    regions: ['eu-central-1'],
    reasons: ['The rule lockstep-forward in account 222222222222 (eu-central-1) is disabled.'],
  },
  stalled: {
    ...about,
    group: undefined,
    kind: 'stalled',
    account: '222222222222',
    region: 'eu-central-1',
    since: '2026-03-01T12:00:00Z',
    minutes: 120,
    stalls: [{ replication: 'orders-dr', rule: 'all', pending: 12, waitedSeconds: 12_000 }],
  },
};

const text = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom('', 'a\nb\r\nc', '<!channel> & `x`', 'ü → “quoted” …', '\u001b[31mred', 'x'.repeat(20_000)),
);
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,62}$/);
const instant = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const actor: fc.Arbitrary<Actor> = fc.record(
  {
    kind: fc.constantFrom('role', 'identity-centre-user', 'user', 'root', 'service', 'account', 'unknown'),
    principal: text,
    session: text,
    account: fc.constantFrom('111111111111', '222222222222'),
    sourceAddress: text,
    userAgent: text,
  },
  { requiredKeys: ['kind', 'principal'] },
);
const value = maybe(fc.oneof(text, fc.integer(), fc.jsonValue({ maxDepth: 3 })));
const drift: fc.Arbitrary<DriftTold> = fc.record(
  {
    setting: fc.constantFrom('destination bucket policy', 'replication configuration'),
    resource: fc.constant(destinationBucket),
    matters: text,
    differences: fc.array(fc.record({ path: text, observed: value, desired: value }), { maxLength: 30 }),
    change: fc.record({ eventName: text, eventId: fc.uuid(), time: instant, account: text, region: text, actor }),
    driftedAt: instant,
    seconds: fc.double({ min: 0, max: 1e7, noNaN: true }),
  },
  { requiredKeys: ['setting', 'resource', 'matters', 'differences', 'driftedAt'] },
);
const drifts = fc.array(drift, { maxLength: 12 });
const blocker = fc.record(
  { reason: text, owner: text, statement: fc.jsonValue({ maxDepth: 3 }), remedy: text },
  { requiredKeys: ['reason', 'remedy'] },
);
const fault = fc.record({ path: text, line: fc.nat(), column: fc.nat(), message: text }, { requiredKeys: ['path', 'message'] });

const kinds: { readonly [K in Story['kind']]: fc.Arbitrary<object> } = {
  repaired: fc.record({ drifts }),
  'repair-failed': fc.record({ drifts, detail: text }),
  drifted: fc.record({ drifts, held: text }),
  blocked: fc.record({ blockers: fc.array(blocker, { maxLength: 12 }), since: instant }),
  unreadable: fc.record({ reasons: fc.array(text, { maxLength: 30 }) }),
  contested: fc.record({ drift, rivals: fc.array(actor, { maxLength: 6 }), repairs: fc.nat(), heldUntil: instant }),
  'proven-again': fc.record({ outage: fc.record({ startedAt: instant, reasons: fc.array(text), from: instant }) }),
  failing: fc.record({
    ...{ since: instant, last: instant, from: instant, outages: fc.array(instant), drifts, proven: fc.boolean() },
    reasons: fc.array(
      fc.record(
        { reason: text, count: fc.nat(), meaning: text, todo: text, explainedBy: fc.array(text, { maxLength: 3 }) },
        { requiredKeys: ['reason', 'count', 'meaning', 'explainedBy'] },
      ),
      { maxLength: 40 },
    ),
    ...{ troubles: fc.array(text, { maxLength: 30 }), blockers: fc.array(blocker, { maxLength: 12 }) },
  }),
  'invalid-document': fc.record(
    { document: text, faults: fc.array(fault, { maxLength: 60 }), editedBy: actor, inForce: fc.boolean() },
    { requiredKeys: ['document', 'faults', 'inForce'] },
  ),
  orphaned: fc.record({ document: text, editedBy: actor }, { requiredKeys: ['document'] }),
  'pause-ended': fc.record({ until: instant, reason: text }),
  'budget-exceeded': fc.record({ sweep: fc.string(), drifted: fc.nat(), of: fc.nat(), percent: fc.nat(100) }),
  'spoke-silent': fc.record({
    account: text,
    regions: fc.array(text, { maxLength: 20 }),
    reasons: fc.array(text, { maxLength: 30 }),
  }),
  stalled: fc.record({
    ...{ account: text, region: text, since: instant, minutes: fc.nat(1440) },
    stalls: fc.array(
      fc.record(
        { replication: name, rule: text, pending: fc.nat(), waitedSeconds: fc.nat() },
        { requiredKeys: ['replication', 'rule', 'pending'] },
      ),
      { maxLength: 60 },
    ),
  }),
};

/** Any story, with values that nobody would think of. */
export const anyStory: fc.Arbitrary<Story> = fc
  .constantFrom(...(Object.keys(kinds) as Story['kind'][]))
  .chain((kind) =>
    fc
      .tuple(
        fc.record(
          { replications: fc.array(name, { maxLength: 60 }), group: name, at: instant },
          { requiredKeys: ['replications', 'at'] },
        ),
        kinds[kind],
      )
      .map(([base, rest]) => ({ ...base, kind, ...rest }) as unknown as Story),
  );
