/**
 * The controller on the local AWS: the stacks that the build synthesized, with their roles, rules, queues and schedules.
 *
 * ```ts
 * const hub = await installHub(aws, { dist: 'dist' });
 * // … a document under /lockstep/desired-state/, and a change in 111111111111 or 222222222222: they are answered …
 * await hub.close();
 * ```
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DisableRuleCommand, EnableRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { settingsFrom } from '../../functions/settings.ts';
import { functionHost } from './hosting/function-host.ts';
import type { LocalAws } from './local-aws.ts';
import { loadAssembly } from './stacks/assembly.ts';
import type { DeployedResource, DeployedStack } from './stacks/deployed.ts';

export interface HubOptions {
  /** Variables of the functions, in place of those of the templates. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Accounts whose people may act as the controller's roles too, e.g. with `lockstep plan`. */
  readonly people?: readonly string[];
  /** Folder of what was built. */
  readonly dist: string;
}

export interface Hub {
  readonly account: string;
  readonly region: string;
  readonly tableName: string;
  readonly tableArn: string;
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly deadLetterUrl: string;
  readonly topicArn: string;
  readonly busName: string;
  /** ARNs by name, without the prefix that all have. */
  readonly functions: Readonly<Record<string, string>>;
  /** What the functions have, beside what Lambda itself gives them: to run them by hand. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of the event source mapping that feeds `reconcile`. */
  readonly mapping: string;
  /** Has the spokes forward nothing any more, or everything again. */
  forwarding(isOn: boolean): Promise<void>;
  /** Ends the functions, at once. The rest stays. */
  close(): Promise<void>;
}

/**
 * Installs the controller once, in account 333333333333, in a local AWS that listens.
 *
 * @throws Error when it does not listen, or when the stacks are not built; BadEnvironment for settings the functions would refuse
 */
export async function installHub(aws: LocalAws, { settings = {}, people = [], dist }: HubOptions): Promise<Hub> {
  const { endpoint } = aws.world.lambda;
  if (endpoint === undefined) throw new Error('The controller needs a local AWS that listens.');
  const assembly = join(dist, 'stacks');
  if (!existsSync(join(assembly, 'manifest.json'))) throw new Error('The stacks are not built: run `npm run build` first.');
  const stacks = [...(await loadAssembly(aws, assembly, { change: (template) => changed(template, settings, people) })).values()];
  const hub = hubIn(
    aws,
    stacks.find(({ name }) => name === 'lockstep-hub'),
  );
  settingsFrom(hub.environment, { tells: true });
  return { ...hub, forwarding: (isOn) => forward(stacks, endpoint, isOn), close: () => functionHost(aws).close() };
}

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

type Statements = { readonly Statement: readonly object[] };

/** What is particular to trying things out. */
function changed(template: string, settings: Readonly<Record<string, string>>, people: readonly string[]): object {
  const { Resources, ...rest } = JSON.parse(template) as { readonly Resources: Readonly<Record<string, Resource>> };
  const variables = (properties: Resource['Properties']) => ({
    Environment: { Variables: { ...(properties.Environment as { readonly Variables: object }).Variables, ...settings } },
  });
  const trust = ({ AssumeRolePolicyDocument }: Resource['Properties']) => ({
    AssumeRolePolicyDocument: {
      ...(AssumeRolePolicyDocument as Statements),
      Statement: [...(AssumeRolePolicyDocument as Statements).Statement, peopleMayAssume(people)],
    },
  });
  const change = ({ Type, Properties, ...one }: Resource): object => ({
    ...{ ...one, Type },
    Properties: {
      ...Properties,
      ...(Type === 'AWS::Lambda::Function' && variables(Properties)),
      // Reports of failures wait for each other half a minute, people who try things out do not.
      ...(Properties.MaximumBatchingWindowInSeconds !== undefined && { MaximumBatchingWindowInSeconds: 1 }),
      ...(Type === 'AWS::IAM::Role' && people.length > 0 && isSpokeRole(Properties) && trust(Properties)),
    },
  });
  return { ...rest, Resources: Object.fromEntries(Object.entries(Resources).map(([id, one]) => [id, change(one)])) };
}

const isSpokeRole = ({ RoleName }: Resource['Properties']): boolean =>
  RoleName === 'lockstep-observer' || RoleName === 'lockstep-healer';

const peopleMayAssume = (people: readonly string[]): object => ({
  ...{ Sid: 'PeopleTryThingsOut', Effect: 'Allow', Action: 'sts:AssumeRole' },
  Principal: { AWS: people.map((account) => `arn:aws:iam::${account}:root`) },
});

function hubIn({ world }: LocalAws, stack: DeployedStack | undefined): Omit<Hub, 'forwarding' | 'close'> {
  if (stack === undefined) throw new Error('The stacks have no lockstep-hub: run `npm run build` again.');
  const functions = allIn(stack, 'AWS::Lambda::Function').map(({ id, attributes: { Arn = '' } }) => [id, Arn] as const);
  const queue = theIn(stack, 'AWS::SQS::Queue', ({ attributes }) => attributes.QueueName === 'lockstep.fifo');
  const table = theIn(stack, 'AWS::DynamoDB::Table');
  const queueArn = queue.attributes.Arn ?? '';
  return {
    ...{ account: stack.account, region: stack.region },
    ...{ tableName: table.id, tableArn: table.attributes.Arn ?? '', queueUrl: queue.id, queueArn },
    deadLetterUrl: theIn(stack, 'AWS::SQS::Queue', ({ attributes }) => attributes.QueueName === 'lockstep-dead.fifo').id,
    topicArn: theIn(stack, 'AWS::SNS::Topic').id,
    busName: theIn(stack, 'AWS::Events::EventBus').id,
    functions: Object.fromEntries(functions.map(([name, arn]) => [name.replace('lockstep-', ''), arn])),
    environment: world.lambda.functions.get(functions[0]?.[1] ?? '')?.settings.environment ?? {},
    mapping: [...world.lambda.mappings.values()].find(({ queueArn: from }) => from === queueArn)?.uuid ?? '',
  };
}

const allIn = ({ resources }: DeployedStack, type: string): readonly DeployedResource[] =>
  [...resources.values()].filter((resource) => resource.type === type);

function theIn(stack: DeployedStack, type: string, isIt: (resource: DeployedResource) => boolean = () => true): DeployedResource {
  const found = allIn(stack, type).find(isIt);
  if (!found) throw new Error(`The stack ${stack.name} has no such ${type}.`);
  return found;
}

async function forward(stacks: readonly DeployedStack[], endpoint: string, isOn: boolean): Promise<void> {
  const Command = isOn ? EnableRuleCommand : DisableRuleCommand;
  const places = stacks.filter((stack) => allIn(stack, 'AWS::Events::Rule').some(({ id }) => id === 'lockstep-forward'));
  await Promise.all(
    places.map(({ account, region }) =>
      new EventBridgeClient({ endpoint, region, credentials: { accessKeyId: account, secretAccessKey: 'local' } }).send(
        new Command({ Name: 'lockstep-forward' }),
      ),
    ),
  );
}
