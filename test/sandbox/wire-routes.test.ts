import * as iam from '@aws-sdk/client-iam';
import * as kms from '@aws-sdk/client-kms';
import * as s3 from '@aws-sdk/client-s3';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';
import type { NormalizedSchema } from '@smithy/core/schema';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../infra/sandbox/service.ts';
import type { Protocol } from '../../infra/sandbox/wire/protocol.ts';
import { jsonProtocol } from '../../infra/sandbox/wire/protocol-json.ts';
import { queryProtocol } from '../../infra/sandbox/wire/protocol-query.ts';
import { restXmlProtocol } from '../../infra/sandbox/wire/protocol-rest-xml.ts';
import { sdkHandler } from '../../infra/sandbox/wire/sdk-handler.ts';
import { describeService, type OperationModel, type ServiceModel } from '../../infra/sandbox/wire/service-model.ts';

type AnyClient = { send(command: unknown): Promise<unknown> };
type AnyClass<T> = new (input: object) => T;

/** Something of the right kind for a member that must be there. */
function placeholder(name: string, schema: NormalizedSchema): unknown {
  if (name === 'Bucket') return 'orders';
  if (schema.isListSchema()) return [placeholder('', schema.getValueSchema())];
  if (schema.isMapSchema()) return { key: 'value' };
  if (schema.isStructSchema()) return requiredInput(schema, new Set(Object.keys(schema.getMemberSchemas()).slice(0, 1)));
  if (schema.isBooleanSchema()) return true;
  if (schema.isNumericSchema()) return 1;
  if (schema.isTimestampSchema()) return new Date(0);
  if (schema.isBlobSchema()) return new Uint8Array([1]);
  return 'x';
}

const requiredInput = (schema: NormalizedSchema, required: ReadonlySet<string>): object =>
  Object.fromEntries([...required].map((name) => [name, placeholder(name, schema.getMemberSchema(name))]));

interface Asked {
  readonly operation: string;
  readonly input: object;
}

/** What the service's side makes of the request that the SDK's own client sends for an operation. */
async function asUnderstood(protocol: Protocol, Client: AnyClass<AnyClient>, command: unknown, withId: boolean): Promise<Asked> {
  let asked: Asked | undefined;
  const requestHandler = sdkHandler(async (request) => {
    const { 'x-id': _id, ...query } = request.query;
    const seen = withId ? request : { ...request, query };
    const operation = protocol.operationOf(seen);
    asked = { operation: operation.name, input: await protocol.readInput(operation, seen) };
    return protocol.writeError(new AwsError('Seen', 'seen', 400), 'id');
  });
  const credentials = { accessKeyId: '111111111111', secretAccessKey: 'any' };
  await new Client({ region: 'eu-west-1', credentials, requestHandler, maxAttempts: 1 }).send(command).catch((error: Error) => {
    if (asked === undefined) throw error;
  });
  return asked ?? { operation: 'not sent', input: {} };
}

// These go to endpoints or paths of their own, which the local AWS does not serve.
const elsewhere = new Set(['WriteGetObjectResponse', 'CreateSession', 'ListDirectoryBuckets']);

const operationsOf = (model: ServiceModel, module: object): OperationModel[] =>
  [...model.operations.values()].filter(({ name }) => `${name}Command` in module && !elsewhere.has(name));

describe.each([
  { service: 's3', module: s3, Client: s3.S3Client, protocolOf: restXmlProtocol, count: 100 },
  { service: 'kms', module: kms, Client: kms.KMSClient, protocolOf: jsonProtocol, count: 50 },
  { service: 'ssm', module: ssm, Client: ssm.SSMClient, protocolOf: jsonProtocol, count: 100 },
  { service: 'iam', module: iam, Client: iam.IAMClient, protocolOf: queryProtocol, count: 150 },
  { service: 'sts', module: sts, Client: sts.STSClient, protocolOf: queryProtocol, count: 8 },
])('the wire of $service', ({ module, Client, protocolOf, count }) => {
  const model = describeService(module, Client);
  const protocol = protocolOf(model);
  const commands = module as unknown as Record<string, AnyClass<unknown>>;

  it.each([
    { name: 'that say their x-id', withId: true },
    { name: 'that do not, as boto3', withId: false },
  ])('understands every operation of clients $name', async ({ withId }) => {
    const operations = operationsOf(model, module);
    const answers = operations.map(async (operation) => {
      const input = operation.input.isStructSchema() ? requiredInput(operation.input, operation.required) : {};
      const Command = commands[`${operation.name}Command`];
      if (!Command) throw new Error(`no command ${operation.name}`);
      const asked = await asUnderstood(protocol, Client as unknown as AnyClass<AnyClient>, new Command(input), withId);
      return { ...asked, expected: operation.name, given: input };
    });

    const understood = await Promise.all(answers);

    expect(operations.length).toBeGreaterThan(count - 1);
    expect(understood.filter(({ operation, expected }) => operation !== expected)).toEqual([]);
    expect(understood.filter(({ input, given }) => !Object.keys(given).every((member) => member in input))).toEqual([]);
  });
});
