/** Calls judged by the spokes' policies, as AWS would: what acts, on what, with which condition keys. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, parseConfig } from '../../infra/config.ts';
import type { PolicyDocument } from '../../infra/permissions/statement.ts';
import type { AwsCall, AwsGateway } from '../../shared/model/aws-call.ts';
import { operations } from '../../shared/model/operations.ts';
import { type Answer, decide, type RequestContext } from '../../shared/policy/evaluate.ts';
import { wrapped } from '../support/gateways.ts';

export const exampleFile = join(import.meta.dirname, '..', '..', 'infra', 'example.config.json');
export const exampleText = readFileSync(exampleFile, 'utf8');

/** The example, with fields laid over it. */
export const configWith = (more: object = {}): Config => {
  const { $schema, ...example } = parseConfig(exampleText) as Config & { $schema?: string };
  return parseConfig(JSON.stringify({ ...example, ...more }));
};

export interface Asked {
  readonly action: string;
  readonly resource: string;
  readonly keys?: RequestContext['keys'];
}

export const at = (account = '111111111111') => ({ partition: 'aws', account });

/** What a role with this policy may do in its account. */
export function answerTo({ action, resource, keys = {} }: Asked, document: PolicyDocument, account = '111111111111'): Answer {
  const principal = { kind: 'role-session', account, roleArn: `arn:aws:iam::${account}:role/lockstep-healer` } as const;
  return decide(
    { principal, action, resource, resourceAccount: account, context: { keys, others: 'absent' } },
    { identity: [{ label: 'policy', account, document }] },
  ).answer;
}

/** Everything AWS asks permission for when this call is made. */
export function permissionsFor(call: AwsCall): readonly Asked[] {
  const { action } = operations[call.operation];
  const role = (call.input as { ReplicationConfiguration?: { Role?: string } }).ReplicationConfiguration?.Role;
  const passed = { action: 'iam:PassRole', keys: { 'iam:PassedToService': 's3.amazonaws.com' } };
  return [
    { action, resource: resourceOf(call), keys: keysOf(call) },
    ...(role === undefined ? [] : [{ ...passed, resource: role }]),
  ];
}

interface Named {
  readonly Bucket?: string;
  readonly KeyId?: string;
  readonly RoleName?: string;
  readonly Path?: string;
  readonly PolicyArn?: string;
  readonly PermissionsBoundary?: string;
  readonly BypassPolicyLockoutSafetyCheck?: boolean;
}

function resourceOf({ account, input }: AwsCall): string {
  const { Bucket, KeyId, RoleName, Path = '/', PolicyArn } = input as Named;
  if (Bucket !== undefined) return `arn:aws:s3:::${Bucket}`;
  if (KeyId !== undefined) return KeyId;
  if (RoleName !== undefined) return `arn:aws:iam::${account}:role${Path}${RoleName}`;
  return PolicyArn ?? '*';
}

function keysOf({ operation, input }: AwsCall): RequestContext['keys'] {
  const { PermissionsBoundary, BypassPolicyLockoutSafetyCheck = false } = input as Named;
  return {
    ...(PermissionsBoundary !== undefined && { 'iam:PermissionsBoundary': PermissionsBoundary }),
    ...(operation === 'kms:PutKeyPolicy' && { 'kms:BypassPolicyLockoutSafetyCheck': BypassPolicyLockoutSafetyCheck }),
  };
}

export interface Judged extends AwsGateway {
  readonly refused: string[];
  readonly asked: string[];
}

/** Lets every call pass, and remembers those that one of the policies that bear on it would refuse. */
export function judged(aws: AwsGateway, policiesFor: (call: AwsCall) => readonly PolicyDocument[]): Judged {
  const refused: string[] = [];
  const asked: string[] = [];
  const gateway = wrapped(aws, (call, send) => {
    for (const one of permissionsFor(call)) {
      asked.push(one.action);
      const isAllowed = policiesFor(call).every((policy) => answerTo(one, policy, call.account) === 'allowed');
      if (!isAllowed) refused.push(`${one.action} on ${one.resource}`);
    }
    return send();
  });
  return { ...gateway, refused, asked };
}
