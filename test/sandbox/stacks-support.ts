/** Small templates, deployed into a local AWS in this process whose time passes only when told to. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { virtualClock } from '../../infra/sandbox/clock.ts';
import { createLocalAws, type LocalAws } from '../../infra/sandbox/local-aws.ts';
import { callsOf } from '../../infra/sandbox/stacks/calls.ts';
import { deployStack, type StackOptions } from '../../infra/sandbox/stacks/deploy.ts';
import { functionNames } from '../functions/deployed.ts';

export const source = '111111111111';
export const destination = '222222222222';
export const region = 'eu-west-1';
export const here = { account: source, region };

export const aParameter = (Value: unknown, more: object = {}) => ({
  Type: 'AWS::SSM::Parameter',
  Properties: { Type: 'String', Value },
  ...more,
});

export const aQueue = (Properties: object = {}, more: object = {}) => ({ Type: 'AWS::SQS::Queue', Properties, ...more });

export const trustOf = (Service: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
});

export const allow = (Action: string | readonly string[], Resource: unknown, more: object = {}) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource, ...more }],
});

/** Built functions that do nothing, in a folder as the real ones are in. */
export function idleFunctions(folder: string): string {
  for (const name of functionNames) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, 'index.mjs'), 'export const handler = () => undefined;');
  }
  return folder;
}

/** A name to be filled in by `Fn::Sub`. */
export const hole = (name: string): string => `\${${name}}`;

export const refs = { ref: (Ref: string) => ({ Ref }), arn: (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] }) };

/** A local AWS, and stacks in it. */
export function aRegion(given?: LocalAws) {
  const clock = virtualClock();
  const aws = given ?? createLocalAws({ clock });
  const deploy = (
    Resources: object,
    { sections = {}, ...options }: Partial<StackOptions> & { readonly sections?: object } = {},
  ) => deployStack(aws, { ...here, stackName: 'test', template: { Resources, ...sections }, ...options });
  return { aws, clock, deploy, call: callsOf(aws, here) };
}

/** What it rejects with. @throws Error when it does not */
export async function failureOf(
  promise: Promise<unknown>,
): Promise<Error & { readonly logicalId?: string; readonly status?: string }> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof Error) return outcome;
  throw new Error('it did not fail');
}

/** Counts of what is there, by service. */
export const inventory = ({ world }: LocalAws) => ({
  queues: world.sqs.queues.size,
  topics: world.sns.topics.size,
  roles: [...world.iam.accounts.values()].reduce((sum, { roles }) => sum + roles.size, 0),
  functions: world.lambda.functions.size,
  mappings: world.lambda.mappings.size,
  rules: [...world.events.buses.values()].reduce((sum, { rules }) => sum + rules.size, 0),
  alarms: world.cloudwatch.alarms.size,
  schedules: world.scheduler.schedules.size,
});
