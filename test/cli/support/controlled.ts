/** A controller's ledger for the tests of the commands that look at it. */
import type { Core } from '../../../functions/cli/core.ts';
import { changeBetween, fleetOf } from '../../../shared/controller/admit/fleet.ts';
import type { Ledger, StatusRecord } from '../../../shared/controller/ledger.ts';
import type { Outgoing } from '../../../shared/controller/message.ts';
import type { AwsCall } from '../../../shared/model/aws-call.ts';
import type { Replication } from '../../../shared/model/replication.ts';
import { memoryLedger } from '../../support/memory-ledger.ts';
import { aGateway, Refusal } from './command-line.ts';

export const jane = 'arn:aws:sts::333333333333:assumed-role/Admin/jane';

export const aStatus = (more: Partial<StatusRecord> = {}): StatusRecord => ({
  replication: 'orders-dr',
  group: 'orders-dr',
  document: '/lockstep/desired-state/orders',
  mode: 'repair',
  verdict: 'proven',
  since: '2029-12-29T00:00:00Z',
  lastPass: '2029-12-31T23:48:00Z',
  lastProof: '2029-12-31T23:48:00Z',
  acceptedAt: '2029-12-01T00:00:00Z',
  troubles: [],
  blockers: [],
  digest: 'x',
  ...more,
});

/** Puts replications into a ledger, as admission would. */
export async function adopt(ledger: Ledger, replications: readonly Replication[]): Promise<void> {
  const none = { replications: [], groups: [], index: new Map<string, readonly string[]>() };
  await ledger.changeFleet(changeBetween(none, fleetOf(replications, [], '2029-12-01T00:00:00Z')));
}

/** The hub: STS knows jane; Parameter Store has these parameters. */
export function aHub(parameters: Readonly<Record<string, string>> = {}) {
  const store = new Map(Object.entries(parameters));
  const answer = ({ operation, input }: AwsCall): unknown => {
    const { Name = '', Value = '', Path = '' } = input as { Name?: string; Value?: string; Path?: string };
    switch (operation) {
      case 'sts:GetCallerIdentity':
        return { Arn: jane };
      case 'ssm:GetParameter':
        return store.has(Name) ? { Parameter: { Value: store.get(Name) } } : new Refusal('ParameterNotFound');
      case 'ssm:PutParameter':
        store.set(Name, Value);
        return { Version: 1 };
      case 'ssm:DeleteParameter':
        return store.delete(Name) ? {} : new Refusal('ParameterNotFound');
      case 'ssm:GetParametersByPath':
        return {
          Parameters: [...store].filter(([name]) => name.startsWith(Path)).map(([name, value]) => ({ Name: name, Value: value })),
        };
      default:
        return new Refusal('Unexpected', operation);
    }
  };
  return { ...aGateway(answer), store };
}

export interface Controlled {
  readonly ledger: Ledger;
  readonly sent: Outgoing[];
  /** What the command line was told to open. */
  readonly opened: { table?: string; url?: string };
  readonly core: Partial<Core>;
}

export function aController(): Controlled {
  const ledger = memoryLedger();
  const sent: Outgoing[] = [];
  const opened: { table?: string; url?: string } = {};
  return {
    ledger,
    sent,
    opened,
    core: {
      ledger: async ({ table }) => {
        opened.table = table;
        return ledger;
      },
      queue: async ({ url }) => {
        opened.url = url;
        return { send: async (messages) => void sent.push(...messages) };
      },
    },
  };
}

/** A ledger whose table answers so to everything. */
export function refusingLedger(name: string, message = name): Partial<Core> {
  const refuse = async (): Promise<never> => {
    throw Object.assign(new Error(message), { name, $metadata: {} });
  };
  const ledger = new Proxy({} as Ledger, { get: (_, method) => (method === 'then' ? undefined : refuse) });
  return { ledger: async () => ledger };
}
