/**
 * What a world says, as comparable facts, worked out without the code under test: every single grant of every policy, every rule, every
 * setting. Two worlds that mean the same have the same facts.
 */
import type { LifecycleRule, ReplicationRule } from '@aws-sdk/client-s3';
import type { BucketView, View } from './world.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json };
export type JsonObject = { readonly [member: string]: Json };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const listOf = (value: Json | undefined): readonly Json[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as Json];

export const statementsIn = (policy: unknown): readonly JsonObject[] =>
  isObject(policy) ? listOf(policy.Statement).filter(isObject) : [];

/** Whether a statement, rule or policy is Lockstep's by its name. */
export const isOurs = (name: Json | undefined): boolean => typeof name === 'string' && /^lockstep/i.test(name);

/** Lists in order and lists of one as single values: the same for every spelling AWS may answer. */
export function plain(value: unknown): Json {
  if (Array.isArray(value)) return value.length === 1 ? plain(value[0]) : value.map(plain).sort(byText);
  if (!isObject(value)) return value as Json;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, plain(member)]));
}

const byText = (a: Json, b: Json): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

const principalsOf = (principal: Json | undefined): readonly string[] => {
  if (principal === undefined) return ['nobody named'];
  if (!isObject(principal)) return [`AWS ${principal}`];
  return Object.entries(principal).flatMap(([type, values]) =>
    listOf(values).map((value) => `${type} ${String(value).replace(/^arn:aws:iam::(\d{12}):root$/, '$1')}`),
  );
};

const positive = /^(String(Equals|Like)|Arn(Equals|Like)|Bool|IpAddress)$/;

/** Every way to meet the conditions, one value a test. */
function waysToMeet(condition: Json | undefined): readonly string[] {
  const tests = Object.entries(isObject(condition) ? condition : {}).flatMap(([operator, keys]) =>
    Object.entries(isObject(keys) ? keys : {}).map(([key, values]) => {
      const texts = listOf(values).map(String).sort();
      const alternatives = positive.test(operator) ? texts : [texts.join('|')];
      return alternatives.map((value) => `${operator}(${key.toLowerCase()}, ${value})`);
    }),
  );
  return tests.reduce<readonly string[]>((ways, test) => ways.flatMap((way) => test.map((one) => `${way} ${one}`)), ['if']);
}

/** Every single grant of one statement. */
export function grantsOf(statement: JsonObject, ownKey?: string): readonly string[] {
  if (['NotAction', 'NotPrincipal', 'NotResource'].some((element) => element in statement)) {
    const { Sid: _, ...rest } = statement;
    return [`whole ${JSON.stringify(plain(rest))}`];
  }
  const resources = statement.Resource === undefined ? ['itself'] : listOf(statement.Resource);
  return principalsOf(statement.Principal).flatMap((principal) =>
    listOf(statement.Action).flatMap((action) =>
      resources.flatMap((resource) => {
        const on = resource === ownKey ? '*' : String(resource);
        const grant = `${statement.Effect} ${principal} ${String(action).toLowerCase()} ${on}`;
        return waysToMeet(statement.Condition).map((way) => `${grant} ${way}`);
      }),
    ),
  );
}

type Pick = (statement: JsonObject) => boolean;

/** One configuration of what a bucket tells others. */
export interface Notification {
  readonly Id?: string | undefined;
  readonly TopicArn?: string | undefined;
  readonly Events?: readonly string[] | undefined;
  readonly Filter?: { readonly Key?: { readonly FilterRules?: readonly object[] | undefined } | undefined } | undefined;
}

export function notificationsIn(configuration: unknown): readonly Notification[] {
  const {
    TopicConfigurations: topics,
    QueueConfigurations: queues,
    LambdaFunctionConfigurations: functions,
  } = (configuration ?? {}) as Readonly<Record<string, readonly Notification[] | undefined>>;
  return [...(topics ?? []), ...(queues ?? []), ...(functions ?? [])];
}

/** By its name, or by the topic it tells. */
export const isOurNotification = ({ Id, TopicArn }: Notification): boolean =>
  isOurs(Id) || isOurs(TopicArn?.slice(TopicArn.lastIndexOf(':') + 1));

const failureEvents = ['FailedReplication', 'MissedThreshold', 'ReplicatedAfterThreshold', 'NotTracked'].map(
  (name) => `s3:Replication:Operation${name}`,
);

/** Which events come of every object, and where they go. */
const toldFacts = (bucket: string, told: Notification): readonly string[] =>
  (told.Events ?? [])
    .flatMap((event) => (event === 's3:Replication:*' ? failureEvents : [event]))
    .map((event) => `${bucket} tells ${told.TopicArn} of ${event} under ${JSON.stringify(told.Filter?.Key?.FilterRules ?? [])}`);

const grantFacts = (place: string, policy: unknown, pick: Pick, ownKey?: string): readonly string[] =>
  statementsIn(policy)
    .filter(pick)
    .flatMap((statement) => grantsOf(statement, ownKey))
    .map((grant) => `${place}: ${grant}`);

export interface FactOptions {
  /** false: which priority a rule has does not count. */
  readonly priorities?: boolean;
  /** true: public access block and object ownership count. */
  readonly settings?: boolean;
}

function ruleFact(bucket: string, rule: ReplicationRule | LifecycleRule, { priorities = true }: FactOptions): string {
  const told = priorities ? rule : { ...rule, Priority: undefined };
  return `rule of ${bucket}: ${JSON.stringify(plain(told))}`;
}

function bucketFacts(name: string, bucket: BucketView, { settings = false }: FactOptions): readonly string[] {
  const { SSEAlgorithm, KMSMasterKeyID } = bucket.encryption.ApplyServerSideEncryptionByDefault ?? {};
  return [
    `versioning of ${name}: ${bucket.versioning}`,
    `encryption of ${name}: ${SSEAlgorithm} ${KMSMasterKeyID} ${bucket.encryption.BucketKeyEnabled}`,
    ...(settings ? [`ownership of ${name}: ${bucket.ownership}`] : []),
    ...Object.entries(settings ? { ...bucket.publicAccessBlock } : {}).map(([setting, on]) => `${setting} of ${name}: ${on}`),
    ...(bucket.replication ? [`role of ${name}: ${bucket.replication.Role}`] : []),
  ];
}

interface Picks {
  readonly statements: Pick;
  readonly keyStatements: Pick;
}

function factsOf(view: View, { statements, keyStatements }: Picks, options: FactOptions): ReadonlySet<string> {
  return new Set([
    ...view.buckets.entries().flatMap(([name, bucket]) => [
      ...bucketFacts(name, bucket, options),
      ...grantFacts(`policy of ${name}`, bucket.policy, statements),
      ...[...(bucket.replication?.Rules ?? []), ...(bucket.lifecycle ?? [])]
        .filter((rule) => isOurs(rule.ID))
        .map((rule) => ruleFact(name, rule, options)),
      ...notificationsIn(bucket.notifications)
        .filter(isOurNotification)
        .flatMap((told) => toldFacts(name, told)),
    ]),
    ...view.keys
      .entries()
      .flatMap(([arn, key]) => [
        `state of ${arn}: ${key.state}`,
        ...grantFacts(`policy of ${arn}`, key.policy, keyStatements, arn),
      ]),
    ...view.roles
      .entries()
      .flatMap(([arn, role]) => [
        ...grantFacts(`trust of ${arn}`, role.trust, statements),
        ...Object.entries(role.inline).flatMap(([policy, document]) =>
          isOurs(policy) ? grantFacts(`${policy} of ${arn}`, document, () => true) : [],
        ),
      ]),
  ]);
}

const ours: Pick = ({ Sid }) => isOurs(Sid);
const all: Pick = () => true;

/** What a healthy world says that must be so again after a repair; the delegation in a key policy counts whoever wrote it. */
export const ownFacts = (view: View, options: FactOptions = {}): ReadonlySet<string> =>
  factsOf(view, { statements: ours, keyStatements: all }, options);

/** What stands under our names only. */
export const strictlyOwnFacts = (view: View, options: FactOptions = {}): ReadonlySet<string> =>
  factsOf(view, { statements: ours, keyStatements: ours }, options);

/** Everything that could be one of `ownFacts`, whoever it comes from. */
export const allFacts = (view: View, options: FactOptions = {}): ReadonlySet<string> =>
  factsOf(view, { statements: all, keyStatements: all }, options);

/** What is not ours, place by place and in order, in one spelling. */
export function foreignContent(view: View): Readonly<Record<string, Json>> {
  const others = (policy: unknown): Json =>
    statementsIn(policy)
      .filter(({ Sid }) => !isOurs(Sid))
      .map(plain);
  const rules = (given: readonly (ReplicationRule | LifecycleRule)[] = []): Json =>
    given.filter(({ ID }) => !isOurs(ID)).map(plain);
  const places: readonly (readonly [string, Json])[] = [
    ...view.buckets.entries().flatMap(([name, bucket]) => [
      [`policy of ${name}`, others(bucket.policy)] as const,
      [`replication rules of ${name}`, rules(bucket.replication?.Rules)] as const,
      [`lifecycle rules of ${name}`, rules(bucket.lifecycle)] as const,
      [
        `notifications of ${name}`,
        notificationsIn(bucket.notifications)
          .filter((told) => !isOurNotification(told))
          .map(plain),
      ] as const,
      [`events of ${name} on its bus`, plain(bucket.notifications.EventBridgeConfiguration ?? null)] as const,
      [`blocked encryption of ${name}`, plain(bucket.encryption.BlockedEncryptionTypes ?? null)] as const,
    ]),
    ...view.keys.entries().map(([arn, key]) => [`policy of ${arn}`, others(key.policy)] as const),
    ...view.roles.entries().flatMap(([arn, role]) => [
      [`trust of ${arn}`, others(role.trust)] as const,
      [`attached to ${arn}`, [...role.attached]] as const,
      [`boundary of ${arn}`, role.boundary ?? null] as const,
      ...Object.entries(role.inline)
        .filter(([name]) => !isOurs(name))
        .map(([name, document]) => [`inline ${name} of ${arn}`, plain(document)] as const),
    ]),
  ];
  return Object.fromEntries(places.filter(([, content]) => content !== null && JSON.stringify(content) !== '[]'));
}
