/** Execution environments and what is in them. */
import { createHash, randomBytes } from 'node:crypto';
import { devNull } from 'node:os';
import { dirname } from 'node:path';
import { AwsError } from '../service.ts';
import type { HostedFunction, Settings } from '../services/lambda/state.ts';
import type { RoleSession } from '../services/sts.ts';
import type { World } from '../world.ts';
import { isUsable, startSession } from './execution-role.ts';
import { inProcess } from './in-process.ts';
import type { Instance, Start } from './instance.ts';
import { takeLine } from './log.ts';
import { inWorker } from './worker.ts';

export const logGroupOf = ({ name }: Pick<HostedFunction, 'name'>): string => `/aws/lambda/${name}`;

/**
 * An environment that is idle and still good, or a new one.
 *
 * @throws AwsError `InvalidParameterValueException` when Lambda may not assume the execution role
 */
export async function takeInstance(world: World, fn: HostedFunction): Promise<{ instance: Instance; coldStart: boolean }> {
  for (let instance = fn.idle.pop(); instance !== undefined; instance = fn.idle.pop()) {
    if (isGood(world, fn, instance)) return { instance, coldStart: false };
    await discard(fn, instance);
  }
  const instance = await newInstance(world, fn);
  fn.instances.add(instance);
  return { instance, coldStart: true };
}

/** Gives an environment back after a run; one that is broken, or whose function was changed meanwhile, is ended. */
export async function giveBack(world: World, fn: HostedFunction, instance: Instance, isBroken: boolean): Promise<void> {
  if (!isBroken && fn.instances.has(instance) && isGood(world, fn, instance)) fn.idle.push(instance);
  else await discard(fn, instance);
}

const isGood = (world: World, { settings }: HostedFunction, instance: Instance): boolean =>
  instance.settings === settings && instance.isAlive() && isUsable(world, instance.accessKeyId, settings.timeoutSeconds);

async function discard(fn: HostedFunction, instance: Instance): Promise<void> {
  fn.instances.delete(instance);
  await instance.dispose();
}

/** Ends every environment of a function, running or not. */
export async function discardAll(fn: HostedFunction): Promise<void> {
  fn.idle.length = 0;
  await Promise.all([...fn.instances].map((instance) => discard(fn, instance)));
}

async function newInstance(world: World, fn: HostedFunction): Promise<Instance> {
  const { settings } = fn;
  const session = startSession(world, fn, settings.role);
  const logStreamName = logStreamOf(world);
  const common = { ...constants(fn, logStreamName), ...keysOf(session), ...settings.environment };
  const log = (line: string): void => takeLine(world, fn, line);
  const start: Start = { settings, env: { ...common, ...(await endpointOf(world, settings)) }, log };
  const engine =
    settings.code.kind === 'bundle' ? inWorker(settings.code.path, start) : inProcess(world.clock, settings.code.run, start);
  return { settings, logStreamName, accessKeyId: session.accessKeyId, ...engine };
}

function logStreamOf({ clock }: World): string {
  const day = clock.now().toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[$LATEST]${randomBytes(16).toString('hex')}`;
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const constants = (fn: HostedFunction, logStreamName: string): Record<string, string> => ({
  _HANDLER: fn.settings.handler,
  _X_AMZN_TRACE_ID: newTraceId(),
  AWS_REGION: fn.region,
  AWS_DEFAULT_REGION: fn.region,
  AWS_EXECUTION_ENV: `AWS_Lambda_${fn.settings.runtime}`,
  AWS_LAMBDA_FUNCTION_NAME: fn.name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.settings.memoryMb),
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: logGroupOf(fn),
  AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
  LANG: 'en_US.UTF-8',
  LAMBDA_TASK_ROOT: fn.settings.code.kind === 'bundle' ? dirname(fn.settings.code.path) : '/var/task',
  PATH: '/usr/local/bin:/usr/bin/:/bin:/opt/bin',
  TZ: ':UTC',
});

/** A sampling decision of no, as without tracing. */
export const newTraceId = (): string =>
  `Root=1-${randomBytes(4).toString('hex')}-${randomBytes(12).toString('hex')};Parent=${randomBytes(8).toString('hex')};Sampled=0`;

const keysOf = ({ accessKeyId, token }: RoleSession): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: createHash('sha256').update(accessKeyId).digest('base64').slice(0, 40),
  AWS_SESSION_TOKEN: token,
});

/**
 * A thread reaches the local AWS over HTTP only, and nothing of the machine's own AWS configuration may reach into it.
 *
 * @throws AwsError when the local AWS is not served: the thread would turn to the real one
 */
async function endpointOf({ lambda }: World, { code }: Settings): Promise<Record<string, string>> {
  const profiles = { AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull };
  if (lambda.endpoint === undefined && code.kind === 'in-process') return profiles;
  lambda.endpoint ??= await lambda.serve?.();
  if (lambda.endpoint !== undefined) return { ...profiles, AWS_ENDPOINT_URL: lambda.endpoint };
  throw new AwsError(
    'ServiceException',
    'The local AWS runs bundles of functions only while it is served over HTTP: listen first.',
    500,
  );
}
