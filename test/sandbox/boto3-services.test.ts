/** boto3 finds queues, topics, metrics, tables, schedules and organizations here too; left out where it is not installed. */
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshAws, source } from './front-clients.ts';

const run = promisify(execFile);
const isInstalled = spawnSync('python3', ['-c', 'import boto3'], { stdio: 'ignore' }).status === 0;
if (!isInstalled) console.info('boto3 is not installed: its contract tests are left out.');

const script = `
import boto3, json
from botocore.exceptions import ClientError
def code(call):
    try: call()
    except ClientError as error: return error.response['Error']['Code']
sqs, sns, cw = boto3.client('sqs'), boto3.client('sns'), boto3.client('cloudwatch')
ddb, scheduler, org = boto3.client('dynamodb'), boto3.client('scheduler'), boto3.client('organizations')
url = sqs.create_queue(QueueName='q.fifo', Attributes={'FifoQueue': 'true', 'ContentBasedDeduplication': 'true'})['QueueUrl']
sqs.send_message(QueueUrl=url, MessageBody='hi', MessageGroupId='g', MessageAttributes={'a': {'DataType': 'String', 'StringValue': 'x'}})
message = sqs.receive_message(QueueUrl=url, MessageSystemAttributeNames=['All'], MessageAttributeNames=['All'])['Messages'][0]
sqs.delete_message(QueueUrl=url, ReceiptHandle=message['ReceiptHandle'])
topic = sns.create_topic(Name='alerts')['TopicArn']
sns.subscribe(TopicArn=topic, Protocol='email', Endpoint='team@example.com')
cw.put_metric_data(Namespace='N', MetricData=[{'MetricName': 'm', 'Value': 1.5}])
cw.put_metric_alarm(AlarmName='a', Namespace='N', MetricName='m', Statistic='Sum', Period=60, EvaluationPeriods=1, Threshold=1, ComparisonOperator='GreaterThanThreshold')
ddb.create_table(TableName='ledger', BillingMode='PAY_PER_REQUEST', KeySchema=[{'AttributeName': 'pk', 'KeyType': 'HASH'}], AttributeDefinitions=[{'AttributeName': 'pk', 'AttributeType': 'S'}])
ddb.get_waiter('table_exists').wait(TableName='ledger')
ddb.put_item(TableName='ledger', Item={'pk': {'S': 'a'}, 'b': {'B': b'\\x00'}})
scheduler.create_schedule(Name='s', ScheduleExpression='rate(1 hour)', FlexibleTimeWindow={'Mode': 'OFF'}, Target={'Arn': 'arn:aws:sqs:eu-west-1:111111111111:q', 'RoleArn': 'arn:aws:iam::111111111111:role/r'})
org.create_organization()
print(json.dumps({
    'message': [message['Body'], message['MessageAttributes']['a']['StringValue'], message['Attributes']['MessageGroupId']],
    'topics': len(sns.list_topics()['Topics']),
    'alarm': cw.describe_alarms()['MetricAlarms'][0]['StateValue'],
    'item': ddb.get_item(TableName='ledger', Key={'pk': {'S': 'a'}})['Item']['b']['B'].hex(),
    'schedule': scheduler.get_schedule(Name='s')['State'],
    'policy': org.list_policies(Filter='SERVICE_CONTROL_POLICY')['Policies'][0]['Name'],
    'codes': [
        code(lambda: sqs.get_queue_url(QueueName='none')),
        code(lambda: sns.publish(TopicArn=topic + 'x', Message='x')),
        code(lambda: cw.get_dashboard(DashboardName='none')),
        code(lambda: ddb.put_item(TableName='ledger', Item={'pk': {'S': 'a'}}, ConditionExpression='attribute_not_exists(pk)')),
        code(lambda: scheduler.get_schedule(Name='none')),
        code(lambda: org.create_organization()),
    ],
}))
`;

const aws = freshAws();
let server: { url: string; close(): Promise<void> };
beforeAll(async () => {
  server = await aws.listen();
});
afterAll(() => server.close());

describe.runIf(isInstalled)('boto3', () => {
  it('uses queues, topics, metrics, tables, schedules and organizations', { timeout: 120_000 }, async () => {
    const env = {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      AWS_ENDPOINT_URL: server.url,
      AWS_ACCESS_KEY_ID: source,
      AWS_SECRET_ACCESS_KEY: 'any',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_EC2_METADATA_DISABLED: 'true',
    };

    const { stdout } = await run('python3', ['-c', script], { env });

    expect(JSON.parse(stdout)).toEqual({
      message: ['hi', 'x', 'g'],
      topics: 1,
      alarm: 'INSUFFICIENT_DATA',
      item: '00',
      schedule: 'ENABLED',
      policy: 'FullAWSAccess',
      codes: [
        'AWS.SimpleQueueService.NonExistentQueue',
        'NotFound',
        'ResourceNotFound',
        'ConditionalCheckFailedException',
        'ResourceNotFoundException',
        'AlreadyInOrganizationException',
      ],
    });
  });
});
