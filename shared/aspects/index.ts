import type { Aspect } from './aspect.ts';
import { bucketEncryption } from './bucket-encryption.ts';
import { bucketLifecycle } from './bucket-lifecycle.ts';
import { bucketNotification } from './bucket-notification.ts';
import { bucketObjectOwnership } from './bucket-object-ownership.ts';
import { bucketPolicy } from './bucket-policy.ts';
import { bucketPublicAccess } from './bucket-public-access.ts';
import { bucketPublicAccessBlock } from './bucket-public-access-block.ts';
import { bucketVersioning } from './bucket-versioning.ts';
import { keyPolicy } from './key-policy.ts';
import { keyState } from './key-state.ts';
import { objectLock } from './object-lock.ts';
import { replicationConfiguration } from './replication-configuration.ts';
import { roleOtherPolicies } from './role-other-policies.ts';
import { rolePolicy } from './role-policy.ts';
import { roleTrust } from './role-trust.ts';

/** Everything a replication depends on, in an order people read well; `after` decides the order of writes. */
export const aspects: readonly Aspect<unknown>[] = [
  roleTrust,
  rolePolicy,
  roleOtherPolicies,
  keyState,
  keyPolicy,
  bucketVersioning,
  bucketEncryption,
  bucketPublicAccessBlock,
  bucketObjectOwnership,
  bucketPolicy,
  bucketPublicAccess,
  bucketLifecycle,
  objectLock,
  replicationConfiguration,
  bucketNotification,
];
