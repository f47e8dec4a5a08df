/**
 * What a service of the local AWS is: a set of operations over one shared world.
 * The wire (`wire/`) turns HTTP into calls of these handlers and their answers back into HTTP.
 */
import type { OperationModel } from './wire/service-model.ts';
import type { World } from './world.ts';

/** Who signed the call. */
export interface Caller {
  readonly account: string;
  /** As AWS prints it: `arn:aws:iam::111111111111:root`, `…:user/name` or `arn:aws:sts::111111111111:assumed-role/name/session`. */
  readonly arn: string;
  readonly kind: 'root' | 'user' | 'assumed-role';
  /** `AROA…:session` for a role session, `AIDA…` for a user, the account id for root. */
  readonly userId: string;
  /** ARN of the role behind a role session. */
  readonly roleArn?: string;
  readonly accessKeyId: string;
  /** May do everything in its account: the root of an account, and sessions of implied roles. */
  readonly administrator?: boolean;
  /** The session policy a role session was started with. */
  readonly sessionPolicy?: string;
}

export interface CallContext {
  readonly world: World;
  readonly caller: Caller;
  readonly region: string;
  readonly requestId: string;
  /** Signing name: `s3`, `kms`, `iam`, `sts`, `ssm`. */
  readonly service: string;
  /** API name, e.g. `GetBucketVersioning`. */
  readonly operation: string;
  /** Shapes of the operation's input and output, as its SDK client describes them. */
  readonly shape?: OperationModel;
  /** As the request says; undefined: it does not. */
  readonly userAgent?: string;
  /** The address the request came from. */
  readonly sourceIp?: string;
}

/** An error as AWS spells it: the code goes on the wire as it is. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  readonly status: number;
  /** Further members of the error, e.g. S3's `BucketName` or `Endpoint`. */
  readonly details: Readonly<Record<string, string>>;
  /** Response headers, e.g. `x-amz-bucket-region`. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the local AWS knows of the cause. It stays in the record of calls and never goes on the wire. */
  readonly reason: string | undefined;

  constructor(
    code: string,
    message: string,
    status = 400,
    more: { details?: Record<string, string>; headers?: Record<string, string>; reason?: string } = {},
  ) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = more.details ?? {};
    this.headers = more.headers ?? {};
    this.reason = more.reason;
  }
}

/** Input and output are the SDK's own shapes for the operation (`GetBucketVersioningCommandInput` …, without `$metadata`). */
export type Handler<I = never, O = unknown> = (input: I, call: CallContext) => O | Promise<O>;
