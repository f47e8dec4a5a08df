import type { Input, Operation, Output } from './operations.ts';

/** One AWS call as a value: what to send, and in which account and region. Plain data, so that plans can be shown, compared and kept. */
export interface AwsCall<O extends Operation = Operation> {
  readonly operation: O;
  readonly account: string;
  /** For IAM the region the call is signed for; IAM itself is global. */
  readonly region: string;
  readonly input: Input<O>;
}

/** Where a call goes that is sent with the credentials at hand: to their own account and region, whatever that is. */
export const toHub = { account: 'hub', region: '' } as const;

/** Why AWS, or the way to it, refused a call. */
export interface AwsFailure {
  /** AWS's error code as it stands on the wire, e.g. `NoSuchBucketPolicy`, or the SDK's own name for what never reached AWS. */
  readonly code: string;
  readonly message: string;
  readonly status?: number;
  /** The region a bucket really is in, when S3 says so (`PermanentRedirect`). */
  readonly bucketRegion?: string;
  /** ARN of the role, or a description of the credentials, that made the call. */
  readonly caller: string;
}

export type Reply<O extends Operation> =
  | { readonly ok: true; readonly output: Output<O> }
  | { readonly ok: false; readonly error: AwsFailure };

/** Sends AWS calls. Never throws for what AWS answers: refusals are replies. */
export interface AwsGateway {
  send<O extends Operation>(call: AwsCall<O>): Promise<Reply<O>>;
}
