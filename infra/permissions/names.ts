/** What the healer may touch, as ARNs: the patterns of the configuration, spelled for one account. */
import { partitionOf } from '../../shared/model/arn.ts';
import type { Config } from '../config.ts';
import type { At, Condition } from './statement.ts';

export type Names = Config['names'];
export type NewRoles = Config['newRoles'];

export const bucketArns = ({ buckets }: Names, { partition }: Pick<At, 'partition'>): readonly string[] =>
  buckets.map((name) => `arn:${partition}:s3:::${name}`);

/** Keys by their ARNs, and, one statement more, keys by their aliases. */
export interface KeyGrant {
  readonly name: 'ByArn' | 'ByAlias';
  readonly resources: readonly string[];
  readonly condition?: Condition;
}

const isAlias = (pattern: string): boolean => pattern.startsWith('alias/');

/**
 * A key has no name but its aliases, and who may move an alias can bring a key within reach: ARNs are the stricter choice.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
 */
export function keyGrants({ keys }: Names, { partition, account }: At): readonly KeyGrant[] {
  const arns = keys.filter((pattern) => !isAlias(pattern));
  const aliases = keys.filter(isAlias);
  const own = `arn:${partition}:kms:*:${account}:key/*`;
  return [
    ...(arns.length > 0 ? [{ name: 'ByArn' as const, resources: arns }] : []),
    ...(aliases.length > 0
      ? [
          {
            name: 'ByAlias' as const,
            resources: [own],
            condition: { 'ForAnyValue:StringLike': { 'kms:ResourceAliases': aliases } },
          },
        ]
      : []),
  ];
}

const roleArn = ({ partition, account }: At, pathAndName: string): string =>
  `arn:${partition}:iam::${account}:role/${pathAndName}`;

const withoutSlash = (path: string): string => path.replace(/^\//, '');

/** Roles that may be made: the patterns without a path of their own, under the path for new roles. */
export const newRoleArns = ({ roles }: Names, { path }: NewRoles, at: At): readonly string[] =>
  roles.filter((pattern) => !pattern.includes('/')).map((pattern) => roleArn(at, `${withoutSlash(path)}${pattern}`));

/** Roles that may be edited and passed to S3. */
export const roleArns = (names: Names, newRoles: NewRoles, at: At): readonly string[] => [
  ...new Set([...names.roles.map((pattern) => roleArn(at, pattern)), ...newRoleArns(names, newRoles, at)]),
];

/** The functions of the hub. */
export const functionNames = ['route', 'admit', 'sweep', 'reconcile', 'failures'] as const;
export type FunctionName = (typeof functionNames)[number];

/** Of a function, and of the role that it runs in. */
export const deployedName = (name: FunctionName): string => `lockstep-${name}`;

/** Names of what the stacks themselves make, in the hub and in the spokes: nothing a repair may ever touch. */
export const ownRoles = {
  functions: functionNames.map(deployedName),
  scheduler: 'lockstep-scheduler',
  chat: 'lockstep-chat',
  forwarder: 'lockstep-forwarder',
  heartbeat: 'lockstep-heartbeat',
} as const;

/** Where the spokes forward to. */
export const busName = 'lockstep';

export const busArn = ({ account, region }: Config['hub']): string =>
  `arn:${partitionOf(region)}:events:${region}:${account}:event-bus/${busName}`;

/** The rule of each spoke region that forwards changes to the hub. */
export const forwardRule = 'lockstep-forward';

/** The topic of each spoke region to which buckets report failures of replication, and the queue of the hub that it sends to. */
export const failureTopicName = 'lockstep-replication-failures';
export const failureQueueName = 'lockstep-failures';

/** Accounts that the configuration names. */
export const listedAccounts = ({ spokes }: Pick<Config, 'spokes'>): readonly string[] => [
  ...new Set(spokes.map(({ account }) => account)),
];

/** In every region. @param accounts `*` stands for all */
export const failureTopicArns = (accounts: readonly string[], partition: string): readonly string[] =>
  accounts.map((account) => `arn:${partition}:sns:*:${account}:${failureTopicName}`);

export const ownRoleArns = ({ observer, healer }: Config['spokeRoles'], at: At): readonly string[] =>
  [
    ...[observer, healer, ...ownRoles.functions, ownRoles.scheduler, ownRoles.chat],
    ...[`${ownRoles.forwarder}-*`, `${ownRoles.heartbeat}-*`],
  ].map((name) => roleArn(at, withoutSlash(name)));

export const spokeRoleArn = (role: string, at: At): string => roleArn(at, withoutSlash(role));

/** The boundary's ARN: the one that the spoke makes, or one that is there already. */
export const boundaryArn = ({ boundary }: NewRoles, { partition, account }: At): string =>
  `arn:${partition}:iam::${account}:policy/${withoutSlash(boundary ?? ownBoundary)}`;

export const ownBoundary = 'lockstep-boundary';
