/** What it took: the calls that the local AWS has seen. */
import type { CallRecord, LocalAws } from '../local-aws.ts';

const writeOperations = /^(Put|Create|Delete|Update|Enable|Disable|Schedule|Cancel|Attach|Detach)/;

export const isWrite = ({ operation }: Pick<CallRecord, 'operation'>): boolean => writeOperations.test(operation);

/** In one line: who made how many calls since the first `from`. */
export function callsText({ calls }: LocalAws, from: number): string {
  const seen = calls.slice(from);
  const inSpokes = seen.filter(({ caller }) => /assumed-role\/lockstep-(observer|healer)\//.test(caller));
  const inHub = seen.filter(({ caller }) => /assumed-role\/lockstep-(route|admit|sweep|reconcile)\//.test(caller));
  const writes = inSpokes.filter(isWrite).length;
  return `AWS calls of the controller: ${inSpokes.length} in the two accounts (${writes} writes), ${inHub.length} in its own (ledger, queue, mail, roles).`;
}
