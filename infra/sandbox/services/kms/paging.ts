import { AwsError } from '../../service.ts';

interface Asked {
  readonly Limit?: number | undefined;
  readonly Marker?: string | undefined;
}

interface Page<T> {
  readonly page: T[];
  readonly Truncated: boolean;
  readonly NextMarker?: string;
}

/**
 * A page of a list; the marker is where the next one starts.
 *
 * @throws InvalidMarkerException
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html
 */
export function pageOf<T>(all: readonly T[], { Limit: limit, Marker: marker }: Asked, usual: number): Page<T> {
  const start = marker === undefined ? 0 : Number(Buffer.from(marker, 'base64').toString());
  if (!Number.isInteger(start)) throw new AwsError('InvalidMarkerException', 'The marker is not valid.');
  const end = start + (limit ?? usual);
  if (end >= all.length) return { page: all.slice(start), Truncated: false };
  return { page: all.slice(start, end), Truncated: true, NextMarker: Buffer.from(String(end)).toString('base64') };
}
