/** The documents in Parameter Store: reading them all, putting one. */
import { asFolder, DocumentsUnreadable, readDocuments } from '../../shared/aws/desired-state-store.ts';
import type { StoredDocument } from '../../shared/controller/ports.ts';
import { type AwsGateway, toHub } from '../../shared/model/aws-call.ts';
import type { Input } from '../../shared/model/operations.ts';
import { refusedBy } from './failure.ts';

export type { StoredDocument } from '../../shared/controller/ports.ts';
export { asFolder };

export const defaultPath = '/lockstep/desired-state/';

/**
 * Every document under the path, the one that was changed longest ago first.
 *
 * @throws CommandFailure when one page could not be read
 */
export async function readParameters(hub: AwsGateway, path: string): Promise<readonly StoredDocument[]> {
  try {
    return await readDocuments(hub, path);
  } catch (error) {
    if (!(error instanceof DocumentsUnreadable)) throw error;
    throw refusedBy(`Could not read the documents under ${asFolder(path)} (ssm:GetParametersByPath)`, error.failure);
  }
}

/** Puts one document. @returns the version it has now */
export async function putParameter(hub: AwsGateway, input: Input<'ssm:PutParameter'>): Promise<number | undefined> {
  const reply = await hub.send({ operation: 'ssm:PutParameter', ...toHub, input });
  if (!reply.ok) throw refusedBy(`Could not write ${input.Name ?? 'the parameter'} (ssm:PutParameter)`, reply.error);
  return reply.output.Version;
}
