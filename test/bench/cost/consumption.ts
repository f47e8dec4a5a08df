/** What the installed controller uses of AWS, told from the calls that the local AWS answers. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { isInSpoke } from '../../../infra/sandbox/guided-run/account.ts';
import type { CallResult, Interceptor, LocalAws } from '../../../infra/sandbox/local-aws.ts';

/** Everything here is a count, but for `logBytes`. */
export interface Consumption {
  readonly invocations: Readonly<Record<string, number>>;
  /** SendMessageBatch and SendMessage; what Lambda itself asks of the queue is left out. */
  readonly sends: number;
  readonly ledgerCalls: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  /** AssumeRole left out; by service. */
  readonly spokeCalls: Readonly<Record<string, number>>;
  readonly assumedRoles: number;
  readonly parameterCalls: number;
  readonly stories: number;
  readonly lookups: number;
  /** That CloudWatch is asked for. */
  readonly metricsRequested: number;
  readonly logBytes: number;
}

type Mutable = { -readonly [K in keyof Consumption]: Consumption[K] extends number ? number : Record<string, number> };

const nothing = (): Mutable => ({
  ...{ invocations: {}, sends: 0, ledgerCalls: 0, readUnits: 0, writeUnits: 0, spokeCalls: {}, assumedRoles: 0 },
  ...{ parameterCalls: 0, stories: 0, lookups: 0, metricsRequested: 0, logBytes: 0 },
});

export interface Meter {
  readonly interceptor: Interceptor;
  /** Counts from now on. */
  attach(aws: LocalAws): void;
  /** @returns what was used since the last time */
  take(): Consumption;
}

export function newMeter(): Meter {
  let used = nothing();
  return {
    interceptor: {
      after: ({ caller, service, operation }, input, result) => {
        if (/:assumed-role\/lockstep-/.test(caller.arn)) count(used, { arn: caller.arn, service, operation, input, result });
      },
    },
    attach({ world }) {
      world.lambda.listeners.invocation.add(({ functionArn }) => add(used.invocations, functionArn.split(':').at(-1) ?? ''));
      world.lambda.listeners.log.add(({ text }) => {
        used.logBytes += Buffer.byteLength(text);
      });
    },
    take() {
      const taken = used;
      used = nothing();
      return taken;
    },
  };
}

interface Made {
  readonly arn: string;
  readonly service: string;
  readonly operation: string;
  readonly input: object;
  readonly result: CallResult;
}

const add = (counts: Record<string, number>, name: string): void => {
  counts[name] = (counts[name] ?? 0) + 1;
};

function count(used: Mutable, made: Made): void {
  const { arn, service, operation } = made;
  if (operation === 'AssumeRole') used.assumedRoles += 1;
  else if (isInSpoke({ caller: arn })) countSpoke(used, made);
  else if (service === 'dynamodb') countLedger(used, made);
  else if (service === 'sqs') used.sends += operation.startsWith('SendMessage') ? 1 : 0;
  else if (service === 'ssm') used.parameterCalls += 1;
  else if (service === 'sns') used.stories += operation === 'Publish' ? 1 : 0;
  else if (service === 'cloudtrail') used.lookups += 1;
}

function countSpoke(used: Mutable, { service, input }: Made): void {
  add(used.spokeCalls, service);
  used.metricsRequested += (input as { readonly MetricDataQueries?: readonly unknown[] }).MetricDataQueries?.length ?? 0;
}

type Item = Readonly<Record<string, AttributeValue>>;

/** A unit reads 4 KB consistently, or writes 1 KB; a query adds its items up first: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html */
function countLedger(used: Mutable, { operation, input, result }: Made): void {
  used.ledgerCalls += 1;
  const output = 'output' in result ? result.output : {};
  if (operation === 'Query') {
    const { Items = [] } = output as { readonly Items?: readonly Item[] };
    used.readUnits += units(sum(Items.map(bytesOf)), 4096);
  } else if (operation === 'BatchGetItem') {
    const { Responses = {} } = output as { readonly Responses?: Readonly<Record<string, readonly Item[]>> };
    const found = Object.values(Responses).flat();
    used.readUnits += sum(found.map((item) => units(bytesOf(item), 4096))) + (keysIn(input) - found.length);
  } else used.writeUnits += sum(writtenIn(input).map((item) => units(bytesOf(item), 1024)));
}

const keysIn = (input: object): number => {
  const { RequestItems = {} } = input as {
    readonly RequestItems?: Readonly<Record<string, { readonly Keys?: readonly Item[] }>>;
  };
  return sum(Object.values(RequestItems).map(({ Keys = [] }) => Keys.length));
};

interface Write {
  readonly Item?: Item;
  readonly Key?: Item;
  readonly ExpressionAttributeValues?: Item;
  readonly RequestItems?: Readonly<
    Record<
      string,
      readonly { readonly PutRequest?: { readonly Item?: Item }; readonly DeleteRequest?: { readonly Key?: Item } }[]
    >
  >;
}

/** An update and a deletion cost by what is there, which the request does not say: counted by what it does. */
function writtenIn(input: Write): readonly Item[] {
  const batched = Object.values(input.RequestItems ?? {}).flat();
  if (batched.length > 0) return batched.map(({ PutRequest, DeleteRequest }) => PutRequest?.Item ?? DeleteRequest?.Key ?? {});
  return [input.Item ?? { ...input.Key, ...input.ExpressionAttributeValues }];
}

const units = (bytes: number, each: number): number => Math.max(1, Math.ceil(bytes / each));
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Names and values, as https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html counts them. */
export const bytesOf = (item: Item): number =>
  sum(Object.entries(item).map(([name, value]) => Buffer.byteLength(name) + valueBytes(value)));

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.length / 2) + 1;
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + bytesOf(value.M);
  if (value.L !== undefined) return 3 + value.L.length + sum(value.L.map(valueBytes));
  if (value.SS !== undefined) return sum(value.SS.map((text) => Buffer.byteLength(text)));
  if (value.B !== undefined) return value.B.length;
  return 1;
}
