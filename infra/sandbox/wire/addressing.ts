import { AwsError } from '../service.ts';

/** What an S3 request is about: nothing (the service), a bucket, or an object in it. */
export interface S3Address {
  /** Empty: the service itself. */
  readonly bucket: string;
  /** Empty: the bucket itself. */
  readonly key: string;
}

// The hosts that buckets are put in front of: this machine under its names, and S3's own endpoints.
const endpoints =
  /^(?:(.+?)\.)??(?:s3\.localhost|localhost|127\.0\.0\.1|(?:127\.0\.0\.1|127-0-0-1)\.(?:nip|sslip)\.io|localhost\.localdomain|s3(?:[.-](?:dualstack\.)?[a-z]{2}(?:-[a-z]+)+-\d)?\.amazonaws\.com(?:\.cn)?)$/;

/**
 * Bucket and key of an S3 request in both styles: `endpoint/bucket/key` and `bucket.endpoint/key`.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 * @throws AwsError `InvalidURI` when the path is not percent-encoded UTF-8
 */
export function s3Address(host: string, path: string): S3Address {
  const hosted = endpoints.exec(host.replace(/:\d+$/, '').toLowerCase())?.[1];
  const text = path.replace(/^\//, '');
  if (hosted !== undefined) return { bucket: hosted, key: decode(text) };
  const slash = text.indexOf('/');
  return slash < 0
    ? { bucket: decode(text), key: '' }
    : { bucket: decode(text.slice(0, slash)), key: decode(text.slice(slash + 1)) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.");
  }
}
