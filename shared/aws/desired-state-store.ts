/** Parameter Store: the documents that people edit, and the parameter that freezes everything. */
import type { DesiredState, Freeze, StoredDocument } from '../controller/ports.ts';
import { type AwsFailure, type AwsGateway, toHub } from '../model/aws-call.ts';

/** Part of the documents could not be read, so none of them count. */
export class DocumentsUnreadable extends Error {
  override readonly name = 'DocumentsUnreadable';
  readonly failure: AwsFailure;

  constructor(path: string, failure: AwsFailure) {
    super(`Could not read the documents under ${path} (ssm:GetParametersByPath): ${failure.code}: ${failure.message}`);
    this.failure = failure;
  }
}

/** `/lockstep/desired-state` and `/lockstep/desired-state/` are the same place. */
export const asFolder = (path: string): string => (path.endsWith('/') ? path : `${path}/`);

/**
 * Every document under the path, the one that was changed longest ago first: between documents that conflict, the earlier one stays in force.
 *
 * @throws DocumentsUnreadable when one page could not be read
 */
export async function readDocuments(hub: AwsGateway, path: string): Promise<readonly StoredDocument[]> {
  const found: StoredDocument[] = [];
  let token: string | undefined;
  do {
    const input = { Path: asFolder(path), Recursive: true, MaxResults: 10, ...(token !== undefined && { NextToken: token }) };
    const reply = await hub.send({ operation: 'ssm:GetParametersByPath', ...toHub, input });
    if (!reply.ok) throw new DocumentsUnreadable(asFolder(path), reply.error);
    for (const { Name = '', Value = '', Type, Version = 0, LastModifiedDate = new Date(0) } of reply.output.Parameters ?? [])
      found.push({
        ...{ name: Name, text: Value, version: Version, modified: LastModifiedDate.toISOString() },
        // Its value comes encrypted unless decryption is asked for: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html
        ...(Type === 'SecureString' && { isEncrypted: true as const }),
      });
    // A page may be empty and still have a successor: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html
    token = reply.output.NextToken;
  } while (token);
  return found.sort((a, b) => Date.parse(a.modified) - Date.parse(b.modified) || (a.name < b.name ? -1 : 1));
}

export interface ParameterStoreOptions {
  readonly hub: AwsGateway;
  readonly path: string;
  readonly freezeParameter: string;
  readonly now?: () => Date;
}

export function parameterStore({ hub, path, freezeParameter, now = () => new Date() }: ParameterStoreOptions): DesiredState {
  return {
    documents: () => readDocuments(hub, path),
    freeze: () => readFreeze(hub, freezeParameter, now()),
  };
}

async function readFreeze(hub: AwsGateway, name: string, now: Date): Promise<Freeze | undefined> {
  try {
    const reply = await hub.send({ operation: 'ssm:GetParameter', ...toHub, input: { Name: name } });
    if (reply.ok) return freezeIn(reply.output.Parameter?.Value ?? '', name, now);
    if (reply.error.code === 'ParameterNotFound') return undefined;
    return unread(name, `${reply.error.code}: ${reply.error.message}`);
  } catch (error) {
    return unread(name, String(error));
  }
}

const unread = (name: string, why: string): Freeze => ({
  reason: cut(`Nothing is repaired while ${name} cannot be read (ssm:GetParameter): ${why}`),
});

const longestReason = 500;
const cut = (text: string): string => (text.length > longestReason ? `${text.slice(0, longestReason - 1)}…` : text);

/**
 * What the parameter says: nothing (`false`, `off` or empty), `{"until": "2026-05-01T00:00:00Z", "reason": "…"}`, or a reason in plain words.
 * What is not understood freezes.
 */
export function freezeIn(value: string, name: string, now: Date): Freeze | undefined {
  const said = value.trim();
  if (['', 'false', 'off'].includes(said.toLowerCase())) return undefined;
  const { until, reason } = objectIn(said);
  const ends = typeof until === 'string' ? Date.parse(until) : Number.NaN;
  if (ends <= now.getTime()) return undefined;
  const told = typeof reason === 'string' && reason.trim() !== '' ? reason.trim() : undefined;
  if (!Number.isNaN(ends)) return { reason: cut(told ?? `frozen by ${name}`), until: new Date(ends).toISOString() };
  return { reason: cut(told ?? said) };
}

function objectIn(text: string): { readonly until?: unknown; readonly reason?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
