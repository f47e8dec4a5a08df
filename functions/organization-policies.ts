/** What the organization lays over the accounts, as far as the functions read it. */
import { hubGateway } from '../shared/aws/hub-gateway.ts';
import type { Controller, Log } from '../shared/controller/ports.ts';
import { partitionOf } from '../shared/model/arn.ts';
import { toHub } from '../shared/model/aws-call.ts';
import type { AccountState } from '../shared/policy/replication-state.ts';
import { userAgent } from './routing.ts';

const remembersMinutes = 15;

/** By account; undefined: they could not be read. */
type AccountStates = Readonly<Record<string, AccountState>> | undefined;

/** SCPs and RCPs for the proof. Asked for once in a while: they change seldom, and a change of them starts a sweep. */
export function organizationPolicies(log: Log): NonNullable<Controller['organizationOf']> {
  const known = new Map<string, { readonly until: number; readonly states: Promise<AccountStates> }>();
  async function read(accounts: readonly string[]): Promise<AccountStates> {
    try {
      const { organizationRegion, readOrganization } = await import('../shared/aws/organization.ts');
      const region = organizationRegion(partitionOf(process.env.AWS_REGION ?? ''));
      const hub = hubGateway({ userAgent, region, caller: 'the function' });
      return await readOrganization(accounts, hub, { ...toHub, region });
    } catch (error) {
      log.warn('organization policies unreadable', { reason: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  }
  return (accounts) => {
    const key = [...accounts].sort().join();
    const remembered = known.get(key);
    if (remembered !== undefined && remembered.until > Date.now()) return remembered.states;
    const states = read(accounts);
    known.set(key, { until: Date.now() + remembersMinutes * 60_000, states });
    return states;
  };
}
