/** What it took: the calls that the local AWS has seen. */
import { functionNames } from '../../permissions/names.ts';
import type { CallRecord, LocalAws } from '../local-aws.ts';

const writeOperations = /^(Put|Create|Delete|Update|Enable|Disable|Schedule|Cancel|Attach|Detach)/;

/** Of the controller in an account it looks after. */
export const isInSpoke = ({ caller = '' }: Pick<CallRecord, 'caller'>): boolean =>
  /:assumed-role\/lockstep-(observer|healer)\//.test(caller);

const functionRole = new RegExp(`:assumed-role/lockstep-(${functionNames.join('|')})/`);

/** Of the controller in the account it runs in. */
export const isInHub = ({ caller = '' }: Pick<CallRecord, 'caller'>): boolean => functionRole.test(caller);

export const isWrite = ({ operation }: Pick<CallRecord, 'operation'>): boolean => writeOperations.test(operation);

/** In one line: who made how many calls since the first `from`. */
export function callsText({ calls }: LocalAws, from: number): string {
  const seen = calls.slice(from);
  const inSpokes = seen.filter(isInSpoke);
  const inHub = seen.filter(isInHub);
  const writes = inSpokes.filter(isWrite).length;
  return `AWS calls of the controller: ${inSpokes.length} in the two accounts (${writes} writes), ${inHub.length} in its own (ledger, queue, mail, roles).`;
}
