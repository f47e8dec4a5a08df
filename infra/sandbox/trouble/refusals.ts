/** How each service says that it is too busy, or broken. */
import { AwsError } from '../service.ts';

type Spelled = readonly [code: string, status: number, message: string];

/**
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/throttling.html
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
 */
const throttling: Readonly<Record<string, Spelled>> = {
  s3: ['SlowDown', 503, 'Please reduce your request rate.'],
  kms: ['ThrottlingException', 400, 'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.'],
  iam: ['Throttling', 400, 'Rate exceeded'],
  sts: ['Throttling', 400, 'Rate exceeded'],
  sqs: ['RequestThrottled', 403, 'Rate exceeded'],
  sns: ['ThrottledException', 429, 'Rate exceeded'],
  monitoring: ['Throttling', 400, 'Rate exceeded'],
  scheduler: ['ThrottlingException', 429, 'Rate exceeded'],
  organizations: ['TooManyRequestsException', 400, 'Rate exceeded'],
};

const failing: Readonly<Record<string, Spelled>> = {
  s3: ['InternalError', 500, 'We encountered an internal error. Please try again.'],
  kms: [
    'KMSInternalException',
    500,
    'The request was rejected because an internal exception occurred. The request can be retried.',
  ],
  iam: ['ServiceFailure', 500, 'The request processing has failed because of an unknown error, exception or failure.'],
  ssm: ['InternalServerError', 500, 'An error occurred on the server side.'],
  dynamodb: ['InternalServerError', 500, 'An error occurred on the server side.'],
  scheduler: ['InternalServerException', 500, 'Unexpected error encountered while processing the request.'],
  organizations: ['ServiceException', 500, "Organizations can't complete your request because of an internal service error."],
};

const unavailable: Readonly<Record<string, Spelled>> = {
  s3: ['ServiceUnavailable', 503, 'Please reduce your request rate.'],
};

const made = ([code, status, message]: Spelled, reason: string): AwsError => new AwsError(code, message, status, { reason });

export const throttled = (service: string, reason: string): AwsError =>
  made(throttling[service] ?? ['ThrottlingException', 400, 'Rate exceeded'], reason);

export function failed(service: string, status: 500 | 503, reason: string): AwsError {
  const usual: Spelled = ['InternalFailure', 500, 'The request processing has failed because of an unknown error.'];
  if (status === 500) return made(failing[service] ?? usual, reason);
  return made(unavailable[service] ?? ['ServiceUnavailable', 503, 'Service is unable to handle request.'], reason);
}
