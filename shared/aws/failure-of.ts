import type { AwsFailure } from '../model/aws-call.ts';

interface SdkError extends Error {
  readonly Code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string | undefined>> };
  readonly Region?: string;
}

// A HEAD has no body to carry a code in. https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
const codeOfStatus: Readonly<Record<number, string>> = { 301: 'PermanentRedirect', 403: 'AccessDenied', 404: 'NoSuchBucket' };
const nameless = new Set(['Unknown', 'UnknownError', 'NotFound', 'Error', '']);

/**
 * S3 names an argument it refuses, and why, beside a message that does not: `ArgumentName1`, `ArgumentValue1` and so on.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const argumentsOf = (error: object): readonly string[] =>
  Object.entries(error).flatMap(([name, value]) => {
    const [, number] = /^ArgumentName(\d+)$/.exec(name) ?? [];
    const why = number && (error as Readonly<Record<string, unknown>>)[`ArgumentValue${number}`];
    return why ? [`${String(value).replace(/, null$/, '')}: ${why}`] : [];
  });

/** What the SDK threw, as data. The code is AWS's own from the wire where there is one. */
export function failureOf(error: unknown, caller: string): AwsFailure {
  if (!(error instanceof Error)) return { code: 'Unknown', message: String(error), caller };
  const { Code, name, message, $metadata, $response, Region } = error as SdkError;
  const status = $metadata?.httpStatusCode;
  const given = Code ?? name;
  const code = nameless.has(given) && status !== undefined ? (codeOfStatus[status] ?? given) : given;
  // A HEAD signed for another region may be answered with a bare 400 that names the region in its header.
  const isBareHead = status === 400 && nameless.has(given);
  const isElsewhere =
    isBareHead || ['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException'].includes(code);
  const bucketRegion = isElsewhere ? ($response?.headers?.['x-amz-bucket-region'] ?? Region) : undefined;
  const said = message === '' || message === 'UnknownError' ? code : message;
  return {
    code,
    message: [said, ...argumentsOf(error)].join('; '),
    caller,
    ...(status !== undefined && { status }),
    ...(bucketRegion && { bucketRegion }),
  };
}
