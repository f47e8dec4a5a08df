/** The command line with a terminal that remembers, and a core in which only the AWS side is made up. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cli } from '../../../functions/cli/cli.ts';
import { type Core, type CountingGateway, core } from '../../../functions/cli/core.ts';
import { main } from '../../../functions/cli/program.ts';
import type { AwsCall, AwsGateway } from '../../../shared/model/aws-call.ts';
import type { ReplicationReport } from '../../../shared/model/finding.ts';
import type { Operation } from '../../../shared/model/operations.ts';
import type { Group } from '../../../shared/model/replication.ts';
import type { ReconcileOptions } from '../../../shared/reconcile.ts';

type Answer = (call: AwsCall) => unknown;

/** Answers with what the function gives; an error with a `code` is a refusal. */
export function aGateway(answer: Answer = () => ({})): CountingGateway & { readonly calls: AwsCall[] } {
  const calls: AwsCall[] = [];
  const send: AwsGateway['send'] = async <O extends Operation>(call: AwsCall<O>) => {
    calls.push(call as AwsCall);
    const output = answer(call as AwsCall);
    if (output instanceof Refusal)
      return { ok: false as const, error: { code: output.code, message: output.message, caller: 'the caller' } };
    return { ok: true as const, output: output as never };
  };
  return { send, counts: { reads: 0, writes: 0 }, calls };
}

export class Refusal {
  readonly code: string;
  readonly message: string;
  constructor(code: string, message = code) {
    this.code = code;
    this.message = message;
  }
}

export interface Situation {
  readonly reconcile?: (group: Group, options: ReconcileOptions) => readonly ReplicationReport[];
  readonly hub?: CountingGateway;
  readonly spoke?: CountingGateway;
  readonly stdin?: string;
  /** What a person types; undefined: nobody is there. */
  readonly typed?: string;
  readonly tty?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly core?: Partial<Core>;
  /** In place of a clock that stands still, waits that are over at once, and a person who ends it at once. */
  readonly time?: Partial<Pick<Cli, 'now' | 'wait' | 'untilStopped'>>;
}

export interface Seen {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Options every group was reconciled with. */
  readonly passes: readonly { readonly group: Group; readonly options: ReconcileOptions }[];
}

/** Runs one command line. */
export async function lockstep(argv: readonly string[], situation: Situation = {}): Promise<Seen> {
  const { reconcile = () => [], hub = aGateway(), spoke = aGateway(), stdin = '', typed, tty = false, env = {} } = situation;
  const out: string[] = [];
  const err: string[] = [];
  const passes: { group: Group; options: ReconcileOptions }[] = [];
  const stream = (into: string[]) => ({ write: (text: string) => void into.push(text), isTTY: tty, columns: 100 });
  const cli: Cli = {
    terminal: {
      env,
      stdout: stream(out),
      stderr: stream(err),
      stdin: { isTTY: typed !== undefined, readAll: async () => stdin, readLine: async () => typed ?? '' },
    },
    core: {
      ...core,
      reconcile: async () => ({
        reconcile: async (group, options) => {
          passes.push({ group, options });
          return reconcile(group, options);
        },
      }),
      accounts: async () => ({ spokeGateway: () => spoke }),
      hub: async () => hub,
      ...situation.core,
    },
    version: '1.2.3',
    now: () => new Date('2030-01-01T00:00:00Z'),
    wait: async () => {},
    untilStopped: async () => {},
    ...situation.time,
  };
  const code = await main(argv, cli);
  return { code, stdout: out.join(''), stderr: err.join(''), passes };
}

export async function aFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-cli-'));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

/** A valid document. */
export function aDocument(name = 'orders-dr', bucket = 'orders'): string {
  return JSON.stringify({
    version: 1,
    replications: {
      [name]: {
        source: {
          account: '111111111111',
          region: 'eu-west-1',
          bucket,
          key: `arn:aws:kms:eu-west-1:111111111111:key/11111111-1111-4111-8111-111111111111`,
        },
        destination: {
          account: '222222222222',
          region: 'eu-central-1',
          bucket: `${bucket}-dr`,
          key: 'arn:aws:kms:eu-central-1:222222222222:key/22222222-2222-4222-8222-222222222222',
        },
      },
    },
  });
}
