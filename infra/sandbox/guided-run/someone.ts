/** People and programs that are not Lockstep: real sessions and users of the local AWS, with the tools they would use. */
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';

export const sourceAccount = '111111111111';
export const destinationAccount = '222222222222';

/** As CloudTrail shows it. */
const agents = {
  cli: 'aws-cli/2.31.0 Python/3.13.7 Linux/6.8.0 exe/x86_64',
  terraform: 'APN/1.0 HashiCorp/1.0 Terraform/1.13.3 (+https://www.terraform.io)',
} as const;

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Who calls, at which end of the replication, and with what. */
export interface Person {
  readonly url: string;
  readonly keys: Keys;
  readonly agent: keyof typeof agents;
  readonly region: string;
}

const everything = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] });

const administrator = (url: string, account: string) => ({
  endpoint: url,
  region: 'us-east-1',
  credentials: { accessKeyId: account, secretAccessKey: 'local' },
});

/** A session of a role that may do everything in its account, at the AWS CLI. */
export async function operations(url: string, account: string): Promise<Person> {
  const iam = new IAMClient(administrator(url, account));
  const RoleName = 'operations';
  const Statement = [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'sts:AssumeRole' }];
  const trust = JSON.stringify({ Version: '2012-10-17', Statement });
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'all', PolicyDocument: everything }));
  const { Credentials } = await new STSClient(administrator(url, account)).send(
    new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'clean-up' }),
  );
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  const keys = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  return { url, keys, agent: 'cli', region: account === sourceAccount ? 'eu-west-1' : 'eu-central-1' };
}

/** An IAM user of the source account, whose program is Terraform. */
export async function pipeline(url: string): Promise<Person> {
  const iam = new IAMClient(administrator(url, sourceAccount));
  const UserName = 'pipeline';
  await iam.send(new CreateUserCommand({ UserName }));
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'all', PolicyDocument: everything }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const keys = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
  return { url, keys, agent: 'terraform', region: 'eu-west-1' };
}

export function clientsOf({ url, keys, agent, region }: Person) {
  const config = { endpoint: url, region, credentials: keys };
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const [kms, iam] = [new KMSClient(config), new IAMClient(config)];
  const disguise = disguisedAs(agents[agent]);
  s3.middlewareStack.addRelativeTo(disguise, lastWord);
  kms.middlewareStack.addRelativeTo(disguise, lastWord);
  iam.middlewareStack.addRelativeTo(disguise, lastWord);
  return { s3, kms, iam };
}

/** After the SDK has said who it is. */
const lastWord = { relation: 'after', toMiddleware: 'getUserAgentMiddleware', name: 'disguise' } as const;

const disguisedAs =
  (agent: string) =>
  <Args extends object, Answer>(next: (args: Args) => Answer): ((args: Args) => Answer) =>
  (args) => {
    const { headers } = (args as { readonly request: { readonly headers: Record<string, string> } }).request;
    headers['user-agent'] = agent;
    return next(args);
  };
