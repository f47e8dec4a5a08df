import { AwsError } from '../../service.ts';

/** @see https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html and each operation's Errors section */
export const noSuchEntity = (message: string): AwsError => new AwsError('NoSuchEntity', message, 404);
export const entityAlreadyExists = (message: string): AwsError => new AwsError('EntityAlreadyExists', message, 409);
export const deleteConflict = (message: string): AwsError => new AwsError('DeleteConflict', message, 409);
export const limitExceeded = (message: string): AwsError => new AwsError('LimitExceeded', message, 409);
export const malformedPolicy = (message: string): AwsError => new AwsError('MalformedPolicyDocument', message, 400);
export const validationError = (message: string): AwsError => new AwsError('ValidationError', message, 400);
export const accessDenied = (message: string): AwsError => new AwsError('AccessDenied', message, 403);
