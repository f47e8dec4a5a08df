/** The proof in the pass, over the local AWS: what others forbid is told and never touched. */
import {
  CreatePolicyCommand,
  DeleteRolePermissionsBoundaryCommand,
  type IAMClient,
  PutRolePermissionsBoundaryCommand,
} from '@aws-sdk/client-iam';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ReplicationReport } from '../shared/model/finding.ts';
import { groupsOf } from '../shared/model/group.ts';
import type { AccountState, PolicyText } from '../shared/policy/replication-state.ts';
import { type ReconcileOptions, reconcile } from '../shared/reconcile.ts';
import { resolveKeys } from '../shared/stages/resolve-keys.ts';
import { aDocument, destinationEnd, type Live, live, now, replicationsIn, sourceEnd, wait } from './support/live-replication.ts';
import { someoneAt } from './support/world.ts';

type Json = Record<string, unknown>;
interface Policy extends Json {
  Statement: Json[];
}

const document = aDocument();
const objects = 'arn:aws:s3:::orders-dr/*';
const onlyOurNetwork = {
  Sid: 'OnlyOurNetwork',
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:*',
  Resource: objects,
  Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-0abc1234' } },
};

let world: Live;
beforeEach(async () => {
  world = await live(document);
});

interface Seen {
  readonly report: ReplicationReport;
  readonly reads: number;
  readonly writes: number;
}

async function look(options: Partial<ReconcileOptions> = {}, of: unknown = document): Promise<Seen> {
  const { gateway } = world;
  const [group] = groupsOf(await resolveKeys(replicationsIn(of), gateway));
  const before = { ...gateway.counts };
  const [report] = await reconcile(group as NonNullable<typeof group>, {
    ...{ observer: gateway, healer: gateway, write: true, wait, now },
    ...options,
  });
  return {
    report: report as ReplicationReport,
    reads: gateway.counts.reads - before.reads,
    writes: gateway.counts.writes - before.writes,
  };
}

const destinationBucket = { Bucket: 'orders-dr', ExpectedBucketOwner: '222222222222' };

async function bucketPolicy(): Promise<Policy> {
  const reply = await world.gateway.send({ operation: 's3:GetBucketPolicy', ...destinationEnd, input: destinationBucket });
  return JSON.parse((reply.ok && reply.output.Policy) || '{"Statement":[]}') as Policy;
}

async function putBucketPolicy(policy: Policy): Promise<void> {
  const input = { ...destinationBucket, Policy: JSON.stringify(policy) };
  const reply = await world.gateway.send({ operation: 's3:PutBucketPolicy', ...destinationEnd, input });
  expect(reply.ok).toBe(true);
}

const add = async (...statements: readonly Json[]): Promise<void> => {
  const policy = await bucketPolicy();
  await putBucketPolicy({ ...policy, Statement: [...policy.Statement, ...statements] });
};
const remove = async (sid: string): Promise<void> => {
  const policy = await bucketPolicy();
  await putBucketPolicy({ ...policy, Statement: policy.Statement.filter(({ Sid }) => Sid !== sid) });
};

const unbound: Readonly<Record<string, AccountState>> = {
  '111111111111': { organization: null },
  '222222222222': { organization: null },
};

describe('a replication whose settings are all as desired', () => {
  it('is proven, at no more calls than there are settings', async () => {
    const { report, reads, writes } = await look();

    expect(report.verdict).toBe('proven');
    expect({ reads, writes }).toEqual({ reads: 17, writes: 0 });
  });

  it('is blocked by a Deny of others, which is quoted, told whose it is, and left as it is', async () => {
    await add(onlyOurNetwork);
    const { report, writes } = await look();

    expect(report).toMatchObject({ verdict: 'blocked', steps: [], held: [] });
    expect(writes).toBe(0);
    expect(report.blockers).toContainEqual(
      expect.objectContaining({ owner: 'bucket policy of orders-dr (account 222222222222)', statement: onlyOurNetwork }),
    );
    expect((await bucketPolicy()).Statement).toContainEqual(onlyOurNetwork);
  });

  it('is proven again once its owner has taken the Deny away', async () => {
    await add(onlyOurNetwork);
    await look();
    await remove('OnlyOurNetwork');

    expect((await look()).report).toMatchObject({ verdict: 'proven', blockers: [] });
  });

  it('loses the Deny only where the document is exclusive', async () => {
    await add(onlyOurNetwork);
    const { report, writes } = await look({}, aDocument({ exclusive: true }));

    expect(report.outcomes.map(({ outcome }) => outcome)).toEqual(['repaired']);
    expect(writes).toBe(1);
    expect((await bucketPolicy()).Statement.map(({ Sid }) => Sid)).not.toContain('OnlyOurNetwork');
  });

  it('is blocked by a permissions boundary without KMS', async () => {
    const iam: IAMClient = someoneAt({ requestHandler: world.aws.requestHandler() }).iam(sourceEnd);
    const storageOnly = { Sid: 'StorageOnly', Effect: 'Allow', Action: 's3:*', Resource: '*' };
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [storageOnly] });
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'boundary', PolicyDocument }));
    await iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: 'lockstep-orders', PermissionsBoundary: Policy?.Arn }));
    const { report, writes } = await look();
    await iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: 'lockstep-orders' }));
    const again = await look();

    expect(report).toMatchObject({ verdict: 'blocked', steps: [] });
    expect(writes).toBe(0);
    expect(JSON.stringify(report.blockers)).toContain('permissions boundary boundary (account 111111111111)');
    expect(again.report.verdict).toBe('proven');
  });

  it('is blocked by an SCP of the source and by an RCP of the destination', async () => {
    const deny = (Sid: string, more: Json = {}) => ({
      Version: '2012-10-17',
      Statement: [{ Sid, Effect: 'Deny', Action: 's3:ReplicateObject', Resource: '*', ...more }],
    });
    const full: PolicyText = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
    const scp: AccountState = {
      organization: 'o-example',
      serviceControlPolicies: [{ full }, { full, guard: deny('NoReplication') }],
      resourceControlPolicies: null,
    };
    const rcp: AccountState = {
      organization: 'o-example',
      resourceControlPolicies: [{ guard: deny('NoReplicas', { Principal: '*' }) }],
    };
    const bySource = await look({ accounts: { ...unbound, '111111111111': scp } });
    const byDestination = await look({ accounts: { ...unbound, '222222222222': rcp } });

    expect([bySource.report.verdict, byDestination.report.verdict]).toEqual(['blocked', 'blocked']);
    expect(bySource.report.blockers[0]).toMatchObject({
      owner: 'service control policy guard (account 111111111111)',
      statement: { Sid: 'NoReplication' },
    });
    expect(byDestination.report.blockers[0]).toMatchObject({
      owner: 'resource control policy guard (account 222222222222)',
      statement: { Sid: 'NoReplicas' },
    });
    expect(bySource.writes + byDestination.writes).toBe(0);
  });

  it('cannot be proven while AWS refuses to show policies that were asked for', async () => {
    const refused = { unreadable: 'AccessDenied' };
    const accounts = {
      ...unbound,
      '111111111111': { organization: 'o-example', serviceControlPolicies: refused, resourceControlPolicies: null },
    };

    expect((await look({ accounts })).report.verdict).toBe('unproven');
    expect((await look()).report.verdict, 'nobody asked').toBe('proven');
  });

  it('is repaired and still blocked where both drift and a Deny are in the way', async () => {
    await add(onlyOurNetwork);
    await remove('LockstepReplicaObjects');
    const { report } = await look();
    const again = await look();

    expect(report.outcomes.map(({ outcome }) => outcome)).toEqual(['repaired']);
    expect(report.verdict).toBe('blocked');
    expect(again).toMatchObject({ writes: 0, report: { verdict: 'blocked' } });
    await remove('OnlyOurNetwork');
    expect((await look()).report.verdict).toBe('proven');
  });

  it('tells what it was proven from', async () => {
    const states: string[] = [];
    await look({
      onProof: (name, { state, proof }) => states.push(`${name} ${state.source.bucket} ${proof.answer}`),
      write: false,
    });

    expect(states).toEqual(['orders-dr orders allowed']);
  });
});

describe('the public access block of the destination', () => {
  const website = {
    Sid: 'Website',
    Effect: 'Allow',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: `${objects.slice(0, -1)}public/*`,
  };

  async function block(RestrictPublicBuckets: boolean): Promise<void> {
    const PublicAccessBlockConfiguration = {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: false,
      RestrictPublicBuckets,
    };
    await world.gateway.send({
      operation: 's3:PutPublicAccessBlock',
      ...destinationEnd,
      input: { ...destinationBucket, PublicAccessBlockConfiguration },
    });
  }

  it('is read when the bucket policy is public, and then decides', async () => {
    await block(false);
    await add(website);
    const open = await look();
    await block(true);
    const closed = await look();

    expect(open.reads).toBe(18);
    // The block of the account counts as well, and nobody has read it.
    expect(open.report.verdict).toBe('unproven');
    expect(closed.report.verdict).toBe('blocked');
    expect(closed.report.blockers[0]?.reason).toContain('RestrictPublicBuckets');
    expect(closed.writes).toBe(0);
  });

  it('is told by the accounts where it is known there', async () => {
    await block(false);
    await add(website);
    const accounts = { ...unbound, '222222222222': { organization: null, publicAccessBlock: null } };

    expect((await look({ accounts })).report.verdict).toBe('proven');
  });
});
