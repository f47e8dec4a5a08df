/** What counts failures, made once for each execution environment. */
import { newSeen } from '../../shared/controller/failures/seen.ts';
import type { FailureDesk } from '../../shared/controller/failures.ts';
import { parseArn } from '../../shared/model/arn.ts';
import { clientConfig, once, routingOf } from '../routing.ts';
import { type FunctionSettings, settingsFrom } from '../settings.ts';

/** @throws BadEnvironment */
export const deskFromEnvironment = once((): FailureDesk => {
  const settings = settingsFrom(process.env, { tells: false });
  return { ...routingOf(settings), seen: newSeen(), isOurs: topicsOf(settings), confirm, now: () => new Date() };
});

/** The name the spokes' stacks give it. */
const usualTopic = 'lockstep-replication-failures';

/** Topics of our name, in the accounts that are named, or in any: the queue lets none in but those of the organization. */
function topicsOf({ failureAccounts, controller: { failureTopic = usualTopic } }: FunctionSettings): FailureDesk['isOurs'] {
  return (topic) => {
    const arn = parseArn(topic);
    const isNamed = arn?.service === 'sns' && arn.resource === failureTopic;
    return isNamed && (failureAccounts.length === 0 || failureAccounts.includes(arn.account));
  };
}

/** Asked for once in the life of a topic. */
async function confirm(topic: string, token: string): Promise<void> {
  const { confirmSubscription } = await import('../../shared/aws/subscriptions.ts');
  await confirmSubscription(clientConfig, topic, token);
}
