/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Lambda.html */
import { localBucket } from '../../services/lambda/code.ts';
import { type Here, isSame, only, type Properties, type ResourceType, tagMap, textAt, textOf } from '../resource-type.ts';
import { retag } from './tags.ts';

const settings = ['Description', 'Environment', 'MemorySize', 'Timeout', 'DeadLetterConfig', 'Role', 'Handler', 'Runtime'];

const lambdaFunction: ResourceType = {
  takes: ['FunctionName', 'Code', 'PackageType', 'Architectures', 'ReservedConcurrentExecutions', 'Tags', ...settings],
  idle: {
    EphemeralStorage: 'a function has the disk of this machine',
    KmsKeyArn: 'variables are kept in memory only',
    LoggingConfig: 'the host of the functions keeps what they print, for everybody',
    RecursiveLoop: 'loops are not looked for',
    RuntimeManagementConfig: 'there is one runtime: the Node.js that runs the local AWS',
    SnapStart: 'environments are not restored from snapshots',
    TracingConfig: 'there is no X-Ray',
  },
  replacing: ['FunctionName', 'PackageType', 'Architectures'],
  name: 'FunctionName',
  async create(wanted, here) {
    const answer = await here.call('lambda:CreateFunction', {
      FunctionName: wanted.FunctionName ?? here.named(),
      ...only(wanted, ['PackageType', 'Architectures', ...settings]),
      Code: codeOf(wanted, here),
      Tags: tagMap(wanted.Tags),
    });
    return { id: textAt(answer, 'FunctionName'), attributes: { Arn: textAt(answer, 'FunctionArn') } };
  },
  async update(change, here) {
    const { made, before, wanted } = change;
    const FunctionName = made.id;
    const cleared = settings.filter((name) => before[name] !== undefined && wanted[name] === undefined);
    const usual = Object.fromEntries(cleared.map((name) => [name, unset[name]]));
    await here.call('lambda:UpdateFunctionConfiguration', { FunctionName, ...usual, ...only(wanted, settings) });
    if (!isSame(before.Code, wanted.Code)) {
      await here.call('lambda:UpdateFunctionCode', { FunctionName, ...codeOf(wanted, here) });
    }
    await retag(change, here, {
      ...{ tag: 'lambda:TagResource', untag: 'lambda:UntagResource', on: { Resource: made.attributes.Arn } },
      form: (tags) => tags,
    });
    return undefined;
  },
  async complete({ made, before, wanted }, { call }) {
    const [was, reserved] = [before, wanted].map(({ ReservedConcurrentExecutions: one }) => one);
    const on = { FunctionName: made.id };
    if (reserved !== undefined) await call('lambda:PutFunctionConcurrency', { ...on, ReservedConcurrentExecutions: reserved });
    else if (was !== undefined) await call('lambda:DeleteFunctionConcurrency', on);
  },
  remove: async ({ id }, _properties, { call }) => void (await call('lambda:DeleteFunction', { FunctionName: id })),
};

/** What a setting is that nobody gives any more. https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
const unset: Readonly<Record<string, unknown>> = {
  Description: '',
  Environment: { Variables: {} },
  MemorySize: 128,
  Timeout: 3,
  DeadLetterConfig: { TargetArn: '' },
};

/** The code was published beside the template, and is taken from there: nothing is uploaded. */
function codeOf({ Code }: Properties, here: Here): Readonly<Record<string, string>> {
  const { S3Bucket, S3Key, ...others } = (Code ?? {}) as Readonly<Record<string, string>>;
  const [other] = Object.keys(others);
  if (other !== undefined) throw new Error(`Code.${other}: the local AWS takes code from published folders only`);
  if (S3Bucket === undefined || S3Key === undefined) throw new Error('Code must name an S3Bucket and an S3Key');
  return { S3Bucket: localBucket, S3Key: here.asset(S3Key) };
}

const permission: ResourceType = {
  takes: ['FunctionName', 'Action', 'Principal', 'SourceArn', 'SourceAccount', 'PrincipalOrgID'],
  async create(wanted, here) {
    const StatementId = here.named(100);
    await here.call('lambda:AddPermission', { StatementId, ...wanted });
    return { id: StatementId, attributes: { Id: StatementId } };
  },
  async remove({ id }, { FunctionName }, { call }) {
    await call('lambda:RemovePermission', { FunctionName, StatementId: id });
  },
};

const ofMapping = [
  'BatchSize',
  'Enabled',
  'FilterCriteria',
  'FunctionResponseTypes',
  'MaximumBatchingWindowInSeconds',
  'ScalingConfig',
];

/** What a mapping is where nobody says so. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html */
const usualMapping = {
  BatchSize: 10,
  Enabled: true,
  FilterCriteria: { Filters: [] },
  FunctionResponseTypes: [],
  MaximumBatchingWindowInSeconds: 0,
  ScalingConfig: {},
};

const mapping: ResourceType = {
  takes: ['EventSourceArn', 'FunctionName', ...ofMapping],
  idle: { KmsKeyArn: 'filters are kept in memory only', MetricsConfig: 'the local AWS publishes no metrics of mappings' },
  replacing: ['EventSourceArn', 'FunctionName'],
  async create(wanted, { call }) {
    const answer = await call('lambda:CreateEventSourceMapping', wanted);
    const id = textAt(answer, 'UUID');
    return { id, attributes: { Id: id, EventSourceMappingArn: textAt(answer, 'EventSourceMappingArn') } };
  },
  async update({ made, wanted }, { call }) {
    await call('lambda:UpdateEventSourceMapping', { UUID: made.id, ...usualMapping, ...only(wanted, ofMapping) });
    return undefined;
  },
  remove: async ({ id }, _properties, { call }) => void (await call('lambda:DeleteEventSourceMapping', { UUID: id })),
};

const invokeConfig: ResourceType = {
  takes: ['FunctionName', 'Qualifier', 'MaximumRetryAttempts', 'MaximumEventAgeInSeconds', 'DestinationConfig'],
  replacing: ['FunctionName', 'Qualifier'],
  create: async (wanted, here) => {
    await here.call('lambda:PutFunctionEventInvokeConfig', wanted);
    return { id: `${textOf(wanted, 'FunctionName')}|${textOf(wanted, 'Qualifier')}`, attributes: {} };
  },
  async update({ wanted }, { call }) {
    await call('lambda:PutFunctionEventInvokeConfig', wanted);
    return undefined;
  },
  async remove(_made, properties, { call }) {
    await call('lambda:DeleteFunctionEventInvokeConfig', only(properties, ['FunctionName', 'Qualifier']));
  },
};

export const lambdaTypes = {
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::Permission': permission,
  'AWS::Lambda::EventSourceMapping': mapping,
  'AWS::Lambda::EventInvokeConfig': invokeConfig,
};
