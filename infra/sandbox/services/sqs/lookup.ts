import type { CallContext } from '../../service.ts';
import { missing, noSuchQueue } from './errors.ts';
import { arnOf, type Queue } from './state.ts';

/**
 * The queue behind a URL: the account and name of its path, in the region of the call.
 *
 * @throws AwsError `MissingParameter`, `QueueDoesNotExist`
 */
export function theQueue({ world, caller, region }: CallContext, url: string | undefined): Queue {
  if (!url) throw missing('QueueUrl');
  const [, account = caller.account, name = url] = /(?:^|\/)(\d{12})\/([^/]+)\/?$/.exec(url) ?? [];
  const queue = world.sqs.queues.get(arnOf(account, region, name));
  if (!queue) throw noSuchQueue();
  return queue;
}

/** @throws AwsError `QueueDoesNotExist` */
export function byArn({ world }: Pick<CallContext, 'world'>, arn: string | undefined): Queue {
  const queue = world.sqs.queues.get(arn ?? '');
  if (!queue) throw noSuchQueue();
  return queue;
}

/** Clients send to the host of this URL, so it is the local one while there is one. */
export const urlOf = ({ world }: Pick<CallContext, 'world'>, { account, region, name }: Queue): string =>
  `${world.sqs.origin ?? `https://sqs.${region}.amazonaws.com`}/${account}/${name}`;
