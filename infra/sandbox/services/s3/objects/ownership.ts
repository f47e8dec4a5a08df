/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html */
import type { Bucket } from '../bucket.ts';
import type { ObjectVersion } from './version.ts';

/** The account that owns a new object. */
export function accountOfAcl(acl: string, { ownership, account }: Bucket, writer: string): string {
  if (ownership === 'BucketOwnerEnforced') return account;
  return ownership === 'BucketOwnerPreferred' && acl === 'bucket-owner-full-control' ? account : writer;
}

/** Whether the owner of the bucket can read an object that may be another account's. */
export const bucketOwnerMayRead = ({ owner, acl }: ObjectVersion, { account, ownership }: Bucket): boolean =>
  owner === account || ownership === 'BucketOwnerEnforced' || /^bucket-owner-|^public-|^authenticated-/.test(acl);
