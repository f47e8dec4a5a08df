import type { AwsCall } from '../model/aws-call.ts';
import type { Operation, Output } from '../model/operations.ts';
import type { Read } from './aspect.ts';

/** The read of an aspect that is one call: `parse` keeps what the aspect compares; undefined means never configured. */
export function readCall<V, O extends Operation>(
  call: AwsCall<O>,
  options: { readonly absentWhen?: readonly string[]; readonly parse: (output: Output<O>) => V | undefined },
): Read<V> {
  return async (get) => {
    const observed = await get(call, options.absentWhen);
    if (observed.status !== 'present') return observed;
    const value = options.parse(observed.value);
    return value === undefined ? { status: 'absent' } : { status: 'present', value };
  };
}

/** A call on the account and region of a resource. */
export function callOn<O extends Operation>(
  on: { readonly account: string; readonly region: string },
  operation: O,
  input: AwsCall<O>['input'],
): AwsCall<O> {
  return { operation, account: on.account, region: on.region, input };
}
