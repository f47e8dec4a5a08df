/** Gateways for tests: into a local AWS in this process, and wrappers that watch it, refuse, forget or die. */
import type { LocalAws } from '../../infra/sandbox/local-aws.ts';
import { clientModule } from '../../shared/aws/clients.ts';
import { failureOf } from '../../shared/aws/failure-of.ts';
import type { AwsCall, AwsFailure, AwsGateway, Reply } from '../../shared/model/aws-call.ts';
import { type Operation, type Output, operations } from '../../shared/model/operations.ts';

interface Client {
  send(command: object): Promise<object>;
}

type ClientClass = new (config: object) => Client;

const clientClasses: Readonly<Record<string, () => Promise<ClientClass>>> = {
  s3: async () => (await import('@aws-sdk/client-s3')).S3Client as unknown as ClientClass,
  kms: async () => (await import('@aws-sdk/client-kms')).KMSClient as unknown as ClientClass,
  iam: async () => (await import('@aws-sdk/client-iam')).IAMClient as unknown as ClientClass,
};

/** Sends through real SDK clients and the wire, as the administrator of the account a call names. No sockets, no retries. */
export function localGateway(aws: LocalAws): AwsGateway {
  const clients = new Map<string, Promise<Client>>();
  const handler = aws.requestHandler();

  async function create(service: string, account: string, region: string): Promise<Client> {
    const Class = await (clientClasses[service] as () => Promise<ClientClass>)();
    const credentials = { accessKeyId: account, secretAccessKey: 'any' };
    return new Class({ region, credentials, requestHandler: handler, maxAttempts: 1, forcePathStyle: true });
  }

  async function send<O extends Operation>(call: AwsCall<O>): Promise<Reply<O>> {
    const [service = '', name = ''] = call.operation.split(':');
    const key = `${service} ${call.account} ${call.region}`;
    const client = clients.get(key) ?? create(service, call.account, call.region);
    clients.set(key, client);
    const Command = (await clientModule(service)).commands[name];
    if (Command === undefined) throw new Error(`${call.operation} has no command in shared/aws/clients/${service}.ts`);
    try {
      return {
        ok: true,
        output: (await (await client).send(new Command(call.input as never) as object)) as unknown as Output<O>,
      };
    } catch (error) {
      return { ok: false, error: failureOf(error, `administrator of ${call.account}`) };
    }
  }
  return { send };
}

type AnyReply = Reply<Operation>;
type Around = (call: AwsCall, send: () => Promise<AnyReply>) => Promise<AnyReply>;

/** A gateway whose every call passes through `around`. */
export function wrapped(aws: AwsGateway, around: Around): AwsGateway {
  return {
    send: <O extends Operation>(call: AwsCall<O>) =>
      around(call as AwsCall, () => aws.send(call) as Promise<AnyReply>) as Promise<Reply<O>>,
  };
}

export const isWrite = (call: AwsCall): boolean => operations[call.operation].kind === 'write';

export interface Sent {
  readonly call: AwsCall;
  readonly reply: AnyReply;
}

/** Remembers every call with its answer, in the order of the answers. */
export function recording(aws: AwsGateway): AwsGateway & { readonly sent: Sent[]; writes(): readonly AwsCall[] } {
  const sent: Sent[] = [];
  const gateway = wrapped(aws, async (call, send) => {
    const reply = await send();
    sent.push({ call, reply });
    return reply;
  });
  return { ...gateway, sent, writes: () => sent.map(({ call }) => call).filter(isWrite) };
}

/** Answers AccessDenied to the calls that match, and never sends them. */
export function denying(aws: AwsGateway, matches: (call: AwsCall) => boolean): AwsGateway {
  return wrapped(aws, async (call, send) => (matches(call) ? { ok: false, error: accessDenied(call) } : send()));
}

const accessDenied = ({ operation }: AwsCall): AwsFailure => ({
  code: operation.startsWith('kms:') ? 'AccessDeniedException' : 'AccessDenied',
  message: 'User: arn:aws:sts::111111111111:assumed-role/lockstep-observer/lockstep is not authorized to perform this',
  status: 403,
  caller: 'arn:aws:iam::111111111111:role/lockstep-observer',
});

export class Killed extends Error {
  override readonly name = 'Killed';
}

/**
 * Dies at a call, and stays dead: as a Lambda whose time is up.
 *
 * @param at the number of the call, from 0
 * @param effect whether AWS still carried that call out
 */
export function killedAt(aws: AwsGateway, at: number, effect: boolean): AwsGateway & { died(): boolean } {
  let calls = 0;
  const gateway = wrapped(aws, async (_, send) => {
    const number = calls++;
    if (number < at) return send();
    if (number === at && effect) await send();
    throw new Killed();
  });
  return { ...gateway, died: () => calls > at };
}

/** Reads that answer, for so many times after a write, what they answered before it. */
export function stale(aws: AwsGateway, times: number): AwsGateway {
  const last = new Map<string, AnyReply>();
  const old = new Map<string, { readonly reply: AnyReply; left: number }>();
  return wrapped(aws, async (call, send) => {
    if (isWrite(call)) {
      const reply = await send();
      for (const [key, answer] of last) old.set(key, { reply: answer, left: times });
      return reply;
    }
    const key = `${call.operation} ${call.account} ${call.region} ${JSON.stringify(call.input)}`;
    const before = old.get(key);
    if (before !== undefined && before.left > 0) {
      before.left--;
      return before.reply;
    }
    const reply = await send();
    last.set(key, reply);
    return reply;
  });
}
