import { isPublicPolicy } from '../policy/proof/public-policy.ts';
import type { Aspect, Get } from './aspect.ts';
import { bucketPolicy } from './bucket-policy.ts';
import { bucketPublicAccessBlock } from './bucket-public-access-block.ts';
import { readRefusals, writeRefusals } from './failure-reasons.ts';
import type { PolicySetting } from './policy-setting.ts';
import { destinationBuckets } from './resources.ts';

type Block = NonNullable<ReturnType<typeof bucketPublicAccessBlock.desired>>;

/** `block` is left out while the bucket policy is not public: then it does not matter, and is not asked for. */
export interface PublicAccess {
  /** null: none is set. */
  readonly block?: Block | null;
}

const nothingToSee = { status: 'present', value: {} } as const;

/**
 * Report only. RestrictPublicBuckets closes a bucket with a public policy to other accounts; the proof judges it. The policy is read first, which
 * costs nothing: it is read anyway. A policy that cannot be read is told by its own aspect.
 */
export const bucketPublicAccess: Aspect<PublicAccess> = {
  name: 'bucket-public-access',
  title: 'public access to the bucket',
  matters: 'With RestrictPublicBuckets, one public statement in the bucket policy stops all access from other accounts.',
  interrupts: true,
  failureReasons: [...readRefusals, ...writeRefusals],
  docs: bucketPublicAccessBlock.docs,
  after: [],
  changedBy: [...new Set([...bucketPolicy.changedBy, ...bucketPublicAccessBlock.changedBy])],
  permissions: { read: [...bucketPolicy.permissions.read, ...bucketPublicAccessBlock.permissions.read], write: [] },
  resources: (r) => (r.source.account === r.destination.account ? [] : destinationBuckets(r)),
  desired: () => ({}),
  read: (on) => async (get: Get) => {
    const policy = await bucketPolicy.read(on)(get);
    if (policy.status !== 'present' || !isPublicPolicy((policy.value as PolicySetting).document)) return nothingToSee;
    const block = await bucketPublicAccessBlock.read(on)(get);
    if (block.status === 'present') return { status: 'present', value: { block: block.value } };
    return block.status === 'absent' ? { status: 'present', value: { block: null } } : block;
  },
  diff: () => [],
  merge: (desired) => desired,
  write: () => [],
};
