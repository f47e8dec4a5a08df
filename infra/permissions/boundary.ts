/** The most that a role made by a repair can ever do: what the policy that Lockstep writes for it does, on the configured buckets. */
import { rolePolicyFor } from '../../shared/aspects/role-policy.ts';
import { parseDocument } from '../../shared/model/desired-state.ts';
import { statementsOf } from '../../shared/policy/statements.ts';
import type { Config } from '../config.ts';
import { bucketArns } from './names.ts';
import { type At, alphabetical, type PolicyDocument, policyOf, serviceOf } from './statement.ts';

/** A document that asks for every grant there is. */
const everything = {
  version: 1,
  replications: {
    all: {
      source: end('111111111111', 'first'),
      destination: { ...end('222222222222', 'second'), objectLock: true },
      ownership: 'destination',
    },
  },
};

function end(account: string, bucket: string) {
  const key = `arn:aws:kms:eu-west-1:${account}:key/00000000-0000-4000-8000-000000000000`;
  return { account, region: 'eu-west-1', bucket, key };
}

function replicationActions(): readonly string[] {
  const { replications } = parseDocument(JSON.stringify(everything), { name: 'boundary', now: new Date(0) });
  return alphabetical(statementsOf(rolePolicyFor(replications)).flatMap(({ Action }) => Action as string[]));
}

/**
 * A boundary grants nothing: keys need no names here, for what may be done with which is the role's policy's to say and the key's own.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
export function boundaryPolicy({ names }: Pick<Config, 'names'>, at: Pick<At, 'partition'>): PolicyDocument {
  const actions = replicationActions();
  const buckets = bucketArns(names, at);
  return policyOf(
    {
      ...{ Sid: 'ReplicateObjects', Effect: 'Allow', Action: actions.filter((action) => serviceOf(action) === 's3') },
      Resource: [...buckets, ...buckets.map((bucket) => `${bucket}/*`)],
    },
    {
      ...{ Sid: 'UseKeysThroughS3', Effect: 'Allow', Action: actions.filter((action) => serviceOf(action) === 'kms') },
      Resource: `arn:${at.partition}:kms:*:*:key/*`,
      // The same suffix in every partition: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
      Condition: { StringLike: { 'kms:ViaService': 's3.*.amazonaws.com' } },
    },
  );
}
