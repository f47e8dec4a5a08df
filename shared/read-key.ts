import { keyPolicy } from './aspects/key-policy.ts';
import { keyState } from './aspects/key-state.ts';
import { keyStateAt } from './aspects/replication-state.ts';
import type { KeyResource } from './aspects/resources.ts';
import type { AwsGateway } from './model/aws-call.ts';
import type { Observed } from './model/finding.ts';
import { accountOfArn, type KeyState, regionOfArn } from './policy/replication-state.ts';
import { readOnce } from './stages/observe.ts';

/** Reads one key that no document names, for the proof. Never throws for what AWS answers. */
export async function readKey(arn: string, aws: AwsGateway): Promise<KeyState> {
  const on: KeyResource = { type: 'key', account: accountOfArn(arn), region: regionOfArn(arn), arn };
  const get = readOnce(aws);
  const seen = new Map<string, Observed<unknown>>([
    [keyState.name, await keyState.read(on)(get)],
    [keyPolicy.name, await keyPolicy.read(on)(get)],
  ]);
  return keyStateAt(on, <V>({ name }: { readonly name: string }) => seen.get(name) as Observed<V> | undefined);
}
