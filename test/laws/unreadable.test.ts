import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AwsCall } from '../../shared/model/aws-call.ts';
import { denying, isWrite, recording } from '../support/gateways.ts';
import { lawful } from '../support/lawful.ts';
import { label } from '../support/observations.ts';
import { build, drifts, happen, isExclusive, worldPlan } from '../support/random.ts';
import { pass } from '../support/world.ts';

/** Which reads are refused: one operation, on one of the resources. */
const denial = fc.record({
  operation: fc.constantFrom(
    ...['s3:GetBucketVersioning', 's3:GetBucketEncryption', 's3:GetBucketReplication', 's3:GetBucketPolicy'],
    ...['s3:GetPublicAccessBlock', 's3:GetBucketOwnershipControls', 's3:GetBucketLifecycleConfiguration'],
    ...['s3:GetObjectLockConfiguration', 'kms:DescribeKey', 'kms:GetKeyPolicy', 'iam:GetRole', 'iam:ListRolePolicies'],
    ...['iam:GetRolePolicy', 'iam:ListAttachedRolePolicies'],
  ),
  in: fc.constantFrom('111111111111', '222222222222'),
});

const matching = (denials: readonly { readonly operation: string; readonly in: string }[]) => (call: AwsCall) =>
  denials.some((one) => one.operation === call.operation && one.in === call.account);

/** Milliseconds: a loaded machine is slower, not wrong. */
const patience = 180_000;

describe('law 4: unreadable is not absent', () => {
  it(
    'never writes what it cannot read, and checks the rest all the same',
    async () => {
      await fc.assert(
        fc.asyncProperty(worldPlan, drifts, fc.array(denial, { minLength: 1, maxLength: 4 }), async (plan, events, denials) => {
          const world = await build(plan);
          await pass(world.groups(), { gateway: world.gateway, pauses: [0] });
          await happen(world, events);
          const isDenied = matching(denials);
          const seen = await pass(world.groups(), { gateway: world.gateway, write: false });
          const watched = recording(denying(world.gateway, isDenied));
          const gateway = lawful(watched, { exclusive: isExclusive(plan) });

          const reports = await pass(world.groups(), { gateway, pauses: [0] });

          expect(gateway.breaches).toEqual([]);
          const findings = reports.flatMap((report) => report.findings);
          const sealed = new Set(findings.filter(({ verdict }) => verdict === 'unreadable').map(label));
          const steps = reports.flatMap((report) => report.steps).map(label);
          expect(steps.filter((step) => sealed.has(step))).toEqual([]);

          const readable = (all: readonly (typeof findings)[number][]) =>
            all.filter((finding) => !sealed.has(label(finding))).map((finding) => `${label(finding)} ${finding.verdict}`);
          expect(readable(findings)).toEqual(readable(seen.flatMap((report) => report.findings)));
        }),
        { numRuns: 25 },
      );
    },
    patience,
  );

  it(
    'writes nothing at all when nothing can be read',
    async () => {
      await fc.assert(
        fc.asyncProperty(worldPlan, fc.boolean(), async (plan, isHealthy) => {
          const world = await build(plan);
          if (isHealthy) await pass(world.groups(), { gateway: world.gateway, pauses: [0] });
          const watched = recording(denying(world.gateway, (call) => !isWrite(call)));

          const reports = await pass(world.groups(), { gateway: watched, pauses: [0] });

          expect(watched.writes()).toEqual([]);
          expect(reports.every(({ verdict }) => verdict === 'unreadable')).toBe(true);
        }),
        { numRuns: 8 },
      );
    },
    patience,
  );
});
