/** An event at a bus: which rules it matches, and what becomes of it at each of their targets. */
import type { Target } from '@aws-sdk/client-eventbridge';
import { deliverTo, serviceOf, TargetError, type TargetParams } from '../../targets.ts';
import type { World } from '../../world.ts';
import type { BusEvent } from './event.ts';
import { matches } from './pattern.ts';
import { type Bus, findBus, type Rule } from './state.ts';
import { bodyOf } from './transform.ts';

interface Arrival {
  /** It came from another bus. */
  readonly received?: boolean;
}

/** Resolves when every target was tried once; what has to be tried again waits on the world's clock. */
export async function arrive(world: World, busArn: string, event: BusEvent, { received = false }: Arrival = {}): Promise<void> {
  const bus = findBus(world.events, busArn, world.clock.now());
  if (!bus) return;
  for (const rule of bus.rules
    .values()
    .filter((one) => hears(one, event))
    .toArray()) {
    for (const target of rule.targets.values()) {
      // One hop only, and silently so: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
      if (received && serviceOf(target.Arn ?? '') === 'events') continue;
      await send(world, { bus, rule, target, event, since: world.clock.now() }, 0);
    }
  }
}

function hears(rule: Rule, event: BusEvent): boolean {
  if (rule.state === 'DISABLED') return false;
  // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail-management.html
  const onlyReads = event['detail-type'].endsWith(' via CloudTrail') && event.detail.readOnly === true;
  if (onlyReads && rule.state !== 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS') return false;
  return matches(rule.pattern, event);
}

interface Errand {
  readonly bus: Bus;
  readonly rule: Rule;
  readonly target: Target;
  readonly event: BusEvent;
  readonly since: Date;
}

async function send(world: World, errand: Errand, retries: number): Promise<void> {
  const { rule, target, event } = errand;
  const now = world.clock.now();
  const body = bodyOf(target, event, { ruleName: rule.name, ruleArn: rule.arn, now });
  try {
    await deliverTo(world, target.Arn ?? '', body, paramsOf(errand));
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    const exhausted = exhaustionOf(errand, retries, now);
    if (!error.retriable || exhausted !== undefined) return giveUp(world, errand, error, retries, exhausted);
    world.clock.after(Math.min(2 ** retries, 480), () => send(world, errand, retries + 1));
  }
}

const paramsOf = ({ bus, rule, target }: Errand): TargetParams => ({
  service: 'events.amazonaws.com',
  sourceArn: rule.arn,
  sourceAccount: bus.account,
  roleArn: target.RoleArn,
  groupId: target.SqsParameters?.MessageGroupId,
});

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html */
function exhaustionOf({ target, since }: Errand, retries: number, now: Date): string | undefined {
  const { MaximumRetryAttempts: attempts = 185, MaximumEventAgeInSeconds: age = 86_400 } = target.RetryPolicy ?? {};
  if (retries >= attempts) return 'MaximumRetryAttempts';
  return now.getTime() - since.getTime() >= age * 1000 ? 'MaximumEventAgeInSeconds' : undefined;
}

/** To the dead-letter queue; without one, or when that is out of reach too, the event is lost. */
async function giveUp(
  world: World,
  errand: Errand,
  error: TargetError,
  retries: number,
  exhausted: string | undefined,
): Promise<void> {
  const { rule, target, event } = errand;
  const targetArn = target.Arn ?? '';
  const body = JSON.stringify(event);
  const queue = target.DeadLetterConfig?.Arn;
  // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
  const messageAttributes = {
    RULE_ARN: rule.arn,
    TARGET_ARN: targetArn,
    ERROR_CODE: error.code,
    ERROR_MESSAGE: error.message,
    RETRY_ATTEMPTS: String(retries),
    ...(exhausted !== undefined && error.retriable && { EXHAUSTED_RETRY_CONDITION: exhausted }),
  };
  try {
    if (queue === undefined) throw error;
    const { roleArn: _role, groupId: _group, ...params } = paramsOf(errand);
    await deliverTo(world, queue, body, { ...params, messageAttributes });
  } catch (last) {
    if (!(last instanceof TargetError)) throw last;
    world.undelivered.push({ time: world.clock.now(), targetArn, body, code: last.code, reason: last.message });
  }
}
