/** The one object a person asks about. */
import type { ObjectState, ReplicationState } from '../../shared/policy/replication-state.ts';
import { CommandFailure } from './failure.ts';

export interface ObjectOptions {
  /** Its key in the bucket. */
  readonly object?: string;
  /** The KMS key it is under; undefined: as the source bucket encrypts by default. */
  readonly objectKeyArn?: string;
  readonly tag: readonly string[];
}

function tagOf(pair: string): readonly [string, string] {
  const at = pair.indexOf('=');
  if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
  throw new CommandFailure(`--tag takes KEY=VALUE, for example team=billing, got "${pair}".`);
}

const isKeyArn = (arn: string): boolean => /^arn:[^:]+:kms:[^:]+:\d{12}:(key|alias)\/./.test(arn);

/** undefined: none in particular. @throws CommandFailure */
export function objectAsked({ object, objectKeyArn, tag }: ObjectOptions): ObjectState | undefined {
  if (object === undefined) {
    if (objectKeyArn === undefined && tag.length === 0) return undefined;
    throw new CommandFailure('--object-key-arn and --tag say more about an object: name it with --object.');
  }
  if (objectKeyArn !== undefined && !isKeyArn(objectKeyArn))
    throw new CommandFailure(`--object-key-arn takes the ARN of a KMS key, got "${objectKeyArn}".`);
  return {
    key: object,
    ...(tag.length > 0 && { tags: Object.fromEntries(tag.map(tagOf)) }),
    ...(objectKeyArn !== undefined && { encryption: { algorithm: 'aws:kms', key: objectKeyArn } }),
  };
}

/** The key of the object, when the state says nothing of it. */
export function keyToRead({ source }: ReplicationState, object: ObjectState | undefined): string | undefined {
  const arn = object?.encryption?.key;
  const isKnown = source.keys?.some((key) => key.arn === arn || key.aliases?.includes(arn ?? ''));
  return arn === undefined || isKnown || arn.includes(':alias/') ? undefined : arn;
}

/** The same state, asked about the object. */
export const asking = (state: ReplicationState, object: ObjectState | undefined): ReplicationState =>
  object === undefined ? state : { ...state, object };
