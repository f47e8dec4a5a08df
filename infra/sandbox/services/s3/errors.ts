/**
 * Errors that several S3 operations share, with AWS's own codes and texts.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
import { AwsError } from '../../service.ts';

/** The body breaks S3's XML schema: a required element is missing, there is one too many, or a value is not of the list. */
export const malformedXml = (): AwsError =>
  new AwsError('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema');

export const invalidRequest = (message: string): AwsError => new AwsError('InvalidRequest', message);

export const invalidArgument = (message: string, name?: string, value?: string): AwsError =>
  new AwsError('InvalidArgument', message, 400, {
    details: { ...(name !== undefined && { ArgumentName: name }), ...(value !== undefined && { ArgumentValue: value }) },
  });

const notReached = 'Unable to validate the following destination configurations';

/** Destinations of notifications that S3 does not reach, numbered from 1. */
export const unreachable = (refusals: readonly { readonly arn: string; readonly why: string }[]): AwsError =>
  new AwsError('InvalidArgument', notReached, 400, {
    details: Object.fromEntries(
      refusals.flatMap(({ arn, why }, at) => [
        [`ArgumentName${at + 1}`, `${arn}, null`],
        [`ArgumentValue${at + 1}`, why],
      ]),
    ),
  });

/** The bucket's present state forbids the change. */
export const invalidBucketState = (message: string): AwsError => new AwsError('InvalidBucketState', message, 409);

export const accessDenied = (message = 'Access Denied', headers: Record<string, string> = {}): AwsError =>
  new AwsError('AccessDenied', message, 403, { headers });

export const noSuchBucket = (name: string): AwsError =>
  new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { details: { BucketName: name } });

/** A setting was never configured: 404 with a code of its own, unlike a missing bucket's. */
export const notSet = (code: string, message: string, bucket: string): AwsError =>
  new AwsError(code, message, 404, { details: { BucketName: bucket } });

/** @throws MalformedXML unless the value is one of the list */
export function requireOneOf<T extends string>(value: string | undefined, allowed: readonly T[]): asserts value is T {
  if (!allowed.some((one) => one === value)) throw malformedXml();
}
