import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { blockersOf, type Hop, type HopName, type Proof, prove } from '../../shared/policy/proof.ts';
import type { ReplicationState } from '../../shared/policy/replication-state.ts';
import { aState, roleArn } from './states.ts';

type Json = Record<string, unknown>;

interface ProofCase {
  readonly because: string;
  readonly bucketKey?: boolean;
  /** Values by path. */
  readonly set?: Readonly<Record<string, unknown>>;
  readonly unset?: readonly string[];
  /** Statements to append to the policy at a path. */
  readonly add?: Readonly<Record<string, unknown>>;
  /** Sids to take out of the policy at a path. */
  readonly drop?: Readonly<Record<string, string>>;
  /** Left out: the whole proof. */
  readonly hop?: HopName;
  readonly answer: Proof['answer'];
  readonly failureReason?: string;
  readonly sid?: string;
  readonly missing?: string;
  readonly tags?: Proof['tags'];
}

const folder = new URL('cases/proofs/', import.meta.url);
const files = readdirSync(folder).map(
  (file) =>
    [
      file.replace('.json', ''),
      JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { docs: string; cases: ProofCase[] },
    ] as const,
);

function holder(state: unknown, path: string): [Json, string] {
  const names = path.split('.');
  const last = names.pop() ?? '';
  return [names.reduce((at, name) => (at as Record<string, Json>)[name] ?? {}, state as Json), last];
}

function change(one: ProofCase): ReplicationState {
  const state = structuredClone(aState({ bucketKey: one.bucketKey ?? true })) as ReplicationState;
  const statements = (path: string): Json[] => {
    const [at, name] = holder(state, path);
    return (at[name] as { Statement: Json[] }).Statement;
  };
  for (const [path, value] of Object.entries(one.set ?? {})) {
    const [at, name] = holder(state, path);
    at[name] = value;
  }
  for (const path of one.unset ?? []) {
    const [at, name] = holder(state, path);
    delete at[name];
  }
  for (const [path, sid] of Object.entries(one.drop ?? {}))
    statements(path).splice(
      statements(path).findIndex((s) => s.Sid === sid),
      1,
    );
  for (const [path, statement] of Object.entries(one.add ?? {})) statements(path).push(statement as Json);
  return state;
}

const hopIn = (proof: Proof, name: HopName): Hop | undefined => proof.hops.find((hop) => hop.hop === name);

describe.each(files)('the proof: %s', (_, { cases }) => {
  it.each(cases)('$hop $answer: $because', (one) => {
    const proof = prove(change(one));
    const judged = one.hop === undefined ? proof : hopIn(proof, one.hop);

    expect(judged?.answer).toBe(one.answer);
    if (one.hop !== undefined && one.failureReason !== undefined)
      expect(hopIn(proof, one.hop)?.failureReason).toBe(one.failureReason);
    if (one.hop !== undefined && one.sid !== undefined) expect(hopIn(proof, one.hop)?.deciding?.sid).toBe(one.sid);
    if (one.hop !== undefined && one.missing !== undefined)
      expect(hopIn(proof, one.hop)?.missing.map((m) => m.policy)).toContain(one.missing);
    if (one.tags !== undefined) expect(proof.tags).toBe(one.tags);
  });

  it('says something of every hop, and what to do about every one that is denied', () => {
    for (const one of cases) {
      const proof = prove(change(one));
      for (const hop of proof.hops) {
        expect(hop.because).toMatch(/\w.*\.$/);
        expect(hop.blocker === undefined).toBe(hop.answer !== 'denied');
      }
      expect(blockersOf(proof).every((blocker) => blocker.remedy.length > 0)).toBe(true);
    }
  });
});

describe('a proof', () => {
  it('walks the hops in the order in which S3 takes them', () => {
    expect(prove(aState()).hops.map((hop) => hop.hop)).toEqual([
      'attempted',
      'assume-role',
      'read-configuration',
      'read-objects',
      'decrypt-source',
      'replicate',
      'override-owner',
      'encrypt-destination',
    ]);
  });

  it('leaves the KMS hops out for objects under SSE-S3', () => {
    const proof = prove(aState({ source: { encryption: null, keys: [] } }));

    expect(proof.hops.map((hop) => hop.hop)).not.toContain('decrypt-source');
    expect(proof).not.toHaveProperty('replicaKey');
  });

  it('names the rule and the key', () => {
    expect(prove(aState())).toMatchObject({
      rule: 'lockstep-orders-dr',
      replicaKey: expect.stringContaining('eu-central-1:222222222222:key/'),
      tags: 'allowed',
    });
  });

  it('survives being written to JSON and read back', () => {
    const state = aState();

    expect(prove(JSON.parse(JSON.stringify(state)))).toEqual(prove(state));
  });

  it('can leave organization policies out that nobody read, and says so', () => {
    const state = aState({ accounts: { '111111111111': {}, '222222222222': {} } });

    expect(prove(state).answer).toBe('cannot-tell');
    expect(prove(state, { unreadOrganizationPolicies: 'note' })).toMatchObject({
      answer: 'allowed',
      notRead: [
        'service control policies of account 111111111111',
        'resource control policies of account 111111111111',
        'resource control policies of account 222222222222',
      ],
    });
  });

  it('is never allowed when nothing but the names is known', () => {
    const { source, destination } = aState();
    const proof = prove({
      source: { account: source.account, region: source.region, bucket: source.bucket },
      destination: { account: destination.account, region: destination.region, bucket: destination.bucket },
      role: { arn: roleArn },
    });

    expect(proof.hops.every((hop) => hop.answer === 'cannot-tell')).toBe(true);
  });
});
