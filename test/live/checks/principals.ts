/** What becomes of a policy whose principal dies, and what a spoke role needs. */
import { CreateRoleCommand, DeleteRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { GetKeyPolicyCommand, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import {
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  PutBucketPolicyCommand,
  PutBucketReplicationCommand,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import { partitionOf } from '../../../shared/model/arn.ts';
import type { Check } from '../check.ts';
import { clientsAt, clientsWith, refusalOf, until } from '../ground.ts';
import { roleRemoval } from '../removal.ts';
import type { Stage } from '../stage.ts';

/** Of the role that plays the healer; paths are where names alone would be mistaken. */
export const probePath = '/lockstep-live/';

export const probeName = ({ ground }: Stage): string => `${ground.name}-probe`;

export const principals: readonly Check[] = [
  {
    number: 12,
    fact: 'A deleted role reads back from bucket and key policies as its unique id (`AROA…`), and neither policy can be written again while it names that id',
    async holds(stage) {
      const policies = policiesOf(stage);
      const role = await makeRole(stage, `${stage.ground.name}-mortal`, '/');
      const before = await Promise.all(policies.map(({ read }) => read()));
      for (const [at, { put }] of policies.entries())
        await until(
          stage.ground,
          5,
          () => refusalOf(put(withStatement(before[at] ?? '', role.arn))),
          (seen) => seen === 'accepted',
        );
      await role.remove();
      const after = await Promise.all(policies.map(({ read }) => until(stage.ground, 15, read, (text) => text.includes('AROA'))));
      const refusals = await Promise.all(policies.map(({ put }, at) => refusalOf(put(after[at] ?? ''))));
      for (const [at, { put }] of policies.entries()) await put(before[at] ?? '');

      expect(after.map((text) => /"AROA[A-Z0-9]+"/.test(text))).toEqual([true, true]);
      expect(refusals).toEqual(['MalformedPolicy', 'MalformedPolicyDocumentException']);
    },
  },
  {
    number: 13,
    fact: 'PutBucketReplication needs `iam:PassRole`, and the condition `iam:PassedToService` = `s3.amazonaws.com` is met',
    async holds(stage) {
      const role = await makeRole(stage, probeName(stage), probePath);
      const attempt = (service: string) => async (): Promise<string> => {
        await role.allow(...passing(stage, service));
        return refusalOf(replicationPutBy(role.arn, stage));
      };

      const right = await until(stage.ground, 5, attempt('s3.amazonaws.com'), (seen) => seen === 'accepted');
      const wrong = await until(stage.ground, 5, attempt('ec2.amazonaws.com'), (seen) => seen !== 'accepted');

      expect({ right, wrong }).toEqual({ right: 'accepted', wrong: 'AccessDenied' });
    },
  },
];

interface PolicyOf {
  readonly read: () => Promise<string>;
  readonly put: (text: string) => Promise<unknown>;
}

/** The destination's bucket policy and key policy. */
function policiesOf({ ground, replication: { destination } }: Stage): readonly [PolicyOf, PolicyOf] {
  const { s3, kms } = clientsAt(ground, destination);
  const owned = { Bucket: destination.bucket, ExpectedBucketOwner: destination.account };
  const KeyId = async (): Promise<string> => {
    const reply = await ground.gateway.send({
      operation: 'kms:DescribeKey',
      ...destination,
      input: { KeyId: destination.key.named },
    });
    return (reply.ok && reply.output.KeyMetadata?.Arn) || destination.key.named;
  };
  return [
    {
      read: async () => (await s3.send(new GetBucketPolicyCommand(owned))).Policy ?? '',
      put: (Policy) => s3.send(new PutBucketPolicyCommand({ ...owned, Policy })),
    },
    {
      read: async () => (await kms.send(new GetKeyPolicyCommand({ KeyId: await KeyId() }))).Policy ?? '',
      put: async (Policy) => kms.send(new PutKeyPolicyCommand({ KeyId: await KeyId(), Policy })),
    },
  ];
}

/** With a statement of somebody else that allows the role next to nothing, on whatever the policy is about. */
function withStatement(text: string, role: string): string {
  const policy = JSON.parse(text) as { readonly Statement: readonly { readonly Resource?: unknown }[] };
  const isOfKey = text.includes('kms:');
  const resource = isOfKey ? '*' : [policy.Statement[0]?.Resource].flat()[0];
  const action = isOfKey ? 'kms:DescribeKey' : String(resource).endsWith('*') ? 's3:GetObjectTagging' : 's3:GetBucketTagging';
  const statement = { Sid: 'SomebodyElse', Effect: 'Allow', Principal: { AWS: role }, Action: action, Resource: resource };
  return JSON.stringify({ ...policy, Statement: [...policy.Statement, statement] });
}

/** A role of the source account that its administrators may assume. */
async function makeRole(stage: Stage, RoleName: string, Path: string) {
  const { ground, inventory } = stage;
  const { iam } = clientsAt(ground, ground.source);
  const partition = partitionOf(ground.source.region);
  const arn = `arn:${partition}:iam::${ground.source.account}:role${Path}${RoleName}`;
  inventory.add(`role ${arn}`, roleRemoval(ground, ground.source, RoleName));
  const trust = {
    Effect: 'Allow',
    Principal: { AWS: `arn:${partition}:iam::${ground.source.account}:root` },
    Action: 'sts:AssumeRole',
  };
  await iam.send(new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument: policyOf(trust) }));
  return {
    arn,
    allow: (...statements: readonly object[]) =>
      iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'probe', PolicyDocument: policyOf(...statements) })),
    remove: () => iam.send(new DeleteRoleCommand({ RoleName })),
  };
}

const policyOf = (...Statement: readonly object[]): string => JSON.stringify({ Version: '2012-10-17', Statement });

const passing = ({ replication: { source, role, partition } }: Stage, service: string) =>
  [
    {
      ...{ Effect: 'Allow', Action: ['s3:GetReplicationConfiguration', 's3:PutReplicationConfiguration'] },
      Resource: `arn:${partition}:s3:::${source.bucket}`,
    },
    {
      ...{ Effect: 'Allow', Action: 'iam:PassRole', Resource: role.arn },
      Condition: { StringEquals: { 'iam:PassedToService': service } },
    },
  ] as const;

/** Puts what is there already, as the role. */
async function replicationPutBy(RoleArn: string, { ground, replication: { source } }: Stage): Promise<void> {
  const { Credentials } = await clientsAt(ground, ground.source).sts.send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: 'probe' }),
  );
  const { profile: _, ...settings } = ground.settings(source);
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken } = Credentials ?? {};
  const credentials = {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    ...(SessionToken && { sessionToken: SessionToken }),
  };
  const { s3 } = clientsWith({ ...settings, credentials });
  const owned = { Bucket: source.bucket, ExpectedBucketOwner: source.account };
  const { ReplicationConfiguration } = await s3.send(new GetBucketReplicationCommand(owned));
  await s3.send(new PutBucketReplicationCommand({ ...owned, ReplicationConfiguration }));
}
