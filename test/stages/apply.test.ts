import { describe, expect, it } from 'vitest';
import type { AwsCall, AwsGateway } from '../../shared/model/aws-call.ts';
import { apply } from '../../shared/stages/apply.ts';
import type { PlannedStep } from '../../shared/stages/plan.ts';
import { aGroup, aReplication } from '../support/builders.ts';
import { label, nothingSet, planWith } from '../support/observations.ts';

const group = aGroup([aReplication()]);
const { steps } = planWith(group, nothingSet(group));

interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** Refuses a call of that operation so many times. */
function gateway(
  refusing: string,
  refusal: Refusal,
  times = Number.POSITIVE_INFINITY,
): AwsGateway & { readonly sent: AwsCall[] } {
  const sent: AwsCall[] = [];
  let left = times;
  return {
    sent,
    send: async (call) => {
      sent.push(call as AwsCall);
      if (call.operation !== refusing || left-- <= 0) return { ok: true, output: {} as never };
      return { ok: false, error: { ...refusal, caller: 'lockstep-healer' } };
    },
  };
}

async function applied(aws: AwsGateway, some: readonly PlannedStep[] = steps) {
  const waits: number[] = [];
  const wait = async (seconds: number): Promise<void> => void waits.push(seconds);
  const outcomes = await apply(some, aws, { wait, random: () => 0 });
  return { waits, outcomes, by: (name: string) => outcomes.find((outcome) => label(outcome) === name) };
}

const denied = { code: 'AccessDenied', message: 'no' };

describe('applying a plan', () => {
  it('sends every call once, in order, and calls it written', async () => {
    const aws = gateway('none', denied);

    const { outcomes, waits } = await applied(aws);

    expect(aws.sent).toEqual(steps.flatMap(({ calls }) => calls));
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['written']));
    expect(waits).toEqual([]);
  });

  it('skips what waits for a step that failed, and says which', async () => {
    const aws = gateway('iam:CreateRole', denied);

    const { by } = await applied(aws);

    expect(by('role-trust lockstep-orders')).toMatchObject({ outcome: 'failed', error: { code: 'AccessDenied' } });
    expect(by('role-policy lockstep-orders')).toMatchObject({
      outcome: 'skipped',
      because: expect.stringContaining('role-trust'),
    });
    expect(by('bucket-policy orders-dr')?.outcome).toBe('skipped');
    expect(by('replication-configuration orders')?.outcome).toBe('skipped');
    expect(by('bucket-versioning orders')?.outcome).toBe('written');
  });

  it('says what was refused to whom', async () => {
    const { by } = await applied(
      gateway('s3:PutBucketVersioning', { code: 'AccessDenied', message: 'not authorized to perform' }),
    );

    expect(by('bucket-versioning orders')).toMatchObject({
      detail: expect.stringContaining('lockstep-healer needs s3:PutBucketVersioning'),
    });
  });

  it.each([
    { operation: 's3:PutBucketPolicy', code: 'OperationAborted', message: 'conflicting', because: 'another write is under way' },
    {
      operation: 's3:PutBucketPolicy',
      code: 'MalformedPolicy',
      message: 'Invalid principal in policy',
      because: 'S3 may not see the role yet',
    },
    {
      operation: 'kms:PutKeyPolicy',
      code: 'MalformedPolicyDocumentException',
      message: 'Policy contains a statement with one or more invalid principals.',
      because: 'KMS may not see the role yet',
    },
    {
      operation: 's3:PutBucketReplication',
      code: 'InvalidRequest',
      message: 'Destination bucket must have versioning enabled.',
      because: 'replication may not see versioning yet',
    },
    {
      operation: 'iam:PutRolePolicy',
      code: 'NoSuchEntity',
      message: 'The role cannot be found.',
      because: 'IAM may not see the role yet',
    },
  ])('tries $operation again after $code, because $because', async ({ operation, because: _, ...refusal }) => {
    const { outcomes, waits } = await applied(gateway(operation, refusal, 2));

    expect(outcomes.every(({ outcome }) => outcome === 'written')).toBe(true);
    expect(waits).toEqual([0.25, 0.5]);
  });

  it('waits seconds, not a minute, for a role that this pass did not make: it may be gone', async () => {
    const alone = steps.filter(({ aspect }) => aspect === 'role-policy').map((step) => ({ ...step, after: [] }));

    const { outcomes, waits } = await applied(
      gateway('iam:PutRolePolicy', { code: 'NoSuchEntity', message: 'The role cannot be found.' }),
      alone,
    );

    expect(outcomes).toMatchObject([{ outcome: 'failed', error: { code: 'NoSuchEntity' } }]);
    expect(waits).toEqual([0.25, 0.5]);
  });

  it.each([
    {
      operation: 's3:PutBucketPolicy',
      code: 'MalformedPolicy',
      message: 'Policy has invalid action',
      because: 'waiting would not mend it',
    },
    {
      operation: 's3:PutBucketReplication',
      code: 'InvalidRequest',
      message: 'Found duplicate priority 1.',
      because: 'waiting would not mend it',
    },
    { operation: 's3:PutBucketPolicy', ...denied, because: 'nobody will grant it meanwhile' },
  ])('does not try $operation again after $code: $because', async ({ operation, because: _, ...refusal }) => {
    const aws = gateway(operation, refusal);

    const { waits } = await applied(aws);

    expect(waits).toEqual([]);
    expect(aws.sent.filter((call) => call.operation === operation)).toHaveLength(1);
  });

  it('gives up after about a minute', async () => {
    const { waits, by } = await applied(gateway('s3:PutBucketPolicy', { code: 'OperationAborted', message: 'conflicting' }));

    expect(waits.reduce((sum, seconds) => sum + seconds, 0)).toBeGreaterThan(20);
    expect(waits.reduce((sum, seconds) => sum + seconds, 0)).toBeLessThan(70);
    expect(by('bucket-policy orders-dr')?.outcome).toBe('failed');
  });

  it('says so when a public statement of others keeps S3 from taking the policy', async () => {
    const message =
      'not authorized to perform: s3:PutBucketPolicy because public policies are prevented by the BlockPublicPolicy setting';
    const { by } = await applied(gateway('s3:PutBucketPolicy', { code: 'AccessDenied', message }));

    expect(by('bucket-policy orders-dr')).toMatchObject({
      detail: expect.stringContaining('A statement of others in it is public'),
    });
  });

  it('names the dead principal that keeps AWS from taking a policy, and does not wait', async () => {
    const dead = {
      Sid: 'Team',
      Effect: 'Allow',
      Principal: { AWS: 'AROAEXAMPLETEAMROLE12' },
      Action: 's3:GetObject',
      Resource: '*',
    };
    const { steps: planned } = planWith(group, {
      'bucket-policy orders-dr': { status: 'present', value: { document: { Statement: [dead] } } },
    });

    const { waits, by } = await applied(
      gateway('s3:PutBucketPolicy', { code: 'MalformedPolicy', message: 'Invalid principal in policy' }),
      planned,
    );

    expect(waits).toEqual([]);
    expect(by('bucket-policy orders-dr')).toMatchObject({ detail: expect.stringContaining('AROAEXAMPLETEAMROLE12') });
  });
});
