/** Clients that others wrote find AWS here too. Where one is not installed, its tests are left out and say so. */
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshAws, source } from './front-clients.ts';

const run = promisify(execFile);

/** Whether a command is there and works; says so in one line when it is not. */
function isInstalled(name: string, command: string, args: string[]): boolean {
  const { status } = spawnSync(command, args, { stdio: 'ignore' });
  if (status !== 0) console.info(`${name} is not installed: its contract tests are left out.`);
  return status === 0;
}

const aws = freshAws({ impliedRoles: ['lockstep-healer'] });
let server: { url: string; close(): Promise<void> };
beforeAll(async () => {
  server = await aws.listen();
});
afterAll(() => server.close());

const environment = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  AWS_ENDPOINT_URL: server.url,
  AWS_ACCESS_KEY_ID: source,
  AWS_SECRET_ACCESS_KEY: 'any',
  AWS_DEFAULT_REGION: 'eu-west-1',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_PAGER: '',
});

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

describe.runIf(isInstalled('The AWS CLI', 'aws', ['--version']))('the AWS CLI', () => {
  const cli = async (...args: string[]) => {
    const { stdout } = await run('aws', [...args, '--output', 'json'], { env: environment() });
    return stdout === '' ? undefined : JSON.parse(stdout);
  };
  const refused = async (...args: string[]): Promise<string> => {
    const outcome = await run('aws', args, { env: environment() }).catch((error: { stderr: string }) => error);
    return outcome.stderr;
  };

  it('makes a bucket and reads its settings', { timeout: 120_000 }, async () => {
    const bucket = ['--bucket', 'cli-orders'];
    await cli('s3api', 'create-bucket', ...bucket, '--create-bucket-configuration', 'LocationConstraint=eu-west-1');
    await cli('s3api', 'put-bucket-versioning', ...bucket, '--versioning-configuration', 'Status=Enabled');

    const reads = [
      cli('s3api', 'get-bucket-versioning', ...bucket),
      cli('s3api', 'get-bucket-location', ...bucket),
      refused('s3api', 'get-bucket-policy', ...bucket),
      refused('s3api', 'head-bucket', '--bucket', 'cli-none'),
    ];

    expect(await Promise.all(reads)).toEqual([
      { Status: 'Enabled' },
      { LocationConstraint: 'eu-west-1' },
      expect.stringContaining('(NoSuchBucketPolicy)'),
      expect.stringContaining('(404)'),
    ]);
  });

  it('makes roles and parameters, and is refused what AWS refuses', { timeout: 120_000 }, async () => {
    await cli('iam', 'create-role', '--role-name', 'cli', '--assume-role-policy-document', trust, '--tags', 'Key=team,Value=red');
    await cli('ssm', 'put-parameter', '--name', '/cli/x', '--type', 'String', '--value', '{"version":1}');

    const reads = [
      cli('sts', 'get-caller-identity'),
      cli('iam', 'get-role', '--role-name', 'cli'),
      cli('ssm', 'get-parameters-by-path', '--path', '/cli'),
      refused('iam', 'get-role', '--role-name', 'none'),
      refused('ssm', 'get-parameter', '--name', 'none'),
      refused('glue', 'get-databases'),
    ];

    expect(await Promise.all(reads)).toMatchObject([
      { UserId: source, Account: source, Arn: `arn:aws:iam::${source}:root` },
      { Role: { AssumeRolePolicyDocument: JSON.parse(trust), Tags: [{ Key: 'team', Value: 'red' }] } },
      { Parameters: [{ Value: '{"version":1}' }] },
      expect.stringContaining('(NoSuchEntity)'),
      expect.stringContaining('(ParameterNotFound)'),
      expect.stringContaining('has no service glue'),
    ]);
  });
});

const boto = `
import boto3, json, sys
from botocore.exceptions import ClientError
trust = sys.argv[1]
iam, s3, sts, ssm = (boto3.client(name) for name in ('iam', 's3', 'sts', 'ssm'))
def code(call):
    try: call(); return 'allowed'
    except ClientError as error: return error.response['Error']['Code']
s3.create_bucket(Bucket='boto-orders', CreateBucketConfiguration={'LocationConstraint': 'eu-west-1'})
s3.put_bucket_versioning(Bucket='boto-orders', VersioningConfiguration={'Status': 'Enabled'})
iam.create_role(RoleName='boto', AssumeRolePolicyDocument=trust)
for n in range(25): ssm.put_parameter(Name=f'/boto/{n:02}', Value='v', Type='String')
session = sts.assume_role(RoleArn='arn:aws:iam::222222222222:role/lockstep-healer', RoleSessionName='boto')['Credentials']
other = boto3.client('sts', aws_access_key_id=session['AccessKeyId'], aws_secret_access_key=session['SecretAccessKey'], aws_session_token=session['SessionToken'])
pages = ssm.get_paginator('get_parameters_by_path').paginate(Path='/boto')
print(json.dumps({
  'versioning': s3.get_bucket_versioning(Bucket='boto-orders')['Status'],
  'trust': iam.get_role(RoleName='boto')['Role']['AssumeRolePolicyDocument'],
  'parameters': sum(len(page['Parameters']) for page in pages),
  'session': other.get_caller_identity()['Arn'],
  'codes': [
    code(lambda: s3.get_bucket_policy(Bucket='boto-orders')),
    code(lambda: s3.head_bucket(Bucket='boto-none')),
    code(lambda: iam.get_role(RoleName='none')),
    code(lambda: ssm.get_parameter(Name='none')),
    code(lambda: boto3.client('sts', aws_access_key_id='test', aws_secret_access_key='test').get_caller_identity()),
  ],
}))
`;

describe.runIf(isInstalled('boto3', 'python3', ['-c', 'import boto3']))('boto3', () => {
  it('works against it', { timeout: 60_000 }, async () => {
    const { stdout } = await run('python3', ['-c', boto, trust], { env: environment() });

    expect(JSON.parse(stdout)).toEqual({
      versioning: 'Enabled',
      trust: JSON.parse(trust),
      parameters: 25,
      session: 'arn:aws:sts::222222222222:assumed-role/lockstep-healer/boto',
      codes: ['NoSuchBucketPolicy', '404', 'NoSuchEntity', 'ParameterNotFound', 'InvalidClientTokenId'],
    });
  });
});
