import type { WireRequest } from './http.ts';

/** Whom a request says it is from, and for which service and region it is signed. */
export interface SigningScope {
  readonly accessKeyId: string;
  readonly region: string;
  /** Signing name, e.g. `s3`. */
  readonly service: string;
  readonly sessionToken: string | undefined;
}

/**
 * The credential scope of a signed request, from the Authorization header or a presigned query; undefined for an unsigned one.
 * The signature itself is not checked: every secret fits.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signingScope(request: WireRequest): SigningScope | undefined {
  const { headers, query } = request;
  if (query.AWSAccessKeyId !== undefined) return oldPresigned(query.AWSAccessKeyId, request);
  const credential = /Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1] ?? query['X-Amz-Credential'];
  const parts = credential?.split('/') ?? [];
  const [accessKeyId, , region, service] = parts;
  if (parts.length !== 5 || !accessKeyId || !region || !service) return undefined;
  return { accessKeyId, region, service, sessionToken: headers['x-amz-security-token'] ?? query['X-Amz-Security-Token'] };
}

/**
 * Links to objects that boto3 and version 1 of the AWS CLI make are signed the old way, which names neither service nor region.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html#RESTAuthenticationQueryStringAuth
 */
function oldPresigned(accessKeyId: string, { query }: WireRequest): SigningScope | undefined {
  if (query.Signature === undefined || query.Expires === undefined) return undefined;
  return { accessKeyId, region: anyRegion, service: 's3', sessionToken: query['x-amz-security-token'] };
}

/** Of requests that are good in whichever region their bucket is in. */
export const anyRegion = '';

/** The service an unsigned request is meant for, as well as it can be told. */
export function guessService({ headers, query, body }: WireRequest): string {
  const target = headers['x-amz-target'];
  if (target !== undefined) return target.startsWith('TrentService.') ? 'kms' : 'ssm';
  const form = headers['content-type']?.startsWith('application/x-www-form-urlencoded') ? Buffer.from(body).toString() : '';
  const parameters = new URLSearchParams(form);
  const version = parameters.get('Version') ?? query.Version;
  if (version === '2011-06-15') return 'sts';
  return version === '2010-05-08' ? 'iam' : 's3';
}
