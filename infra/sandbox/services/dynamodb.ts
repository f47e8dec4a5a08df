/**
 * Amazon DynamoDB, per account and region. The database itself is dynalite, in memory and in this process.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html
 */
import { AwsError, type Handler } from '../service.ts';
import {
  describeContinuousBackups,
  describeTimeToLive,
  listTagsOfResource,
  tagResource,
  untagResource,
  updateContinuousBackups,
  updateTimeToLive,
} from './dynamodb/around.ts';
import { createTable, deleteTable, describeTable, passedOn, updateTable } from './dynamodb/operations.ts';

export { type DynamoDbState, newDynamoDbState } from './dynamodb/state.ts';

const notHere: Handler = (_input, { operation }) => {
  throw new AwsError(
    'NotImplemented',
    `The local AWS does not implement dynamodb:${operation}: write item by item, with a ConditionExpression where it matters.`,
    501,
  );
};

export const dynamodbHandlers: Readonly<Record<string, Handler>> = {
  CreateTable: createTable,
  DescribeTable: describeTable,
  UpdateTable: updateTable,
  DeleteTable: deleteTable,
  ListTables: passedOn,
  GetItem: passedOn,
  PutItem: passedOn,
  UpdateItem: passedOn,
  DeleteItem: passedOn,
  Query: passedOn,
  Scan: passedOn,
  BatchGetItem: passedOn,
  BatchWriteItem: passedOn,
  TransactWriteItems: notHere,
  TransactGetItems: notHere,
  UpdateTimeToLive: updateTimeToLive,
  DescribeTimeToLive: describeTimeToLive,
  UpdateContinuousBackups: updateContinuousBackups,
  DescribeContinuousBackups: describeContinuousBackups,
  TagResource: tagResource,
  UntagResource: untagResource,
  ListTagsOfResource: listTagsOfResource,
};
