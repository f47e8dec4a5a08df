import type { Run } from '../../../functions/cli/run.ts';
import type { Finding, Held, ReplicationReport, ResourceRef, Step, StepOutcome } from '../../../shared/model/finding.ts';
import type { Replication } from '../../../shared/model/replication.ts';

export const KEY = 'arn:aws:kms:eu-central-1:222222222222:key/22222222-2222-4222-8222-222222222222';
export const SOURCE_KEY = 'arn:aws:kms:eu-west-1:111111111111:key/11111111-1111-4111-8111-111111111111';
export const ROLE = 'arn:aws:iam::111111111111:role/lockstep-orders';

export const destinationBucket: ResourceRef = {
  type: 'bucket',
  account: '222222222222',
  region: 'eu-central-1',
  name: 'orders-dr',
  arn: 'arn:aws:s3:::orders-dr',
};
export const destinationKey: ResourceRef = { type: 'key', account: '222222222222', region: 'eu-central-1', arn: KEY };

export function aReplication(more: Partial<Replication> = {}): Replication {
  const end = { bucketKey: true, accountAdmin: true };
  return {
    name: 'orders-dr',
    document: 'orders.json',
    mode: { kind: 'repair' },
    partition: 'aws',
    source: {
      ...end,
      account: '111111111111',
      region: 'eu-west-1',
      bucket: 'orders',
      key: { named: SOURCE_KEY, arn: SOURCE_KEY },
      furtherKeys: [],
    },
    destination: {
      ...end,
      account: '222222222222',
      region: 'eu-central-1',
      bucket: 'orders-dr',
      key: { named: KEY, arn: KEY },
      managed: true,
      objectLockGrants: false,
    },
    role: { arn: ROLE, name: 'lockstep-orders', path: '/' },
    rules: [],
    ownership: 'destination',
    keyState: 'repair',
    exclusive: false,
    ...more,
  };
}

const about = { aspect: 'bucket-versioning', resource: destinationBucket, replications: ['orders-dr'] } as const;
const differences = [{ path: 'Status', observed: 'Suspended', desired: 'Enabled' }] as const;

export const drifted: Finding = { ...about, verdict: 'drifted', differences, matters: 'S3 replicates versions only.' };
export const step: Step = {
  ...about,
  differences,
  calls: [
    {
      operation: 's3:PutBucketVersioning',
      account: '222222222222',
      region: 'eu-central-1',
      input: { Bucket: 'orders-dr', VersioningConfiguration: { Status: 'Enabled' } },
    },
  ],
  after: [],
};
export const held: Held = {
  ...about,
  differences,
  reason: 'observe-mode',
  detail: 'The document says `mode: observe`: report only.',
};
export const repaired: StepOutcome = { ...about, differences, outcome: 'repaired' };
export const written: StepOutcome = { ...about, differences, outcome: 'written' };
export const failed: StepOutcome = {
  ...about,
  differences,
  outcome: 'failed',
  error: {
    code: 'OperationAborted',
    message: 'A conflicting operation is in progress.',
    caller: 'arn:aws:iam::222222222222:role/lockstep-healer',
  },
  detail: 's3:PutBucketVersioning failed: OperationAborted',
};
export const skipped: StepOutcome = {
  ...about,
  differences,
  outcome: 'skipped',
  because: 'It waits for role-trust, which failed.',
};
export const unreadable: Finding = { ...about, verdict: 'unreadable', reason: 'The spoke role could not be assumed.' };
export const blocked: Finding = {
  ...about,
  aspect: 'bucket-policy',
  verdict: 'blocked',
  by: {
    reason: 'A Deny in the bucket policy forbids replication.',
    owner: 'arn:aws:s3:::orders-dr',
    statement: { Sid: 'TlsOnly', Effect: 'Deny', Principal: '*', Action: 's3:*' },
    remedy: 'Ask the owner to except the replication role.',
  },
};
export const inSync: Finding = { ...about, aspect: 'key-policy', resource: destinationKey, verdict: 'in-sync' };

export function aReport(more: Partial<ReplicationReport> = {}): ReplicationReport {
  return {
    name: 'orders-dr',
    document: 'orders.json',
    mode: 'repair',
    verdict: 'proven',
    findings: [inSync],
    steps: [],
    held: [],
    outcomes: [],
    blockers: [],
    advisories: [],
    proof: [],
    ...more,
  };
}

export const driftedReport = (more: Partial<ReplicationReport> = {}): ReplicationReport =>
  aReport({ verdict: 'drifted', findings: [inSync, drifted], steps: [step], ...more });

export function aRun(reports: readonly ReplicationReport[], more: Partial<Run> = {}): Run {
  return {
    command: 'plan',
    reports,
    replications: new Map(reports.map(({ name }) => [name, aReplication({ name })])),
    rejected: [],
    notes: [],
    troubles: [],
    calls: { reads: 12, writes: 0 },
    ...more,
  };
}
