/**
 * For a while after a write, reads of bucket settings, key policies and key states may answer what was there before.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/accessing-kms.html#programming-eventual-consistency
 */
import { AwsError, type CallContext, type Handler } from '../service.ts';
import { namedKey } from '../services/kms/find.ts';
import { kmsHandlers } from '../services/kms.ts';
import { s3Handlers } from '../services/s3.ts';
import type { Interceptor } from '../wire/dispatch.ts';
import type { World } from '../world.ts';
import { chance } from './chance.ts';

/** How a resource was before one write. */
interface Past {
  readonly until: number;
  /** The world as a read of that resource sees it when it comes too early. */
  readonly in: (world: World) => World;
}

interface Resource {
  readonly id: string;
  /** Takes its present state down. */
  readonly past: () => Past['in'];
}

interface Service {
  readonly reads: RegExp;
  readonly writes: RegExp;
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly resource: (call: CallContext, input: object) => Resource | undefined;
}

const services: Readonly<Record<string, Service>> = {
  s3: {
    reads: /^Get(Bucket(?!Location)|PublicAccessBlock|ObjectLockConfiguration)/,
    writes: /^(Put|Delete)(Bucket.|PublicAccessBlock|ObjectLockConfiguration)/,
    handlers: s3Handlers,
    resource: bucketOf,
  },
  kms: {
    reads: /^(GetKeyPolicy|DescribeKey|GetKeyRotationStatus|ListResourceTags)$/,
    writes:
      /^(PutKeyPolicy|EnableKey|DisableKey|ScheduleKeyDeletion|CancelKeyDeletion|(En|Dis)ableKeyRotation|TagResource|UntagResource)$/,
    handlers: kmsHandlers,
    resource: keyOf,
  },
};

export interface Staleness {
  /** Seconds. */
  readonly staleReadsFor: number;
  /** Share of the reads in that time that come too early. */
  readonly staleShare: number;
  readonly seed: number;
}

export function answeringLate(staleness: () => Staleness): Interceptor {
  const pasts = new Map<string, Past[]>();
  const writing = new WeakMap<CallContext, { readonly id: string; readonly past: Past }>();
  const reads = new Map<string, number>();

  function isEarly(id: string): boolean {
    const { seed, staleShare } = staleness();
    const nth = (reads.get(id) ?? 0) + 1;
    reads.set(id, nth);
    return chance(seed, 'read', id, nth) < staleShare;
  }

  return {
    before(call, input) {
      const service = services[call.service];
      const { staleReadsFor } = staleness();
      if (!service || staleReadsFor <= 0) return undefined;
      const now = call.world.clock.now().getTime();
      if (service.writes.test(call.operation)) {
        const resource = service.resource(call, input);
        if (resource) writing.set(call, { id: resource.id, past: { until: now + staleReadsFor * 1000, in: resource.past() } });
        return undefined;
      }
      if (!service.reads.test(call.operation)) return undefined;
      const id = service.resource(call, input)?.id ?? '';
      const shown = pasts.get(id)?.find(({ until }) => until > now);
      if (!shown || !isEarly(`${id} ${call.operation}`)) return undefined;
      return answerIn(shown, service, call, input);
    },
    after(call, _input, result) {
      const written = writing.get(call);
      if (!written || 'error' in result) return;
      const now = call.world.clock.now().getTime();
      const others = (pasts.get(written.id) ?? []).filter(({ until }) => until > now);
      pasts.set(written.id, [...others, written.past]);
    },
  };
}

async function answerIn(past: Past, { handlers }: Service, call: CallContext, input: object) {
  const handler = handlers[call.operation] as Handler<object> | undefined;
  if (!handler) return undefined;
  return { output: ((await handler(input, { ...call, world: past.in(call.world) })) ?? {}) as object };
}

function bucketOf({ world }: CallContext, input: object): Resource | undefined {
  const { Bucket: name = '' } = input as { Bucket?: string };
  const bucket = world.s3.buckets.get(name);
  if (!bucket) return undefined;
  return {
    id: `bucket ${name}`,
    past: () => {
      // Settings are replaced, never changed in place.
      const old = { ...bucket };
      return (now) => ({ ...now, s3: { ...now.s3, buckets: new Map(now.s3.buckets).set(name, old) } });
    },
  };
}

function keyOf(call: CallContext, input: object): Resource | undefined {
  const { KeyId: name = '' } = input as { KeyId?: string };
  const key = livingKey(name, call);
  if (!key) return undefined;
  return {
    id: `key ${key.arn}`,
    past: () => {
      const old = { ...key };
      return (now) => ({ ...now, kms: { ...now.kms, keys: new Map(now.kms.keys).set(key.arn, old) } });
    },
  };
}

function livingKey(name: string, call: CallContext) {
  try {
    return namedKey(name, call);
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}
