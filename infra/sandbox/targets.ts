/** How one service hands something to another: queues, topics, functions, event buses. */
import type { World } from './world.ts';

/** A function that is nothing but its code, by its ARN in `world.functions`. What it throws counts as its failure. */
export type LocalFunction = (event: unknown) => Promise<unknown>;

/** In whose name something is sent, and how. */
export interface TargetParams {
  /** Service principal of the sender, e.g. `events.amazonaws.com`. */
  readonly service: string;
  /** ARN of what sends: a rule, a schedule, a topic. */
  readonly sourceArn: string;
  readonly sourceAccount: string;
  /** The role the sender assumes to send; without one the target's own policy must let the service in. */
  readonly roleArn?: string | undefined;
  /** For FIFO queues. */
  readonly groupId?: string | undefined;
  readonly messageAttributes?: Readonly<Record<string, string>>;
}

/** Why a target was not reached. */
export class TargetError extends Error {
  override readonly name = 'TargetError';
  /** As EventBridge tells it in a dead letter's `ERROR_CODE`, e.g. `NO_PERMISSIONS`, `RESOURCE_NOT_FOUND`. */
  readonly code: string;
  /** Whether trying again may help. */
  readonly retriable: boolean;

  constructor(code: string, message: string, retriable = false) {
    super(message);
    this.code = code;
    this.retriable = retriable;
  }
}

/** Takes a text to targets of one kind. @throws TargetError */
export type TargetDriver = (world: World, targetArn: string, body: string, params: TargetParams) => void | Promise<void>;

/** The service an ARN belongs to, e.g. `sqs`. */
export const serviceOf = (arn: string): string => arn.split(':')[2] ?? '';

/**
 * Hands `body` to a target. Resolves when the target has taken it; a function then still has to run.
 *
 * @throws TargetError when the target is not there, or does not let the sender in
 */
export async function deliverTo(world: World, targetArn: string, body: string, params: TargetParams): Promise<void> {
  const driver = world.targets.get(serviceOf(targetArn));
  if (!driver) throw new TargetError('RESOURCE_NOT_FOUND', `The local AWS cannot deliver to ${targetArn}.`);
  await driver(world, targetArn, body, params);
}
