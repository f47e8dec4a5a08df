/**
 * What the two spoke roles may do: computed from what the aspects say they need, on the names of the configuration.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
import type { Aspect } from '../shared/aspects/aspect.ts';
import type { Config } from './config.ts';
import { boundaryArn, bucketArns, forwardRule, keyGrants, newRoleArns, roleArns } from './permissions/names.ts';
import { boundable, neverEver } from './permissions/never.ts';
import {
  type At,
  alphabetical,
  type Condition,
  type PolicyDocument,
  policyOf,
  type Statement,
  serviceOf,
} from './permissions/statement.ts';

export type Needs = Pick<Aspect<unknown>, 'permissions'>;
export type Scope = Pick<Config, 'names' | 'newRoles' | 'spokeRoles' | 'operators'>;

const ofService = (actions: readonly string[], service: string): readonly string[] =>
  alphabetical(actions.filter((action) => serviceOf(action) === service));

const readsOf = (aspects: readonly Needs[]): readonly string[] =>
  alphabetical(aspects.flatMap(({ permissions }) => permissions.read));
const writesOf = (aspects: readonly Needs[]): readonly string[] =>
  alphabetical(aspects.flatMap(({ permissions }) => permissions.write));

/** Beside what aspects read: the key behind an alias, who made a change, whether changes are recorded and forwarded, and whether objects move. */
const alwaysRead = ['kms:DescribeKey', 'cloudtrail:LookupEvents', 'cloudtrail:DescribeTrails', 'cloudwatch:GetMetricData'];
const ofTrails = ['cloudtrail:GetEventSelectors', 'cloudtrail:GetTrailStatus'];
const ofRules = ['events:DescribeRule', 'events:ListTargetsByRule'];

/** `lockstep import` asks where a bucket is, and only people run it. https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html */
const discovery = ({ operators }: Scope): readonly string[] => (operators.length > 0 ? ['s3:ListBucket'] : []);

const known = ['s3', 'kms', 'iam', 'cloudtrail', 'cloudwatch'];

/** Settings of any bucket, key and role of the account, never contents: a document may name what the patterns do not, and is told so. */
export function observerPolicy(aspects: readonly Needs[], scope: Scope, { partition, account }: At): PolicyDocument {
  const reads = alphabetical([...readsOf(aspects), ...alwaysRead, ...discovery(scope)]);
  const allow = (Sid: string, Action: readonly string[], Resource: readonly string[] | string): Statement => ({
    ...{ Sid, Effect: 'Allow', Action, Resource },
  });
  return policyOf(
    allow('ReadBuckets', ofService(reads, 's3'), [`arn:${partition}:s3:::*`]),
    allow('ReadKeys', ofService(reads, 'kms'), [`arn:${partition}:kms:*:${account}:key/*`]),
    allow(
      'ReadRoles',
      ofService(reads, 'iam'),
      readableIdentities([`arn:${partition}:iam::${account}:role/*`], { partition, account }),
    ),
    // An organization's trail is one of the management account.
    allow('ReadTrails', ofTrails, [`arn:${partition}:cloudtrail:*:*:trail/*`]),
    allow('ReadForwarding', ofRules, [`arn:${partition}:events:*:${account}:rule/${forwardRule}`]),
    // The event history and the list of trails have no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html
    allow('ReadEventHistory', ofService(reads, 'cloudtrail'), '*'),
    // Metrics have no resources either: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
    allow('ReadMetrics', ofService(reads, 'cloudwatch'), '*'),
    allow(
      'ReadMore',
      reads.filter((action) => !known.includes(serviceOf(action))),
      '*',
    ),
  );
}

/** Roles, and the policies attached to them, AWS's own among these. */
const readableIdentities = (roles: readonly string[], { partition, account }: At): readonly string[] => [
  ...roles,
  `arn:${partition}:iam::${account}:policy/*`,
  `arn:${partition}:iam::aws:policy/*`,
];

/** The writes that the aspects declare, and the reads that confirm them, on the configured names; and what it must never do. */
export function healerPolicy(aspects: readonly Needs[], scope: Scope, at: At): PolicyDocument {
  const [reads, writes] = [alphabetical([...readsOf(aspects), 'kms:DescribeKey']), writesOf(aspects)];
  const buckets = bucketArns(scope.names, at);
  const roles = roleArns(scope.names, scope.newRoles, at);
  return policyOf(
    { Sid: 'ReadBuckets', Effect: 'Allow', Action: ofService(reads, 's3'), Resource: buckets },
    { Sid: 'WriteBuckets', Effect: 'Allow', Action: ofService(writes, 's3'), Resource: buckets },
    ...keyGrants(scope.names, at).flatMap(({ name, resources, condition }) => [
      allowKeys(`ReadKeys${name}`, ofService(reads, 'kms'), resources, condition),
      allowKeys(`WriteKeys${name}`, ofService(writes, 'kms'), resources, condition),
    ]),
    { Sid: 'ReadRoles', Effect: 'Allow', Action: ofService(reads, 'iam'), Resource: readableIdentities(roles, at) },
    ...writeRoles(ofService(writes, 'iam'), scope, at),
    ...neverEver(writes, scope, at),
  );
}

const allowKeys = (Sid: string, Action: readonly string[], Resource: readonly string[], Condition?: Condition): Statement => ({
  ...{ Sid, Effect: 'Allow', Action, Resource },
  ...(Condition && { Condition }),
});

const own = ['iam:CreateRole', 'iam:PassRole'];

function writeRoles(writes: readonly string[], { names, newRoles }: Scope, at: At): readonly Statement[] {
  const resources = roleArns(names, newRoles, at);
  const bounded = { StringEquals: { 'iam:PermissionsBoundary': boundaryArn(newRoles, at) } };
  const edits = writes.filter((action) => !own.includes(action));
  const tied = newRoles.editsOnlyBounded ? edits.filter((action) => boundable.includes(action)) : [];
  const having = (...actions: readonly string[]): readonly string[] => actions.filter((action) => writes.includes(action));
  return [
    { Sid: 'WriteRoles', Effect: 'Allow', Action: edits.filter((action) => !tied.includes(action)), Resource: resources },
    { Sid: 'WriteBoundedRoles', Effect: 'Allow', Action: tied, Resource: resources, Condition: bounded },
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    {
      ...{ Sid: 'CreateRolesUnderTheBoundary', Effect: 'Allow', Action: having('iam:CreateRole') },
      ...{ Resource: newRoleArns(names, newRoles, at), Condition: bounded },
    },
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    {
      ...{ Sid: 'PassRolesToReplication', Effect: 'Allow', Action: having('iam:PassRole'), Resource: resources },
      Condition: { StringEquals: { 'iam:PassedToService': 's3.amazonaws.com' } },
    },
  ];
}
