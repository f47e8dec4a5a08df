/** What one operation asks of IAM: the shape of the tables in `actions/`. */
import type { ContextValue, Decision, ResourcePolicy } from '../../../shared/policy/evaluate.ts';
import type { AwsError, CallContext } from '../service.ts';

export type Keys = Readonly<Record<string, ContextValue>>;

/** One permission a call needs. */
export interface Check {
  /** `service:Action`. */
  readonly action: string;
  /** ARN; `*` for actions without a resource. */
  readonly resource: string;
  /** Owner of the resource; left out: the caller's account. */
  readonly account?: string;
  /** The resource's own policy, when it has one. */
  readonly policy?: ResourcePolicy | undefined;
  /** Condition keys beside those of every request. */
  readonly keys?: Keys;
  /** The resource as the refusal names it, when not by its ARN: IAM says `role NAME`. */
  readonly shown?: string;
  /** Permitted by something that is no policy, as a KMS grant is; a Deny still counts. */
  readonly granted?: boolean;
}

/** The permissions a call needs, all of them. None: nobody needs any, or the handler refuses the call by itself. */
export type ChecksOf<I = never> = (input: I, call: CallContext) => readonly Check[];

export type PartsOf<I = never> = (input: I, call: CallContext) => readonly (readonly Check[])[];

/** The table of one service. */
export interface ServiceActions {
  /** By API name. An operation that is missing is refused to everybody. */
  readonly operations: Readonly<Record<string, ChecksOf>>;
  /**
   * Operations on many things at once, with the permissions each of them needs, in the order of the request: what is refused
   * does not keep the others. The handler asks `refusalOfPart`.
   */
  readonly parts?: Readonly<Record<string, PartsOf>>;
  /** How the service words a refusal; left out: as most of them do. */
  readonly refuse?: (refused: Refused) => AwsError;
}

/** A check that failed. */
export interface Refused {
  readonly check: Check;
  readonly call: CallContext;
  readonly decision: Decision;
  /** AWS's words for why, e.g. `because no identity-based policy allows the s3:GetObject action`. */
  readonly why: string;
}
