/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_DynamoDB.html */
import {
  type Change,
  type Here,
  isSame,
  objectsOf,
  only,
  type Properties,
  type ResourceType,
  textAt,
  without,
} from '../resource-type.ts';
import { retag } from './tags.ts';

const ofKeys = ['KeySchema', 'AttributeDefinitions', 'LocalSecondaryIndexes', 'GlobalSecondaryIndexes', 'StreamSpecification'];

const idle = {
  ContributorInsightsSpecification: 'there is no Contributor Insights',
  OnDemandThroughput: 'the local AWS does not throttle tables',
  TableClass: 'it is about the price',
  WarmThroughput: 'the local AWS does not throttle tables',
};

const table: ResourceType = {
  takes: [
    ...['TableName', 'BillingMode', 'ProvisionedThroughput', 'DeletionProtectionEnabled', 'SSESpecification', 'Tags', ...ofKeys],
    ...['TimeToLiveSpecification', 'PointInTimeRecoverySpecification'],
  ],
  idle,
  // Attributes come and go with indexes, which are made anew here: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
  replacing: ['TableName', ...ofKeys],
  name: 'TableName',
  async create(wanted, here) {
    const answer = await here.call('dynamodb:CreateTable', {
      TableName: wanted.TableName ?? here.named(255),
      ...only(wanted, ['BillingMode', 'ProvisionedThroughput', 'DeletionProtectionEnabled', 'Tags', ...ofKeys]),
      ...encryptionOf(wanted.SSESpecification),
    });
    const id = textAt(answer, 'TableDescription.TableName');
    return { id, attributes: { Arn: `arn:aws:dynamodb:${here.region}:${here.account}:table/${id}` } };
  },
  async update(change, here) {
    const { made, before, wanted } = change;
    const TableName = made.id;
    for (const name of ['BillingMode', 'DeletionProtectionEnabled']) {
      if (isSame(before[name], wanted[name])) continue;
      const value = wanted[name] ?? (name === 'BillingMode' ? 'PROVISIONED' : false);
      const throughput = name === 'BillingMode' ? only(wanted, ['ProvisionedThroughput']) : {};
      await here.call('dynamodb:UpdateTable', { TableName, [name]: value, ...throughput });
    }
    if (!isSame(before.SSESpecification, wanted.SSESpecification)) {
      await here.call('dynamodb:UpdateTable', { TableName, ...encryptionOf(wanted.SSESpecification ?? { SSEEnabled: false }) });
    }
    await retag(change, here, tagging(made.attributes.Arn));
    return undefined;
  },
  complete: completeTable,
  remove: async ({ id }, _properties, { call }) => void (await call('dynamodb:DeleteTable', { TableName: id })),
};

const tagging = (arn: string | undefined) =>
  ({ tag: 'dynamodb:TagResource', untag: 'dynamodb:UntagResource', on: { ResourceArn: arn } }) as const;

function encryptionOf(specification: unknown) {
  if (specification === undefined) return {};
  const { SSEEnabled: Enabled, ...others } = specification as Properties;
  return { SSESpecification: { Enabled, ...others } };
}

async function completeTable({ made, before, wanted }: Change, { call }: Here): Promise<void> {
  const TableName = made.id;
  const live =
    wanted.TimeToLiveSpecification ??
    (before.TimeToLiveSpecification && { ...(before.TimeToLiveSpecification as Properties), Enabled: false });
  // Asked for what already is, DynamoDB refuses: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html
  if (live !== undefined && !isSame(before.TimeToLiveSpecification, live)) {
    await call('dynamodb:UpdateTimeToLive', { TableName, TimeToLiveSpecification: live });
  }
  const backup =
    wanted.PointInTimeRecoverySpecification ?? (before.PointInTimeRecoverySpecification && { PointInTimeRecoveryEnabled: false });
  if (backup !== undefined && !isSame(before.PointInTimeRecoverySpecification, backup)) {
    await call('dynamodb:UpdateContinuousBackups', { TableName, PointInTimeRecoverySpecification: backup });
  }
}

const ofReplica = ['DeletionProtectionEnabled', 'PointInTimeRecoverySpecification', 'Tags'];

/** A global table of one region, as CDK's `TableV2` makes it: an ordinary one, whose settings are spread over two levels. */
const globalTable: ResourceType = {
  takes: ['TableName', 'BillingMode', 'SSESpecification', 'Replicas', 'TimeToLiveSpecification', ...ofKeys],
  idle: {
    ...idle,
    WriteOnDemandThroughputSettings: idle.OnDemandThroughput,
    WriteProvisionedThroughputSettings: idle.OnDemandThroughput,
  },
  replacing: ['TableName', ...ofKeys],
  name: 'TableName',
  create: async (wanted, here) => {
    const made = await table.create(flat(wanted, here), here);
    return { ...made, attributes: { ...made.attributes, TableId: here.logicalId } };
  },
  update: async (change, here) => {
    await table.update?.(flatChange(change, here), here);
    return undefined;
  },
  complete: (change, here) => completeTable(flatChange(change, here), here),
  remove: (made, properties, here) => table.remove(made, properties, here),
};

const flatChange = ({ made, before, wanted }: Change, here: Here): Change => ({
  made,
  before: Object.keys(before).length === 0 ? before : flat(before, here),
  wanted: flat(wanted, here),
});

function flat(properties: Properties, { region }: Here): Properties {
  const [replica = {}, ...others] = objectsOf(properties, 'Replicas');
  if (others.length > 0 || replica.Region !== region) throw new Error('The local AWS has global tables of their own region only');
  const { SSESpecification: key = {}, ...rest } = without(replica, 'Region', ...Object.keys(idle)) as Properties;
  const unknown = Object.keys(rest).find((name) => !ofReplica.includes(name));
  if (unknown !== undefined) throw new Error(`Encountered unsupported property Replicas[0].${unknown}`);
  const encryption = properties.SSESpecification as Properties | undefined;
  return {
    ...(without(properties, 'Replicas', 'SSESpecification') as Properties),
    ...(rest as Properties),
    ...(encryption && { SSESpecification: { ...encryption, ...(key as Properties) } }),
  };
}

export const dynamodbTypes = { 'AWS::DynamoDB::Table': table, 'AWS::DynamoDB::GlobalTable': globalTable };
