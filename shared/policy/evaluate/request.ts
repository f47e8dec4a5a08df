/** What is asked of the evaluator, by which policies it is decided, and what it answers. */
import type { RequestContext } from './context.ts';
import type { Principal } from './principals.ts';

export interface Request {
  readonly principal: Principal;
  /** `service:Action`, any case. */
  readonly action: string;
  /** ARN of the resource; `*` for actions without one. */
  readonly resource: string;
  /** The account that owns the resource: S3 ARNs do not name it. */
  readonly resourceAccount: string;
  readonly context: RequestContext;
}

/** A policy with the name people know it by. A policy that could not be read has `unread` and no document. */
export interface NamedPolicy {
  /** e.g. `role policy lockstep-replication`, `bucket policy of orders-dr`. */
  readonly label: string;
  /** The account it belongs to. */
  readonly account: string;
  /** Parsed JSON, or its text. */
  readonly document?: unknown;
  /** Why it could not be read. */
  readonly unread?: string;
}

/**
 * `resource`: grants beside the identity policies of its own account. `key`, `trust`: nothing happens without it, and it
 * delegates to the identity policies of its account by naming the account.
 */
export type ResourcePolicy = NamedPolicy & { readonly kind: 'resource' | 'key' | 'trust' };

/** The policies attached to the organization's root, to one OU or to the account. */
export type Level = readonly NamedPolicy[];

/** Everything that bears on one request. What is left out does not exist; what could not be read is given as unread. */
export interface Policies {
  /** Inline and attached policies of the caller, those of its groups included. */
  readonly identity?: readonly NamedPolicy[];
  readonly boundary?: NamedPolicy;
  /** Session policies passed when the role was assumed; together they are one limit. */
  readonly session?: readonly NamedPolicy[];
  readonly resource?: ResourcePolicy;
  /** Service control policies of the caller's account, from the root down; every level must allow. */
  readonly scps?: readonly Level[];
  /** Resource control policies of the resource's account, from the root down. */
  readonly rcps?: readonly Level[];
}

/** One statement of one policy. */
export interface StatementRef {
  readonly policy: string;
  readonly account: string;
  readonly sid?: string;
  /** Position in the policy, from 0; -1: the policy as a whole. */
  readonly index: number;
  /** Word for word. */
  readonly statement: unknown;
}

/** A statement that would have to be there. */
export interface MissingStatement {
  /** Which policy it belongs in. */
  readonly policy: string;
  readonly account: string;
  readonly statement: Readonly<Record<string, unknown>>;
}

export type Answer = 'allowed' | 'denied' | 'cannot-tell';

export interface Decision {
  readonly answer: Answer;
  readonly by: 'explicit-deny' | 'implicit-deny' | 'allow' | 'unknown-condition' | 'unreadable';
  /** One sentence. */
  readonly because: string;
  /** The Allow or Deny that decided, or the statement that leaves it open. Absent when nothing allows. */
  readonly deciding?: StatementRef;
  /** What would have to be added; more than one when both accounts have to allow. */
  readonly missing: readonly MissingStatement[];
}
