/**
 * Who owns an object, and its canned ACL. Finer grants are not kept.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
 */
import type { GetObjectAclOutput, GetObjectAclRequest, Grant, PutObjectAclRequest } from '@aws-sdk/client-s3';
import { offerChange } from '../../../replication/offer.ts';
import { AwsError, type CallContext } from '../../../service.ts';
import { bucketOf } from '../access.ts';
import { type Bucket, canonicalUserId } from '../bucket.ts';
import { accessDenied, invalidArgument } from '../errors.ts';
import { objectOf, shownVersionId } from './store.ts';
import type { ObjectVersion } from './version.ts';

const canned = [
  'private',
  'public-read',
  'public-read-write',
  'authenticated-read',
  'aws-exec-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
];

/** @throws InvalidArgument, AccessControlListNotSupported, AccessDenied */
export function requireAcl(acl: string | undefined, bucket: Bucket): void {
  if (acl === undefined) return;
  if (!canned.includes(acl)) throw invalidArgument('', 'x-amz-acl', acl);
  // With ACLs off only the two that change nothing are taken.
  if (bucket.ownership === 'BucketOwnerEnforced' && !['private', 'bucket-owner-full-control'].includes(acl)) {
    throw new AwsError('AccessControlListNotSupported', 'The bucket does not allow ACLs');
  }
  if (bucket.publicAccessBlock?.BlockPublicAcls && /^public-|^authenticated-/.test(acl)) throw accessDenied();
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAcl.html */
function getObjectAcl(input: GetObjectAclRequest, call: CallContext): GetObjectAclOutput {
  const bucket = bucketOf(input, call);
  const object = objectOf(bucket, input, call);
  return { Owner: { ID: canonicalUserId(object.owner) }, Grants: grantsOf(object, bucket) };
}

const group = (name: string) => ({ Type: 'Group', URI: `http://acs.amazonaws.com/groups/global/${name}` }) as const;
const user = (account: string) => ({ Type: 'CanonicalUser', ID: canonicalUserId(account) }) as const;

function grantsOf({ owner, acl }: ObjectVersion, { account }: Bucket): Grant[] {
  const own: Grant = { Grantee: user(owner), Permission: 'FULL_CONTROL' };
  switch (acl) {
    case 'public-read':
      return [own, { Grantee: group('AllUsers'), Permission: 'READ' }];
    case 'public-read-write':
      return [own, { Grantee: group('AllUsers'), Permission: 'READ' }, { Grantee: group('AllUsers'), Permission: 'WRITE' }];
    case 'authenticated-read':
      return [own, { Grantee: group('AuthenticatedUsers'), Permission: 'READ' }];
    case 'bucket-owner-read':
      return owner === account ? [own] : [own, { Grantee: user(account), Permission: 'READ' }];
    case 'bucket-owner-full-control':
      return owner === account ? [own] : [own, { Grantee: user(account), Permission: 'FULL_CONTROL' }];
    default:
      return [own];
  }
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectAcl.html */
function putObjectAcl(input: PutObjectAclRequest, call: CallContext) {
  const bucket = bucketOf(input, call);
  const object = objectOf(bucket, input, call);
  if (bucket.ownership === 'BucketOwnerEnforced') {
    throw new AwsError('AccessControlListNotSupported', 'The bucket does not allow ACLs');
  }
  if (input.ACL === undefined) {
    throw new AwsError('NotImplemented', 'The local AWS keeps canned ACLs (x-amz-acl) of objects only.', 501);
  }
  requireAcl(input.ACL, bucket);
  object.acl = input.ACL;
  offerChange(call.world, bucket, object);
  return shownVersionId(bucket, object);
}

export const objectAclHandlers = { GetObjectAcl: getObjectAcl, PutObjectAcl: putObjectAcl };
