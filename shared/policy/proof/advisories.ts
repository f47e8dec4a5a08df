/** What does not stop replication now and is worth telling: grants that let others break it, and statements without effect. */
import { compileGlob, matchesGlob } from '../evaluate/patterns.ts';
import { accountOfPrincipal, isUniqueId } from '../evaluate/principals.ts';
import { compilePolicy } from '../evaluate/statements.ts';
import {
  accountOfArn,
  type BucketState,
  bucketArn,
  known,
  type PolicyText,
  type Read,
  type ReplicationState,
} from '../replication-state.ts';
import { isEnabled, overridesOwner, rulesToDestination } from './rules.ts';

type Element = Readonly<Record<string, unknown>>;

interface Spot {
  readonly name: string;
  readonly statement: Element;
}

const list = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String);
const isElement = (value: unknown): value is Element => typeof value === 'object' && value !== null && !Array.isArray(value);

function statementsIn(label: string, read: Read<PolicyText> | undefined): readonly Spot[] {
  const policy = known(read);
  if (policy.is !== 'known') return [];
  return compilePolicy(policy.value, 'resource').statements.flatMap(({ source, sid, index }) =>
    isElement(source) ? [{ name: `${sid ?? `statement ${index + 1}`} of the ${label}`, statement: source }] : [],
  );
}

// With these another account can take away what replication stands on. PutBucketPolicy is not among them: S3 refuses it
// to other accounts whatever the policy says. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
const breaking = [
  's3:PutBucketVersioning',
  's3:PutEncryptionConfiguration',
  's3:PutReplicationConfiguration',
  's3:PutBucketPublicAccessBlock',
  's3:PutBucketOwnershipControls',
  's3:PutLifecycleConfiguration',
  's3:DeleteBucket',
];

function principalsOf(statement: Element): readonly string[] {
  const { Principal } = statement;
  return isElement(Principal) ? list(Principal.AWS) : list(Principal);
}

const isForeign = (principal: string, account: string): boolean => {
  if (principal === '*') return true;
  const owner = accountOfPrincipal(principal) ?? (principal.startsWith('arn:') ? accountOfArn(principal) : account);
  return owner !== account;
};

const covers = (patterns: readonly string[], text: string): boolean =>
  patterns.some((pattern) => matchesGlob(compileGlob(pattern.toLowerCase()), text.toLowerCase()));

function foreignGrants(state: ReplicationState, bucket: BucketState): readonly string[] {
  return statementsIn(`bucket policy of ${bucket.bucket}`, bucket.policy).flatMap(({ name, statement }) => {
    const others = principalsOf(statement).filter((principal) => isForeign(principal, bucket.account));
    const actions = breaking.filter((action) => covers(list(statement.Action), action));
    const applies =
      statement.Effect === 'Allow' &&
      others.length > 0 &&
      actions.length > 0 &&
      covers(list(statement.Resource), bucketArn(state, bucket));
    return applies
      ? [
          `${name} lets ${others.join(', ')} use ${actions.join(', ')}, with which replication can be broken from outside account ${bucket.account}.`,
        ]
      : [];
  });
}

// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
const onBuckets = new Set([
  's3:listbucket',
  's3:getreplicationconfiguration',
  's3:getbucketversioning',
  's3:putbucketversioning',
]);
const onObjects = new Set(
  [
    'replicateobject',
    'replicatedelete',
    'replicatetags',
    'objectowneroverridetobucketowner',
    'getobjectversionforreplication',
    'getobjectversionacl',
    'getobjectversiontagging',
    'getobjectretention',
    'getobjectlegalhold',
  ].map((name) => `s3:${name}`),
);

function idleActions({ name, statement }: Spot): readonly string[] {
  const resources = list(statement.Resource).filter((resource) => resource.startsWith('arn:'));
  if (statement.Effect !== 'Allow' || resources.length === 0 || resources.length < list(statement.Resource).length) return [];
  const objectsOnly = resources.every((resource) => resource.includes('/'));
  const bucketsOnly = resources.every((resource) => !/[/*?]/.test(resource));
  const idle = list(statement.Action).filter(
    (action) => (objectsOnly && onBuckets.has(action.toLowerCase())) || (bucketsOnly && onObjects.has(action.toLowerCase())),
  );
  return idle.length > 0
    ? [
        `${name} has no effect for ${idle.join(', ')}: ${objectsOnly ? 'it names objects, and these actions are on buckets' : 'it names buckets, and these actions are on objects'}.`,
      ]
    : [];
}

const deadPrincipals = ({ name, statement }: Spot, roleId: string | undefined): readonly string[] =>
  principalsOf(statement)
    .filter((principal) => isUniqueId(principal) && principal !== roleId)
    .map((id) => `${name} names ${id}, the id of a role or user that is gone; a new one of the same name is not meant by it.`);

// The troubleshooting page of S3 prints this key; the real one is kms:EncryptionContext:aws:s3:arn.
const misprint = 'kms:encryptioncontext:arn:aws:arn';

function misprints({ name, statement }: Spot): readonly string[] {
  const keys = Object.values(isElement(statement.Condition) ? statement.Condition : {}).flatMap((of) =>
    isElement(of) ? Object.keys(of) : [],
  );
  return keys.some((key) => key.toLowerCase() === misprint)
    ? [
        `${name} has a condition on kms:EncryptionContext:arn:aws:arn, a key that no request carries; kms:EncryptionContext:aws:s3:arn is meant.`,
      ]
    : [];
}

function idleKeyStatements({ name, statement }: Spot): readonly string[] {
  const lacking = [
    ['Action', 'NotAction'],
    ['Resource', 'NotResource'],
  ].filter((names) => names.every((element) => statement[element] === undefined));
  return lacking.length > 0
    ? [`${name} has no ${lacking.map(([element]) => element).join(' and no ')}, so it does nothing.`]
    : [];
}

function aboutRules(state: ReplicationState): readonly string[] {
  const ownership = known(state.destination.objectOwnership);
  const enforced = ownership.is === 'known' && ownership.value === 'BucketOwnerEnforced';
  return rulesToDestination(state)
    .filter(isEnabled)
    .flatMap((rule) => [
      // https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-metrics-events.html
      ...(rule.Destination?.Metrics?.Status === 'Enabled'
        ? []
        : [`Rule ${rule.ID ?? ''} has no replication metrics, so S3 reports no failures of it.`]),
      ...(enforced && overridesOwner(rule)
        ? [
            `Rule ${rule.ID ?? ''} changes the owner of replicas, which ${state.destination.bucket} does by itself (BucketOwnerEnforced).`,
          ]
        : []),
    ]);
}

function rolePoliciesOf(state: ReplicationState): readonly Spot[] {
  const read = known(state.role.inline);
  return read.is === 'known'
    ? Object.entries(read.value).flatMap(([name, document]) => statementsIn(`role policy ${name}`, document))
    : [];
}

/** In a fixed order, each once. */
export function advisories(state: ReplicationState): readonly string[] {
  const { source, destination } = state;
  const ofBuckets = [source, destination].flatMap((bucket) => statementsIn(`bucket policy of ${bucket.bucket}`, bucket.policy));
  const ofKeys = [...(source.keys ?? []), ...(destination.keys ?? [])].flatMap((key) =>
    statementsIn(`key policy of ${key.arn}`, key.policy),
  );
  const ofRole = rolePoliciesOf(state);
  return [
    ...new Set([
      ...[destination, source].flatMap((bucket) => foreignGrants(state, bucket)),
      ...[...ofBuckets, ...ofRole].flatMap(idleActions),
      ...ofKeys.flatMap(idleKeyStatements),
      ...[...ofBuckets, ...ofKeys].flatMap((spot) => deadPrincipals(spot, state.role.id)),
      ...[...ofKeys, ...ofRole].flatMap(misprints),
      ...aboutRules(state),
    ]),
  ];
}
