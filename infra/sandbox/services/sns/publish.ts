import { createHash, randomUUID } from 'node:crypto';
import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import { AwsError } from '../../service.ts';
import type { World } from '../../world.ts';
import { deliver } from './deliver.ts';
import { invalid } from './errors.ts';
import { matchesAttributes, matchesBody, readPolicy } from './filter-policy.ts';
import { type Subscription, subscriptionsOf, type Topic } from './state.ts';

/** A message as it is published. */
export interface Publication {
  readonly message: string | undefined;
  readonly subject?: string | undefined;
  /** `json`: the message holds one text for each protocol. */
  readonly structure?: string | undefined;
  readonly attributes?: Readonly<Record<string, MessageAttributeValue>> | undefined;
  readonly groupId?: string | undefined;
  readonly dedupId?: string | undefined;
}

export interface Published {
  readonly id: string;
  readonly sequenceNumber: string | undefined;
}

const maxBytes = 262_144;
const dedupSeconds = 5 * 60;

/**
 * Publishes to every confirmed subscription whose filter lets the message through, in the order in which they subscribed.
 *
 * @throws AwsError `InvalidParameter`, `InvalidParameterValue`
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export async function publish(world: World, topic: Topic, publication: Publication): Promise<Published> {
  const texts = textsOf(publication);
  const dedupId = checkOrdering(topic, publication);
  const now = world.clock.now().getTime();
  for (const [old, { at }] of topic.published) if (now - at >= dedupSeconds * 1000) topic.published.delete(old);
  const key = topic.attributes.get('FifoThroughputScope') === 'MessageGroup' ? `${publication.groupId} ${dedupId}` : dedupId;
  const before = key === undefined ? undefined : topic.published.get(key);
  if (before) return before;
  topic.sequence += 1;
  const sequenceNumber = topic.isFifo ? String(topic.sequence).padStart(20, '1') : undefined;
  const published = { id: randomUUID(), sequenceNumber };
  if (key !== undefined) topic.published.set(key, { at: now, ...published });
  for (const subscription of subscriptionsOf(world.sns, topic.arn)) {
    const text = texts[subscription.protocol] ?? texts.default;
    if (!subscription.confirmed || !passes(subscription, publication, text)) continue;
    await deliver(world, subscription, { ...publication, ...published, text, dedupId });
  }
  return published;
}

/** The message for each protocol, and for all others. */
function textsOf({ message, subject, structure }: Publication): {
  readonly default: string;
  readonly [protocol: string]: string;
} {
  if (message === undefined || message === '') throw invalid('Empty message');
  if (Buffer.byteLength(message) > maxBytes) throw invalid('Message too long');
  // https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_RequestParameters
  if (subject !== undefined && !/^[\x21-\x7e][\x20-\x7e]{0,99}$/.test(subject)) throw invalid('Subject');
  if (structure === undefined || structure === '') return { default: message };
  if (structure !== 'json') throw invalid('MessageStructure');
  const texts = parsed(message);
  if (!texts) throw invalid('Message Structure - JSON message body failed to parse');
  if (typeof texts.default !== 'string') throw invalid('Message Structure - No default entry in JSON message body');
  const kept = Object.entries(texts).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { ...Object.fromEntries(kept), default: texts.default };
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** @returns the deduplication id that counts; undefined: none does */
function checkOrdering({ isFifo, attributes }: Topic, { groupId, dedupId, message = '' }: Publication): string | undefined {
  if (!isFifo) {
    if (dedupId !== undefined)
      throw invalid(
        'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
      );
    return undefined;
  }
  if (groupId === undefined) throw invalid('The MessageGroupId parameter is required for FIFO topics');
  if (dedupId !== undefined) return dedupId;
  if (attributes.get('ContentBasedDeduplication') === 'true') return createHash('sha256').update(message).digest('hex');
  throw new AwsError(
    'InvalidParameter',
    'Invalid parameter: The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  );
}

function passes({ attributes }: Subscription, publication: Publication, text: string): boolean {
  const filter = attributes.get('FilterPolicy');
  const policy = filter === undefined ? undefined : readPolicy(filter);
  if (!policy) return true;
  return attributes.get('FilterPolicyScope') === 'MessageBody'
    ? matchesBody(policy, text)
    : matchesAttributes(policy, publication.attributes ?? {});
}
