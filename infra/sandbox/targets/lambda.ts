/**
 * Functions that are invoked by events: taken at once, run afterwards.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
 */
import { takeEvent } from '../hosting/asynchronous.ts';
import { policyText } from '../hosting/permissions.ts';
import { type LocalFunction, type TargetDriver, TargetError, type TargetParams } from '../targets.ts';
import type { World } from '../world.ts';
import { requirePermission } from './permission.ts';

/** Seconds before the second and the third attempt; there is no fourth. */
const pauses = [60, 120];

/** An alias or version may follow the name. */
const unqualified = (arn: string): string => arn.split(':').slice(0, 7).join(':');

/** @throws TargetError `RESOURCE_NOT_FOUND`, `NO_PERMISSIONS` */
export const toFunction: TargetDriver = (world, targetArn, body, params) => requireFunction(world, targetArn, params)(body);

/**
 * A function that lets the sender invoke it.
 *
 * @returns what hands it an event
 * @throws TargetError `RESOURCE_NOT_FOUND`, `NO_PERMISSIONS`
 */
export function requireFunction(world: World, targetArn: string, params: TargetParams): (body: string) => void {
  const hosted = world.lambda.functions.get(unqualified(targetArn));
  if (hosted) {
    const asked = { action: 'lambda:InvokeFunction', targetArn: hosted.arn, policy: policyText(hosted) };
    requirePermission(world, asked, params);
    return (body) => takeEvent(world, hosted, body);
  }
  const run = world.functions.get(targetArn) ?? world.functions.get(unqualified(targetArn));
  if (!run) throw new TargetError('RESOURCE_NOT_FOUND', `Function not found: ${targetArn}`);
  return (body) => world.clock.after(0, () => attempt(world, run, targetArn, body, 0));
}

async function attempt(world: World, run: LocalFunction, arn: string, body: string, failures: number): Promise<void> {
  try {
    await run(JSON.parse(body));
  } catch (error) {
    const pause = pauses[failures];
    if (pause !== undefined) {
      world.clock.after(pause, () => attempt(world, run, arn, body, failures + 1));
      return;
    }
    const reason = error instanceof Error ? error.message : String(error);
    world.undelivered.push({ time: world.clock.now(), targetArn: arn, body, code: 'FUNCTION_FAILED', reason });
  }
}
