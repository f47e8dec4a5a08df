import { describe, expect, it } from 'vitest';
import { failureOf } from '../../shared/aws/failure-of.ts';

const thrown = (name: string, message: string, more: object = {}) => Object.assign(new Error(message), { name, ...more });
const head = (httpStatusCode: number, headers: object = {}) =>
  thrown('Unknown', 'UnknownError', { $metadata: { httpStatusCode }, $response: { headers } });

describe('what the SDK threw', () => {
  it.each([
    {
      because: 'the code of the wire is AWS’s own',
      error: thrown('NoSuchEntityException', 'gone', { Code: 'NoSuchEntity', $metadata: { httpStatusCode: 404 } }),
      failure: { code: 'NoSuchEntity', message: 'gone', status: 404 },
    },
    { because: 'not everything that is thrown is an error', error: 'stopped', failure: { code: 'Unknown', message: 'stopped' } },
    {
      because: 'a HEAD has only its status',
      error: head(404),
      failure: { code: 'NoSuchBucket', message: 'NoSuchBucket', status: 404 },
    },
    { because: 'not every status has a code', error: head(418), failure: { code: 'Unknown', message: 'Unknown', status: 418 } },
    {
      because: 'a bare 400 to a HEAD names the region in its header',
      error: head(400, { 'x-amz-bucket-region': 'eu-central-1' }),
      failure: { code: 'Unknown', message: 'Unknown', status: 400, bucketRegion: 'eu-central-1' },
    },
    {
      because: 'another answer names it in its body',
      error: thrown('AuthorizationHeaderMalformed', 'the region is wrong', { Region: 'eu-central-1' }),
      failure: { code: 'AuthorizationHeaderMalformed', message: 'the region is wrong', bucketRegion: 'eu-central-1' },
    },
    {
      because: 'S3 says apart which argument it refuses, and why',
      error: thrown('InvalidArgument', 'Unable to validate', {
        ...{ ArgumentName1: 'arn:aws:sns:eu-west-1:111111111111:gone, null', ArgumentValue1: 'The topic does not exist' },
        ArgumentName2: 'without a reason',
      }),
      failure: {
        code: 'InvalidArgument',
        message: 'Unable to validate; arn:aws:sns:eu-west-1:111111111111:gone: The topic does not exist',
      },
    },
  ])('is told as data: $because', ({ error, failure }) => {
    expect(failureOf(error, 'the caller')).toEqual({ ...failure, caller: 'the caller' });
  });
});
