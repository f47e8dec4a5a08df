/** Access control lists: off on new buckets, and no more than kept on others. */
import type {
  CreateBucketRequest,
  GetBucketAclOutput,
  GetBucketAclRequest,
  Grant,
  Permission,
  PutBucketAclRequest,
} from '@aws-sdk/client-s3';
import { AwsError, type CallContext } from '../../service.ts';
import { bucketOf } from './access.ts';
import { type Bucket, canonicalUserId } from './bucket.ts';
import { accessDenied, invalidArgument, invalidRequest } from './errors.ts';

type AclHeaders = Pick<
  PutBucketAclRequest,
  'ACL' | 'GrantFullControl' | 'GrantRead' | 'GrantReadACP' | 'GrantWrite' | 'GrantWriteACP'
>;

const allUsers = 'http://acs.amazonaws.com/groups/global/AllUsers';
const authenticatedUsers = 'http://acs.amazonaws.com/groups/global/AuthenticatedUsers';
const logDelivery = 'http://acs.amazonaws.com/groups/s3/LogDelivery';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl */
const cannedGroups: Readonly<Record<string, readonly (readonly [string, Permission])[]>> = {
  private: [],
  'public-read': [[allUsers, 'READ']],
  'public-read-write': [
    [allUsers, 'READ'],
    [allUsers, 'WRITE'],
  ],
  'authenticated-read': [[authenticatedUsers, 'READ']],
  'log-delivery-write': [
    [logDelivery, 'WRITE'],
    [logDelivery, 'READ_ACP'],
  ],
};

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAcl.html */
function getBucketAcl(input: GetBucketAclRequest, call: CallContext): GetBucketAclOutput {
  const bucket = bucketOf(input, call);
  return {
    Owner: { ID: canonicalUserId(bucket.account) },
    Grants: structuredClone([...(bucket.grants ?? [ownersGrant(bucket)])]),
  };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAcl.html */
function putBucketAcl(input: PutBucketAclRequest, call: CallContext): void {
  const bucket = bucketOf(input, call);
  const grants = grantsOf(input, bucket) ?? input.AccessControlPolicy?.Grants;
  if (!grants) {
    const details = { MissingHeaderName: 'x-amz-acl' };
    throw new AwsError('MissingSecurityHeader', 'Your request was missing a required header', 400, { details });
  }
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
  if (bucket.ownership === 'BucketOwnerEnforced')
    throw new AwsError('AccessControlListNotSupported', 'The bucket does not allow ACLs');
  if (bucket.publicAccessBlock?.BlockPublicAcls && grants.some(isPublic)) throw accessDenied();
  bucket.grants = isOwnersAlone(grants, bucket) ? undefined : structuredClone(grants);
}

/**
 * The ACL a bucket is created with; undefined: the owner's full control.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-ownership-error-responses.html
 */
export function grantsAtCreation(input: CreateBucketRequest, bucket: Bucket): readonly Grant[] | undefined {
  const grants = grantsOf(input, bucket);
  if (!grants || isOwnersAlone(grants, bucket)) return undefined;
  if (bucket.ownership === 'BucketOwnerEnforced') {
    const message = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
    throw new AwsError('InvalidBucketAclWithObjectOwnership', message);
  }
  if (grants.some(isPublic)) {
    throw new AwsError(
      'InvalidBucketAclWithBlockPublicAccessError',
      'Bucket cannot have public ACLs set with BlockPublicAccess enabled',
    );
  }
  return grants;
}

const ownersGrant = (bucket: Bucket): Grant => ({
  Grantee: { Type: 'CanonicalUser', ID: canonicalUserId(bucket.account) },
  Permission: 'FULL_CONTROL',
});

function grantsOf(input: AclHeaders, bucket: Bucket): Grant[] | undefined {
  const headers: readonly (readonly [string | undefined, Permission])[] = [
    [input.GrantFullControl, 'FULL_CONTROL'],
    [input.GrantRead, 'READ'],
    [input.GrantReadACP, 'READ_ACP'],
    [input.GrantWrite, 'WRITE'],
    [input.GrantWriteACP, 'WRITE_ACP'],
  ];
  const granted = headers.flatMap(([header, permission]) =>
    header === undefined ? [] : granteesOf(header).map((to) => grant(to, permission)),
  );
  if (input.ACL === undefined) return granted.length > 0 ? granted : undefined;
  if (granted.length > 0) throw invalidRequest('Specifying both Canned ACLs and Header Grants is not allowed');
  const groups = cannedGroups[input.ACL];
  if (!groups) throw invalidArgument('', 'x-amz-acl', input.ACL);
  return [ownersGrant(bucket), ...groups.map(([uri, permission]) => grant({ Type: 'Group', URI: uri }, permission))];
}

const grant = (grantee: Grant['Grantee'], permission: Permission): Grant => ({ Grantee: grantee, Permission: permission });

/** `id="…", uri="…"` */
function granteesOf(header: string): NonNullable<Grant['Grantee']>[] {
  return header.split(',').map((part) => {
    const [, kind, value] = /^\s*(id|uri|emailAddress)="?([^"]*)"?\s*$/.exec(part) ?? [];
    if (kind === 'id') return { Type: 'CanonicalUser', ID: value };
    if (kind === 'uri') return { Type: 'Group', URI: value };
    if (kind === 'emailAddress') return { Type: 'AmazonCustomerByEmail', EmailAddress: value };
    throw invalidArgument('Argument format not recognized', 'x-amz-grant', part);
  });
}

const isPublic = ({ Grantee: to }: Grant): boolean => to?.URI === allUsers || to?.URI === authenticatedUsers;

const isOwnersAlone = (grants: readonly Grant[], bucket: Bucket): boolean =>
  grants.length === 1 && grants[0]?.Permission === 'FULL_CONTROL' && grants[0].Grantee?.ID === canonicalUserId(bucket.account);

export const aclHandlers = { GetBucketAcl: getBucketAcl, PutBucketAcl: putBucketAcl };
