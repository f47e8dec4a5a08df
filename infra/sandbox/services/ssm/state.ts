import type { ParameterTier, ParameterType } from '@aws-sdk/client-ssm';

export interface ParameterVersion {
  readonly version: number;
  readonly type: ParameterType;
  readonly value: string;
  readonly tier: ParameterTier;
  readonly dataType: string;
  readonly description: string | undefined;
  readonly allowedPattern: string | undefined;
  /** As it was named. */
  readonly keyId: string | undefined;
  /** Of the key the value is encrypted under, wherever its name points by now. */
  readonly keyArn: string | undefined;
  readonly modified: Date;
  /** ARN of who wrote it. */
  readonly modifiedBy: string;
  /** At most ten; a label is on one version at a time. */
  readonly labels: Set<string>;
}

export interface Parameter {
  readonly name: string;
  readonly arn: string;
  /** Oldest first, at most 100; never empty. */
  readonly versions: ParameterVersion[];
  readonly tags: Map<string, string>;
}

/** Parameters by name. */
export type ParameterStore = Map<string, Parameter>;

/** Stores by `account region`: parameters live in one region of one account. */
export interface SsmState {
  readonly stores: Map<string, ParameterStore>;
}

export const newSsmState = (): SsmState => ({ stores: new Map() });

export function storeOf({ stores }: SsmState, account: string, region: string): ParameterStore {
  const id = `${account} ${region}`;
  const known = stores.get(id);
  if (known) return known;
  const store: ParameterStore = new Map();
  stores.set(id, store);
  return store;
}

export function latestOf({ versions, name }: Parameter): ParameterVersion {
  const latest = versions.at(-1);
  if (!latest) throw new Error(`parameter ${name} has no version`);
  return latest;
}
