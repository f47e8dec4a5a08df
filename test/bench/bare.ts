/** The bare script: the same calls as `plan`, as many at a time, and nothing else. */
import { readFileSync } from 'node:fs';
import pLimit from 'p-limit';
import { callsAtOnce } from '../../shared/aws/accounts.ts';
import { AssumeRoleCommand, STSClient } from '../../shared/aws/clients/sts.ts';
import { type AnyClient, clientModule, hasOwnEndpoint } from '../../shared/aws/clients.ts';
import { maxAttempts } from '../../shared/aws/connection.ts';
import type { AwsCall } from '../../shared/model/aws-call.ts';

type Session = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

async function sessionIn(account: string): Promise<Session> {
  const sts = new STSClient({ region: 'eu-west-1' });
  const RoleArn = `arn:aws:iam::${account}:role/lockstep-observer`;
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'bare' }));
  return {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken,
  };
}

export async function bareCalls(file: string): Promise<void> {
  const calls = JSON.parse(readFileSync(file, 'utf8')) as AwsCall[];
  const sessions = new Map<string, Promise<Session>>();
  const clients = new Map<string, Promise<AnyClient>>();
  async function clientFor(service: string, { account, region }: AwsCall): Promise<AnyClient> {
    const session = sessions.get(account) ?? sessionIn(account);
    sessions.set(account, session);
    const credentials = await session;
    const config = {
      region,
      credentials: async () => credentials,
      customUserAgent: 'bare',
      maxAttempts,
      ownEndpoint: hasOwnEndpoint(service),
    };
    return (await clientModule(service)).create(config);
  }
  const limit = pLimit(callsAtOnce);
  async function send(call: AwsCall): Promise<void> {
    const [service = '', name = ''] = call.operation.split(':');
    const key = `${service} ${call.account} ${call.region}`;
    const client = clients.get(key) ?? clientFor(service, call);
    clients.set(key, client);
    const Command = (await clientModule(service)).commands[name];
    if (Command !== undefined) await (await client).send(new Command(call.input as never)).catch(() => undefined);
  }
  await Promise.all(calls.map((call) => limit(() => send(call))));
}
