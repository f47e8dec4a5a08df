/** Rules of trouble: data, so that they can come over HTTP as well. */
import { z } from 'zod';

const seconds = z.number().min(0).max(86_400);
const count = z.int().min(1);
/** One or several; `*` stands for any characters. */
const patterns = z.union([z.string(), z.array(z.string()).nonempty()]);

const fault = z.discriminatedUnion('kind', [
  /** Too many calls, in the service's own words: nothing happens. */
  z.strictObject({ kind: z.literal('throttle') }),
  /** The service fails: nothing happens. `status` 500 (the default) or 503. */
  z.strictObject({ kind: z.literal('server-error'), status: z.literal([500, 503]).optional() }),
  /** No permission: nothing happens. */
  z.strictObject({ kind: z.literal('deny') }),
  /** Nothing happens and no answer comes. Over HTTP the connection hangs for `seconds` (60 by default) and is then reset; in-process the call fails at once. */
  z.strictObject({ kind: z.literal('timeout'), seconds: seconds.optional() }),
  /** Nothing happens and the connection is reset. */
  z.strictObject({ kind: z.literal('reset') }),
  /** The call takes effect, but its answer never comes: the connection is reset. */
  z.strictObject({ kind: z.literal('lost-answer') }),
  /** The call is answered `seconds` later, by the clock of the local AWS. Delays add up, and other faults follow them. */
  z.strictObject({ kind: z.literal('delay'), seconds }),
  /**
   * The client dies at this call: it and every later one that matches fails with `Killed` and reaches nothing, until the rule is taken away.
   * `when: 'after'`: this call still takes effect. Without `nth` it is the first.
   */
  z.strictObject({ kind: z.literal('kill'), when: z.enum(['before', 'after']).optional() }),
]);

export const faultRule = z.strictObject({
  /** A name to take it away by; made up when left out. */
  id: z.string().min(1).optional(),
  /** Which calls the rule is about: all of what is given must fit. Left out: every call. */
  match: z
    .strictObject({
      /** Signing name, e.g. `s3`. */
      service: patterns.optional(),
      /** API name, e.g. `PutBucket*`. */
      operation: patterns.optional(),
      kind: z.enum(['read', 'write']).optional(),
      /** The caller's. */
      account: patterns.optional(),
      /** The caller's ARN. */
      caller: patterns.optional(),
      region: patterns.optional(),
      /** Some text of the input, at its top level: a bucket, a key id, a role name. */
      on: patterns.optional(),
    })
    .optional(),
  /** Only these of the matching calls, counted from 1. */
  nth: z.union([count, z.array(count).nonempty()]).optional(),
  /** Only from this matching call on. */
  from: count.optional(),
  /** Strikes so often, then never again. */
  times: count.optional(),
  /** Strikes this share of the calls that are left, by the seed. */
  probability: z.number().min(0).max(1).optional(),
  fault,
});

export type FaultRule = Readonly<z.input<typeof faultRule>>;
export type Fault = FaultRule['fault'];
export type Match = NonNullable<FaultRule['match']>;
