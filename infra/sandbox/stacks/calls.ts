/**
 * Calls to a local AWS by the name of their operation, in this process, as an account's administrator. What a call is given is checked
 * against the operation's own shape, as its SDK client describes it, so that nothing in a template is dropped in silence.
 */
import type { NormalizedSchema } from '@smithy/core/schema';
import type { LocalAws } from '../local-aws.ts';
import { type ClientClass, describeService } from '../wire/service-model.ts';
import { isObject } from './template.ts';

export interface Place {
  readonly account: string;
  readonly region: string;
}

/** What a call answers. */
export type Answer = Readonly<Record<string, unknown>>;

/** @param operation e.g. `iam:CreateRole` @param input its members; those that are undefined are left out @throws what the service answers; UnknownMember */
export type Call = (operation: `${Service}:${string}`, input: Answer) => Promise<Answer>;

/** A property that the service has no member for, or a value that is none of its kind. */
export class UnknownMember extends Error {
  override readonly name = 'UnknownMember';
}

const sdks = {
  cloudwatch: () => import('@aws-sdk/client-cloudwatch').then((sdk) => [sdk, sdk.CloudWatchClient] as const),
  dynamodb: () => import('@aws-sdk/client-dynamodb').then((sdk) => [sdk, sdk.DynamoDBClient] as const),
  events: () => import('@aws-sdk/client-eventbridge').then((sdk) => [sdk, sdk.EventBridgeClient] as const),
  iam: () => import('@aws-sdk/client-iam').then((sdk) => [sdk, sdk.IAMClient] as const),
  kms: () => import('@aws-sdk/client-kms').then((sdk) => [sdk, sdk.KMSClient] as const),
  lambda: () => import('@aws-sdk/client-lambda').then((sdk) => [sdk, sdk.LambdaClient] as const),
  organizations: () => import('@aws-sdk/client-organizations').then((sdk) => [sdk, sdk.OrganizationsClient] as const),
  scheduler: () => import('@aws-sdk/client-scheduler').then((sdk) => [sdk, sdk.SchedulerClient] as const),
  sns: () => import('@aws-sdk/client-sns').then((sdk) => [sdk, sdk.SNSClient] as const),
  sqs: () => import('@aws-sdk/client-sqs').then((sdk) => [sdk, sdk.SQSClient] as const),
  ssm: () => import('@aws-sdk/client-ssm').then((sdk) => [sdk, sdk.SSMClient] as const),
};

type Service = keyof typeof sdks;

/** The part of every SDK client and command that is used here. */
interface Sender {
  send(command: object): Promise<Answer>;
}
type SenderClass = new (config: object) => Sender;
type CommandClass = new (input: object) => object;

export function callsOf(aws: LocalAws, { account, region }: Place): Call {
  const credentials = { accessKeyId: account, secretAccessKey: 'local' };
  // A queue's URL may name the host that the local AWS listens on; the call stays in this process all the same.
  const config = { region, credentials, requestHandler: aws.requestHandler(), maxAttempts: 3, useQueueUrlAsEndpoint: false };
  const clients = new Map<Service, Sender>();

  return async (operation, input) => {
    const [service, name = ''] = operation.split(':') as [Service, string?];
    const [sdk, client] = await sdks[service]();
    const { operations } = describeService(sdk, client as unknown as ClientClass);
    const shape = operations.get(name)?.input;
    if (!shape) throw new Error(`There is no operation ${operation}.`);
    const known = clients.get(service) ?? new (client as unknown as SenderClass)(config);
    clients.set(service, known);
    const Command = (sdk as unknown as Readonly<Record<string, CommandClass>>)[`${name}Command`] as CommandClass;
    // Some operations take nothing, and have no shape for it.
    return await known.send(new Command(shape.isStructSchema() ? struct(shape, input, '') : {}));
  };
}

/** Templates write numbers and truth values as text at times, and the other way round. */
function shaped(schema: NormalizedSchema, value: unknown, at: string): unknown {
  if (value === undefined) return undefined;
  if (schema.isStructSchema()) return struct(schema, value, at);
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) throw wrong(at, 'a list', value);
    return value.map((one, index) => shaped(schema.getValueSchema(), one, `${at}[${index}]`));
  }
  if (schema.isMapSchema()) {
    if (!isObject(value)) throw wrong(at, 'an object', value);
    const entries = Object.entries(value);
    return Object.fromEntries(entries.map(([name, one]) => [name, shaped(schema.getValueSchema(), one, `${at}.${name}`)]));
  }
  return simple(schema, value, at);
}

function struct(schema: NormalizedSchema, value: unknown, at: string): object {
  if (!isObject(value)) throw wrong(at, 'an object', value);
  const members = schema.getMemberSchemas();
  const shapes = Object.entries(value as Answer).map(([name, one]) => {
    const path = at === '' ? name : `${at}.${name}`;
    const member = members[name];
    if (!member) throw new UnknownMember(`Encountered unsupported property ${path}`);
    return [name, shaped(member, one, path)] as const;
  });
  return Object.fromEntries(shapes);
}

function simple(schema: NormalizedSchema, value: unknown, at: string): unknown {
  if (schema.isTimestampSchema()) return new Date(String(value));
  if (schema.isBlobSchema()) return value;
  if (typeof value === 'object') throw wrong(at, 'a single value', value);
  if (schema.isStringSchema()) return String(value);
  if (schema.isNumericSchema()) return asNumber(value, at);
  if (!schema.isBooleanSchema()) return value;
  if (String(value) === 'true') return true;
  if (String(value) === 'false') return false;
  throw wrong(at, 'true or false', value);
}

function asNumber(value: unknown, at: string): number {
  const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
  if (Number.isNaN(number)) throw wrong(at, 'a number', value);
  return number;
}

const wrong = (at: string, what: string, value: unknown): UnknownMember =>
  new UnknownMember(`Value of property ${at} must be ${what}, not ${JSON.stringify(value)}`);

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Whether an error says that what was meant is not there: somebody else has taken it away already. */
export const isGone = (error: unknown): boolean =>
  error instanceof Error &&
  /^(NoSuchEntity(Exception)?|ResourceNotFound(Exception)?|NotFound(Exception)?|QueueDoesNotExist|AWS\.SimpleQueueService\.NonExistentQueue|ParameterNotFound|DashboardNotFoundError)$/.test(
    error.name,
  );
