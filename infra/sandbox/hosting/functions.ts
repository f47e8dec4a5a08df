/** Functions: made, changed and taken away. The API of Lambda and `functionHost` both come here. */
import { randomUUID } from 'node:crypto';
import { AwsError } from '../service.ts';
import type { Asynchronous, HostedFunction, Settings } from '../services/lambda/state.ts';
import type { World } from '../world.ts';
import { discardAll } from './environment.ts';
import { executionRole } from './execution-role.ts';

export interface Place {
  readonly account: string;
  readonly region: string;
  readonly name: string;
}

export const functionArn = ({ account, region, name }: Place): string => `arn:aws:lambda:${region}:${account}:function:${name}`;

/** What a function has that nobody set. https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
export const usualSettings = {
  handler: 'index.handler',
  runtime: 'nodejs24.x',
  environment: {},
  memoryMb: 128,
  timeoutSeconds: 3,
  description: '',
  architectures: ['x86_64'],
  deadLetterArn: undefined,
} satisfies Partial<Settings>;

export const usualAsynchronous: Asynchronous = {
  maximumRetryAttempts: 2,
  maximumEventAgeSeconds: 21_600,
  onSuccess: undefined,
  onFailure: undefined,
};

export const invalid = (message: string): AwsError => new AwsError('InvalidParameterValueException', message);

/** @throws AwsError `ResourceConflictException`, `InvalidParameterValueException` */
export function createFunction(world: World, place: Place, settings: Settings): HostedFunction {
  const arn = functionArn(place);
  if (world.lambda.functions.has(arn)) {
    throw new AwsError('ResourceConflictException', `Function already exist: ${place.name}`, 409);
  }
  if (!/^[\w-]{1,64}$/.test(place.name)) throw invalid(`The name ${place.name} is not one of a function.`);
  checkSettings(world, { ...place, arn }, settings);
  const fn: HostedFunction = {
    ...place,
    arn,
    settings,
    reservedConcurrency: undefined,
    asynchronous: usualAsynchronous,
    policy: new Map(),
    tags: new Map(),
    modifiedAt: world.clock.now(),
    revisionId: randomUUID(),
    idle: [],
    instances: new Set(),
    running: 0,
    log: [],
  };
  world.lambda.functions.set(arn, fn);
  return fn;
}

/** From the next invocation on. Environments with the old settings end when they are idle. @throws AwsError `InvalidParameterValueException` */
export function changeSettings(world: World, fn: HostedFunction, changes: Partial<Settings>): void {
  const settings = { ...fn.settings, ...changes };
  checkSettings(world, fn, settings);
  fn.settings = settings;
  fn.modifiedAt = world.clock.now();
  fn.revisionId = randomUUID();
  for (const instance of fn.idle.splice(0)) {
    fn.instances.delete(instance);
    void instance.dispose();
  }
}

function checkSettings(world: World, fn: Place & { readonly arn: string }, settings: Settings): void {
  const { memoryMb, timeoutSeconds, environment } = settings;
  checkWhole('memorySize', memoryMb, 128, 10_240);
  checkWhole('timeout', timeoutSeconds, 1, 900);
  const reserved = Object.keys(environment).find(isReserved);
  if (reserved !== undefined) {
    const message = `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved}`;
    throw invalid(message);
  }
  const bytes = Object.entries(environment).reduce((sum, pair) => sum + Buffer.byteLength(pair.join('')), 0);
  if (bytes > 4096) {
    throw invalid('Lambda was unable to configure your environment variables because the environment variables exceed 4KB.');
  }
  executionRole(world, fn, settings.role);
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const isReserved = (name: string): boolean =>
  /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_(DEFAULT_REGION|REGION|EXECUTION_ENV|LAMBDA_.*|ACCESS_KEY(_ID)?|SECRET_ACCESS_KEY|SESSION_TOKEN)|LAMBDA_(TASK_ROOT|RUNTIME_DIR))$/.test(
    name,
  );

/** In the words of Lambda's own validation. */
export function checkWhole(member: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  const bound = value > max ? `less than or equal to ${max}` : `greater than or equal to ${min}`;
  const message = `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must have value ${bound}`;
  throw new AwsError('ValidationException', message);
}

/** Its environments end at once, whatever runs in them. Mappings stay, as in AWS, and find nobody. */
export async function deleteFunction(world: World, fn: HostedFunction): Promise<void> {
  world.lambda.functions.delete(fn.arn);
  await discardAll(fn);
}

/** @param concurrency undefined: none is reserved @throws AwsError `InvalidParameterValueException` when too little is left for the others */
export function reserveConcurrency(world: World, fn: HostedFunction, concurrency: number | undefined): void {
  const { functions, accountConcurrency } = world.lambda;
  const others = [...functions.values()].filter(
    (other) => other !== fn && other.account === fn.account && other.region === fn.region,
  );
  const reserved = others.reduce((sum, { reservedConcurrency = 0 }) => sum + reservedConcurrency, concurrency ?? 0);
  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
  const floor = Math.min(100, accountConcurrency);
  if (concurrency !== undefined && concurrency > 0 && accountConcurrency - reserved < floor) {
    throw invalid(
      `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${floor}].`,
    );
  }
  fn.reservedConcurrency = concurrency;
}

/** @throws AwsError `ValidationException` */
export function configureAsynchronous(fn: HostedFunction, changes: Partial<Asynchronous>): void {
  const asynchronous = { ...fn.asynchronous, ...changes };
  checkWhole('maximumRetryAttempts', asynchronous.maximumRetryAttempts, 0, 2);
  checkWhole('maximumEventAgeInSeconds', asynchronous.maximumEventAgeSeconds, 60, 21_600);
  fn.asynchronous = asynchronous;
}
