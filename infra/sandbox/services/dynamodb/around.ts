/** What the engine does not keep: time to live, point-in-time recovery, tags. */
import type * as dynamodb from '@aws-sdk/client-dynamodb';
import { AwsError, type CallContext } from '../../service.ts';
import { nameOf, run } from './operations.ts';
import { databaseOf, settingsOf } from './settings.ts';
import type { TableSettings } from './state.ts';

/** @throws AwsError `ResourceNotFoundException` */
async function theSettings(table: string | undefined, call: CallContext): Promise<TableSettings> {
  const database = databaseOf(call);
  const TableName = nameOf(table);
  await run(database, 'DescribeTable', { TableName });
  return settingsOf(database, TableName);
}

/** Items are not deleted when their time comes; DynamoDB itself only promises to within days. */
export async function updateTimeToLive(input: dynamodb.UpdateTimeToLiveCommandInput, call: CallContext) {
  const settings = await theSettings(input.TableName, call);
  const { Enabled, AttributeName } = input.TimeToLiveSpecification ?? {};
  if (!AttributeName) throw new AwsError('ValidationException', 'TimeToLiveSpecification must have an AttributeName.');
  const isOn = settings.timeToLive !== undefined;
  if (Enabled === isOn) {
    throw new AwsError('ValidationException', `TimeToLive is already ${isOn ? 'enabled' : 'disabled'}`);
  }
  if (!Enabled && AttributeName !== settings.timeToLive) {
    throw new AwsError(
      'ValidationException',
      `TimeToLive is active on a different AttributeName: current AttributeName is ${settings.timeToLive}`,
    );
  }
  settings.timeToLive = Enabled ? AttributeName : undefined;
  return { TimeToLiveSpecification: input.TimeToLiveSpecification };
}

export async function describeTimeToLive(input: dynamodb.DescribeTimeToLiveCommandInput, call: CallContext) {
  const { timeToLive } = await theSettings(input.TableName, call);
  return {
    TimeToLiveDescription:
      timeToLive === undefined ? { TimeToLiveStatus: 'DISABLED' } : { TimeToLiveStatus: 'ENABLED', AttributeName: timeToLive },
  };
}

export async function updateContinuousBackups(input: dynamodb.UpdateContinuousBackupsCommandInput, call: CallContext) {
  const settings = await theTable(input.TableName, call);
  const { PointInTimeRecoveryEnabled, RecoveryPeriodInDays = 35 } = input.PointInTimeRecoverySpecification ?? {};
  const since = settings.pointInTimeRecovery?.since ?? call.world.clock.now();
  settings.pointInTimeRecovery = PointInTimeRecoveryEnabled ? { days: RecoveryPeriodInDays, since } : undefined;
  return describeBackups(settings, call);
}

export async function describeContinuousBackups(input: dynamodb.DescribeContinuousBackupsCommandInput, call: CallContext) {
  return describeBackups(await theTable(input.TableName, call), call);
}

/** The backup calls have an error of their own for a table that is not there. */
async function theTable(table: string | undefined, call: CallContext): Promise<TableSettings> {
  try {
    return await theSettings(table, call);
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'ResourceNotFoundException') throw error;
    throw new AwsError('TableNotFoundException', `Table not found: ${nameOf(table)}`);
  }
}

function describeBackups({ pointInTimeRecovery: recovery }: TableSettings, { world }: CallContext) {
  const now = world.clock.now().getTime();
  const window = recovery && {
    RecoveryPeriodInDays: recovery.days,
    EarliestRestorableDateTime: new Date(Math.max(recovery.since.getTime(), now - recovery.days * 24 * 3600_000)),
    LatestRestorableDateTime: new Date(now),
  };
  return {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: recovery ? 'ENABLED' : 'DISABLED', ...window },
    },
  };
}

export async function tagResource(
  { ResourceArn, Tags = [] }: dynamodb.TagResourceCommandInput,
  call: CallContext,
): Promise<void> {
  const { tags } = await theSettings(ResourceArn, call);
  for (const { Key = '', Value = '' } of Tags) tags.set(Key, Value);
}

export async function untagResource(
  { ResourceArn, TagKeys = [] }: dynamodb.UntagResourceCommandInput,
  call: CallContext,
): Promise<void> {
  const { tags } = await theSettings(ResourceArn, call);
  for (const key of TagKeys) tags.delete(key);
}

export async function listTagsOfResource({ ResourceArn }: dynamodb.ListTagsOfResourceCommandInput, call: CallContext) {
  return { Tags: [...(await theSettings(ResourceArn, call)).tags].map(([Key, Value]) => ({ Key, Value })) };
}
