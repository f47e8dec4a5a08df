import { describe, expect, it } from 'vitest';
import { prove } from '../../shared/policy/proof.ts';
import type { ReplicationState } from '../../shared/policy/replication-state.ts';
import { aRule, aState, destination, destinationKey, policy, roleArn, roleStatements, source } from './states.ts';

const otherKey = 'arn:aws:kms:eu-central-1:222222222222:key/33333333-cccc-4ccc-8ccc-333333333333';
const to = (ReplicaKmsKeyID: string) => ({ ...aRule().Destination, EncryptionConfiguration: { ReplicaKmsKeyID } });
const invoices = (changes: object = {}) => aRule({ ID: 'invoices', Priority: 1, Filter: { Prefix: 'invoices/' }, ...changes });
const orders = (changes: object = {}) => aRule({ ID: 'orders', Priority: 2, Filter: { Prefix: 'orders/' }, ...changes });

const under = (...rules: readonly object[]): ReplicationState =>
  aState({ source: { replication: { Role: roleArn, Rules: rules as never } } });
const attempt = (state: ReplicationState) => prove(state).hops[0];

describe('a replication under several rules', () => {
  it('is proven for what every one of them takes', () => {
    const proof = prove(under(invoices(), orders()));

    expect(proof).toMatchObject({ answer: 'allowed', rule: 'invoices', replicaKey: destinationKey });
    expect(proof.hops[0]?.because).toBe(
      `Objects are attempted under rule invoices, orders, replicas go under ${destinationKey}.`,
    );
    expect(new Set(proof.hops.flatMap(({ calls }) => calls.map(({ resource }) => resource)))).toContain(
      `${destination}/orders/sample-object`,
    );
  });

  it('names every key that replicas go under', () => {
    const state = under(invoices(), orders({ Destination: to(otherKey) }));
    const keys = [...(state.destination.keys ?? []), { ...state.destination.keys?.[0], arn: otherKey }];

    expect(attempt({ ...state, destination: { ...state.destination, keys } })?.because).toBe(
      `Objects are attempted under rule invoices, orders, replicas go under ${destinationKey}, ${otherKey}.`,
    );
  });

  it('is stopped by one of them, first or last', () => {
    const because = 'Rule orders does not include SSE-KMS objects (SseKmsEncryptedObjects), so they are skipped in silence.';
    const shut = orders({ SourceSelectionCriteria: {} });

    for (const rules of [
      [invoices(), shut],
      [shut, invoices()],
    ])
      expect(attempt(under(...rules))).toEqual({
        hop: 'attempted',
        answer: 'denied',
        because,
        calls: [],
        missing: [],
        blocker: {
          reason: because,
          owner: source,
          remedy: 'Set SourceSelectionCriteria.SseKmsEncryptedObjects to Enabled on the rule.',
        },
      });
  });

  it('is told by the first of two that stop it', () => {
    const shut = { SourceSelectionCriteria: {} };

    expect(attempt(under(invoices(shut), orders(shut)))?.because).toMatch(/^Rule invoices /);
  });

  it('does not mind one that is disabled', () => {
    const proof = prove(under(invoices({ Status: 'Disabled', SourceSelectionCriteria: {} }), orders()));

    expect(proof).toMatchObject({ answer: 'allowed', rule: 'orders' });
    expect(proof.hops[0]?.because).toMatch(/under rule orders, /);
  });

  it('takes two that overlap for the one with the higher priority', () => {
    const wide = aRule({ ID: 'wide', Priority: 5, Filter: { Prefix: '' } });

    expect(attempt(under(invoices(), wide))?.because).toMatch(/under rule wide, /);
  });

  it('is stopped where the role may not read what one of them takes', () => {
    const state = under(invoices(), orders());
    const statements = roleStatements.map((one) =>
      one.Sid === 'SourceObjects' ? { ...one, Resource: `${source}/invoices/*` } : one,
    );
    const proof = prove({ ...state, role: { ...state.role, inline: { p: policy(...statements) } } });

    expect(proof.hops.filter(({ answer }) => answer === 'denied').map(({ hop }) => hop)).toEqual(['read-objects']);
  });

  it('may have a rule without an ID', () => {
    const { ID: _, ...nameless } = aRule();
    const proof = prove(under(nameless));

    expect(proof.hops[0]?.because).toMatch(/^Objects are attempted under rule without ID, /);
    expect(proof).not.toHaveProperty('rule');
  });
});

describe('the policies that a proof left out', () => {
  it('are told only where they may be left out', () => {
    const state = aState({ accounts: { '111111111111': {} } });

    expect(prove(state).notRead).toEqual([]);
    expect(prove(state, { unreadOrganizationPolicies: 'cannot-tell' }).notRead).toEqual([]);
    expect(prove(state, { unreadOrganizationPolicies: 'note' }).notRead).toHaveLength(2);
  });
});
