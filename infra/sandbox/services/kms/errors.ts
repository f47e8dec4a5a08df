/**
 * Errors that several KMS operations share. KMS answers all of them with 400, a missing permission included.
 *
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html
 */
import { AwsError, type CallContext } from '../../service.ts';

export const notFound = (message: string): AwsError => new AwsError('NotFoundException', message);
export const keyNotFound = (arn: string): AwsError => notFound(`Key '${arn}' does not exist`);
export const invalidArn = (message: string): AwsError => new AwsError('InvalidArnException', message);
export const validationError = (message: string): AwsError => new AwsError('ValidationException', message);
export const malformedPolicy = (message: string): AwsError => new AwsError('MalformedPolicyDocumentException', message);
export const limitExceeded = (message: string): AwsError => new AwsError('LimitExceededException', message);
export const unsupported = (message: string): AwsError => new AwsError('UnsupportedOperationException', message);

/** A value breaks the model's constraint on it. */
export const constraintBroken = (value: string, member: string, constraint: string): AwsError =>
  validationError(`1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${constraint}`);

/** KMS does not tell strangers whether a key exists. */
export function accessDenied({ caller, operation }: CallContext): AwsError {
  const reason =
    'on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access';
  return new AwsError('AccessDeniedException', `User: ${caller.arn} is not authorized to perform: kms:${operation} ${reason}`);
}
