import type { AwsFailure } from '../../model/aws-call.ts';

/** Trouble that may pass by itself: the messages go back to the queue. */
export class Recoverable extends Error {
  override readonly name = 'Recoverable';
}

const passing = new Set([
  ...['Throttling', 'ThrottlingException', 'ThrottledException', 'TooManyRequestsException', 'RequestLimitExceeded', 'SlowDown'],
  ...['RequestTimeout', 'RequestTimeoutException', 'TimeoutError', 'AbortError', 'NetworkingError', 'EPIPE', 'ECONNRESET'],
  ...['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'EAI_AGAIN', 'OperationAborted', 'ConcurrentModification'],
  ...['ConcurrentModificationException', 'DependencyTimeoutException', 'KMSInternalException', 'InternalError'],
]);

/** Whether AWS, or the way to it, is in trouble, rather than that we may not or must not. */
export const mayRecover = ({ code, status }: AwsFailure): boolean =>
  passing.has(code) || (status !== undefined && (status >= 500 || status === 429));
