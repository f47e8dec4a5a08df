/** The documents in Parameter Store: reading them all, putting one. */
import type { AwsGateway } from '../../shared/model/aws-call.ts';
import type { Input } from '../../shared/model/operations.ts';
import { refusedBy } from './failure.ts';

export const DEFAULT_PATH = '/lockstep/desired-state/';

export interface StoredDocument {
  /** Full parameter name. */
  readonly name: string;
  readonly text: string;
  readonly version?: number;
  readonly modified?: Date;
}

// The account is that of the credentials; Parameter Store is never called across accounts here.
const toHub = { account: 'hub', region: '' } as const;

/** `/lockstep/desired-state` and `/lockstep/desired-state/` are the same place. */
export const asFolder = (path: string): string => (path.endsWith('/') ? path : `${path}/`);

/**
 * Every document under the path, the one that was changed longest ago first: between documents that conflict, the earlier one stays in force.
 *
 * @throws CommandFailure when one page could not be read
 */
export async function readParameters(hub: AwsGateway, path: string): Promise<readonly StoredDocument[]> {
  const found: StoredDocument[] = [];
  let token: string | undefined;
  do {
    const input = { Path: asFolder(path), Recursive: true, MaxResults: 10, ...(token !== undefined && { NextToken: token }) };
    const reply = await hub.send({ operation: 'ssm:GetParametersByPath', ...toHub, input });
    if (!reply.ok) throw refusedBy(`Could not read the documents under ${asFolder(path)} (ssm:GetParametersByPath)`, reply.error);
    for (const { Name, Value, Version, LastModifiedDate } of reply.output.Parameters ?? [])
      found.push({
        name: Name ?? '',
        text: Value ?? '',
        ...(Version !== undefined && { version: Version }),
        ...(LastModifiedDate && { modified: LastModifiedDate }),
      });
    // A page may be empty and still have a successor: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html
    token = reply.output.NextToken;
  } while (token);
  return found.sort((a, b) => (a.modified?.getTime() ?? 0) - (b.modified?.getTime() ?? 0) || (a.name < b.name ? -1 : 1));
}

/** Puts one document. @returns the version it has now */
export async function putParameter(hub: AwsGateway, input: Input<'ssm:PutParameter'>): Promise<number | undefined> {
  const reply = await hub.send({ operation: 'ssm:PutParameter', ...toHub, input });
  if (!reply.ok) throw refusedBy(`Could not write ${input.Name ?? 'the parameter'} (ssm:PutParameter)`, reply.error);
  return reply.output.Version;
}
