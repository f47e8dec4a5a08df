/** What happens to the keys of either side. */
import { DisableKeyCommand, ScheduleKeyDeletionCommand, TagResourceCommand } from '@aws-sdk/client-kms';
import type { Drift } from '../../support/drifts.ts';
import {
  allow,
  beside,
  deny,
  type End,
  editKeyPolicy,
  minusAction,
  on,
  plusAction,
  type Statements,
  type Subject,
  set,
  type They,
  without,
} from '../../support/edits.ts';

interface Side {
  readonly end: (they: Subject) => End;
  readonly sid: string;
  readonly key: string;
  /** An action of our statement. */
  readonly action: string;
}

const sides: readonly Side[] = [
  { end: ({ source }) => source, sid: 'LockstepSourceKey', key: 'source key', action: 'kms:Decrypt' },
  { end: ({ destination }) => destination, sid: 'LockstepReplicationKey', key: 'destination key', action: 'kms:GenerateDataKey' },
];

export const disable = ({ someone }: They, end: End): Promise<unknown> =>
  someone.kms(end).send(new DisableKeyCommand({ KeyId: end.key }));
export const scheduleDeletion = ({ someone }: They, end: End): Promise<unknown> =>
  someone.kms(end).send(new ScheduleKeyDeletionCommand({ KeyId: end.key, PendingWindowInDays: 7 }));

const rootOf = ({ account }: End) => ({ AWS: `arn:aws:iam::${account}:root` });
const stranger = { AWS: 'arn:aws:iam::333333333333:root' };

const onBoth = (make: (side: Side) => Drift): readonly Drift[] => sides.map(make);
const editing =
  ({ end }: Side, edit: (statements: Statements, they: They) => Statements) =>
  (they: They) =>
    editKeyPolicy(they, end(they), (statements) => edit(statements, they));

/** A drift of the policy that is repaired, on both keys. */
const policyDrift = (what: string, edit: (side: Side) => (statements: Statements, they: They) => Statements): readonly Drift[] =>
  onBoth((side) => ({
    name: `${what} (${side.key})`,
    done: editing(side, edit(side)),
    expect: { drifted: [`key-policy of ${side.key}`] },
  }));

/** The same by meaning. */
const sameMeaning = (what: string, edit: (side: Side) => (statements: Statements, they: They) => Statements): readonly Drift[] =>
  onBoth((side) => ({ name: `${what} (${side.key})`, done: editing(side, edit(side)) }));

export const keyDrifts: readonly Drift[] = [
  ...onBoth((side) => ({
    name: `the key was disabled (${side.key})`,
    done: (they) => disable(they, side.end(they)),
    expect: { drifted: [`key-state of ${side.key}`] },
  })),
  ...onBoth((side) => ({
    name: `deletion of the key was scheduled (${side.key})`,
    done: (they) => scheduleDeletion(they, side.end(they)),
    expect: { drifted: [`key-state of ${side.key}`] },
    because: 'cancelling leaves it disabled, so it takes two calls',
  })),
  {
    name: 'both keys were disabled and their policies overwritten',
    done: async (they) => {
      for (const end of [they.source, they.destination]) {
        await disable(they, end);
        await editKeyPolicy(they, end, () => [allow(rootOf(end), 'kms:*', '*')]);
      }
    },
    expect: {
      drifted: [
        ...['key-policy of destination key', 'key-policy of source key'],
        ...['key-state of destination key', 'key-state of source key'],
      ],
    },
  },
  ...policyDrift('the key policy was overwritten', ({ end }) => (_, they) => [
    allow(rootOf(end(they)), 'kms:*', '*', { Sid: 'Default' }),
  ]),
  ...onBoth((side) => ({
    name: `the key policy lost the delegation to its account (${side.key})`,
    done: editing(side, () => [allow(stranger, 'kms:*', '*', { Sid: 'Break-glass' })]),
    expect: {
      unreadable: [`key-policy of ${side.key}`, `key-state of ${side.key}`],
      verdict: 'unreadable' as const,
      after: 'unreadable' as const,
    },
    because: 'a key policy that names nobody of the account locks out even its root user',
  })),
  ...policyDrift('our statement was removed from the key policy', ({ sid }) => without(sid)),
  ...policyDrift('our key statement lost an action', ({ sid, action }) => on(sid, minusAction(action))),
  ...policyDrift('our key statement was given another action', ({ sid }) => on(sid, plusAction('kms:ScheduleKeyDeletion'))),
  ...policyDrift('our key statement was given all actions', ({ sid }) => on(sid, set({ Action: 'kms:*' }))),
  ...policyDrift('our key statement was opened to everybody', ({ sid }) => on(sid, set({ Principal: '*' }))),
  ...policyDrift(
    'another account was let into our key statement',
    ({ sid }) =>
      (statements, { role }) =>
        on(sid, set({ Principal: { AWS: [role.arn, stranger.AWS] } }))(statements),
  ),
  ...policyDrift(
    'our key statement names the whole account',
    ({ sid }) =>
      (statements, { source }) =>
        on(sid, set({ Principal: rootOf(source) }))(statements),
  ),
  ...policyDrift('a condition was added to our key statement', ({ sid }) =>
    on(sid, set({ Condition: { StringEquals: { 'kms:CallerAccount': '111111111111' } } })),
  ),
  ...policyDrift('our key statement was turned into a Deny', ({ sid }) => on(sid, set({ Effect: 'Deny' }))),
  ...policyDrift('our key statement was given NotAction', ({ sid }) =>
    on(sid, set({ Action: undefined, NotAction: 'kms:ScheduleKeyDeletion' })),
  ),
  ...policyDrift('our key statement lost its resource', ({ sid }) => on(sid, set({ Resource: undefined }))),
  ...policyDrift('a statement with an old Sid of ours was added', () =>
    beside(allow(stranger, 'kms:Decrypt', '*', { Sid: 'LockstepAccountAdmin' })),
  ),
  ...sameMeaning('our key statement lost its Sid', ({ sid }) => on(sid, set({ Sid: undefined }))),
  ...sameMeaning('our key statement was given another Sid', ({ sid }) => on(sid, set({ Sid: 'Replication' }))),
  ...sameMeaning('our key statement was written twice', ({ sid }) => (statements) => [
    ...statements,
    ...statements.filter(({ Sid }) => Sid === sid).map(set({ Sid: 'Again' })),
  ]),
  ...sameMeaning('the key policy was put in another order', () => (statements) => statements.toReversed()),
  ...sameMeaning(
    'our key statement names the key by ARN',
    ({ sid, end }) =>
      (statements, they) =>
        on(sid, set({ Resource: [end(they).key] }))(statements),
  ),
  ...sameMeaning('our key statement was spelled in capitals', ({ sid }) =>
    on(sid, (statement) => set({ Action: [statement.Action].flat().map((action) => String(action).toUpperCase()) })(statement)),
  ),
  ...sameMeaning(
    'our key statement was split',
    ({ sid }) =>
      (statements) =>
        statements.flatMap((statement) =>
          statement.Sid !== sid
            ? [statement]
            : [statement.Action].flat().map((Action, index) => set({ Action, Sid: index === 0 ? sid : undefined })(statement)),
        ),
  ),
  ...sameMeaning('a statement of others was put beside ours in the key policy', () =>
    beside(allow(stranger, ['kms:DescribeKey'], '*', { Sid: 'Audit', Condition: { Bool: { 'kms:ViaService': 'true' } } })),
  ),
  ...sameMeaning('a key statement of others with NotAction was put beside ours', () =>
    beside({ Sid: 'Odd', Effect: 'Allow', Principal: stranger, NotAction: ['kms:Decrypt'], Resource: '*' }),
  ),
  ...onBoth((side) => ({
    name: `a Deny of others on the role was put into the key policy (${side.key})`,
    done: editing(side, (statements, { role }) => [...statements, deny({ AWS: role.arn }, 'kms:*', '*', { Sid: 'Quarantine' })]),
    expect: { verdict: 'blocked', after: 'blocked', blocker: 'Quarantine' },
  })),
  ...onBoth((side) => ({
    name: `our key statement was replaced by a Deny of others (${side.key})`,
    done: editing(side, (statements, { role }) => [
      ...statements.filter(({ Sid }) => Sid !== side.sid),
      deny({ AWS: role.arn }, 'kms:*', '*', { Sid: 'Quarantine' }),
    ]),
    expect: { drifted: [`key-policy of ${side.key}`], after: 'blocked', blocker: 'Quarantine' },
  })),
  ...onBoth((side) => ({
    name: `the key was tagged (${side.key})`,
    done: ({ someone, ...they }) => {
      const end = side.end(they);
      return someone.kms(end).send(new TagResourceCommand({ KeyId: end.key, Tags: [{ TagKey: 'team', TagValue: 'orders' }] }));
    },
  })),
  {
    name: 'the key was disabled, and the document says to leave its state alone',
    to: 'careful',
    done: (they) => disable(they, they.destination),
    expect: {
      drifted: ['key-state of destination key'],
      held: { 'key-state of destination key': 'report-only' },
      after: 'drifted',
    },
  },
];
