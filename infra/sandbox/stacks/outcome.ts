/** What is told of a stack that could not be brought to what its template says. */
import { isGone, messageOf } from './calls.ts';
import type { Leftover } from './deployed.ts';
import { leftover } from './leaving.ts';
import type { Stack } from './stack-state.ts';
import type { Turn } from './turn.ts';

/** A stack that could not be brought to what its template says; what was done is undone. */
export class StackFailed extends Error {
  override readonly name = 'StackFailed';
  readonly logicalId: string;
  readonly status: string;
  /** What the rollback had to leave. */
  readonly left: readonly Leftover[];

  constructor(message: string, more: { logicalId: string; status: string; left: readonly Leftover[]; cause: unknown }) {
    super(message, { cause: more.cause });
    this.logicalId = more.logicalId;
    this.status = more.status;
    this.left = more.left;
  }
}

/** A step that failed, and whose it was. */
export class ResourceFailed extends Error {
  readonly logicalId: string;
  readonly type: string;
  constructor(logicalId: string, type: string, cause: unknown) {
    super(messageOf(cause), { cause });
    this.logicalId = logicalId;
    this.type = type;
  }
}

/**
 * Undoes what a turn has done, the last first.
 *
 * @returns what to throw
 */
export async function rolledBack(turn: Turn, stack: Stack, isUpdate: boolean, cause: unknown): Promise<StackFailed> {
  const troubles: string[] = [];
  for (const undo of turn.undo.reverse()) {
    await undo().catch((error: unknown) => isGone(error) || troubles.push(messageOf(error)));
  }
  const outcome = `${isUpdate ? 'UPDATE_' : ''}ROLLBACK_${troubles.length > 0 ? 'FAILED' : 'COMPLETE'}`;
  const [logicalId, type] = cause instanceof ResourceFailed ? [cause.logicalId, ` (${cause.type})`] : ['Outputs', ''];
  const after = troubles.length > 0 ? `${outcome}: ${troubles.join('; ')}` : outcome;
  const message = `Stack ${stack.name} in ${stack.account}, ${stack.region}: ${logicalId}${type} ${isUpdate ? 'UPDATE' : 'CREATE'}_FAILED: ${messageOf(cause)} (${after})`;
  const left = turn.retained.map((kept) => leftover(kept, 'its DeletionPolicy is Retain'));
  const first = cause instanceof ResourceFailed ? cause.cause : cause;
  return new StackFailed(message, { logicalId, status: outcome, left, cause: first });
}
