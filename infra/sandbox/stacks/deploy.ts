/**
 * Stacks on the local AWS: the templates that `cdk synth` writes, in the accounts and regions they are meant for. What is in them is made
 * through the local AWS's own services, which refuse what AWS refuses.
 *
 * ```ts
 * const stack = await deployStack(aws, { template, stackName: 'hub', account: '333333333333', region: 'eu-west-1', assets });
 * // … stack.outputs …
 * await removeStack(aws, stack);
 * ```
 *
 * Functions run when the local AWS listens, or a `functionHost` of it is open.
 */
import { randomUUID } from 'node:crypto';
import type { LocalAws } from '../local-aws.ts';
import { callsOf, isGone, type Place } from './calls.ts';
import { conditionsOf } from './conditions.ts';
import type { DeployedResource, DeployedStack, Leftover } from './deployed.ts';
import { resolve, type Scope } from './intrinsics.ts';
import { dropAll, dropRest } from './leaving.ts';
import { generatedName } from './names.ts';
import { checkOutputs, orderOf } from './order.ts';
import { ResourceFailed, rolledBack } from './outcome.ts';
import { outputsOf, refuseImported } from './outputs.ts';
import { parametersOf } from './parameters.ts';
import type { Here, Properties } from './resource-type.ts';
import { newScope, type Values } from './scope.ts';
import { findStack, type Kept, type Stack, stacksIn, stacksOf } from './stack-state.ts';
import { aboutResource, InvalidTemplate, isObject, type ResourceDefinition, readTemplate, type Template } from './template.ts';
import { bring, checkResource, type Turn } from './turn.ts';

export interface StackOptions extends Place {
  /** JSON, or what was parsed of it. */
  readonly template: string | object;
  readonly stackName: string;
  readonly parameters?: Readonly<Record<string, string>>;
  /** Paths of what was published with the template, by `S3Key`. */
  readonly assets?: Readonly<Record<string, string>>;
  /** Exports of stacks that are not here, by name. */
  readonly exports?: Readonly<Record<string, string>>;
}

/**
 * Makes a stack, or brings one of that name in that place to its template: what is new is made, what changed is updated or replaced, what is
 * no longer in the template is removed.
 *
 * @throws InvalidTemplate before anything is made; StackFailed after a rollback, naming the resource
 */
export async function deployStack(aws: LocalAws, options: StackOptions): Promise<DeployedStack> {
  const template = readTemplate(options.template);
  const known = findStack(aws.world, options, options.stackName);
  const stack = known ?? newStack(options);
  const values = await valuesOf(aws, template, options, stack);
  for (const name of Object.keys(template.Conditions)) values.condition(name);
  const order = orderOf(template, values.condition);
  checkOutputs(template, order, values.condition);
  for (const id of order) checkResource(id, template.Resources[id] as ResourceDefinition);
  const turn = newTurn(aws, options, stack);
  const scope = newScope(values, turn.now);
  try {
    await bringAll(turn, order, template, scope);
    const outputs = outputsOf(aws, template, values, scope, stack);
    Object.assign(stack, { ...outputs, imports: values.imports });
  } catch (error) {
    throw await rolledBack(turn, stack, known !== undefined, error);
  }
  stack.resources = turn.now;
  stack.left = [...stack.left, ...(await dropRest(turn))];
  stacksOf(aws.world).set(stack.id, stack);
  return shown(stack);
}

const newStack = ({ account, region, stackName }: StackOptions): Stack => {
  if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(stackName)) throw new InvalidTemplate(`${stackName} is no name of a stack.`);
  return {
    ...{ account, region, name: stackName },
    id: `arn:aws:cloudformation:${region}:${account}:stack/${stackName}/${randomUUID()}`,
    ...{ resources: new Map(), outputs: {}, exports: new Map(), imports: new Set(), left: [] },
  };
};

async function valuesOf(aws: LocalAws, template: Template, options: StackOptions, stack: Stack): Promise<Values> {
  const { parameters = {}, exports = {} } = options;
  const call = callsOf(aws, options);
  const stored = async (Name: string): Promise<string | undefined> => {
    try {
      const { Parameter } = await call('ssm:GetParameter', { Name });
      return isObject(Parameter) ? String(Parameter.Value) : undefined;
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  };
  const exported = new Map([...Object.entries(exports), ...stacksIn(aws.world, stack).flatMap((one) => [...one.exports])]);
  const partial = {
    ...{ stack, exported, mappings: template.Mappings, imports: new Set<string>() },
    parameters: await parametersOf(template.Parameters, parameters, stored),
  };
  const scope = newScope({ ...partial, condition: () => false }, new Map());
  return { ...partial, condition: conditionsOf(template.Conditions, scope) };
}

function newTurn(aws: LocalAws, { assets = {} }: Pick<StackOptions, 'assets'>, stack: Stack): Turn {
  const { account, region } = stack;
  const call = callsOf(aws, stack);
  const hereFor = (logicalId: string): Here => ({
    ...{ account, region, call, logicalId, stackName: stack.name },
    named: (longest) => generatedName(stack.name, logicalId, longest),
    asset: (key) => {
      const path = assets[key];
      if (path === undefined) throw new InvalidTemplate(`There is no asset ${key} beside the template.`);
      return path;
    },
    deployElsewhere: (place, stackName, template, parameters) =>
      deployStack(aws, { ...place, stackName, template, parameters, assets }),
    removeElsewhere: async (stackId) => {
      const other = stacksOf(aws.world).get(stackId);
      const left = other ? await removeStack(aws, other) : [];
      if (!other || !stacksOf(aws.world).has(stackId)) return;
      const why = left.map(({ logicalId: id, because }) => `${id}: ${because}`).join('; ');
      throw new Error(`Stack ${other.name} in ${other.account}, ${other.region} could not be deleted: ${why}`);
    },
  });
  return { before: stack.resources, now: new Map(), undo: [], replaced: [], retained: [], hereFor };
}

async function bringAll(turn: Turn, order: readonly string[], { Resources }: Template, scope: Scope): Promise<void> {
  for (const id of order) {
    const definition = Resources[id] as ResourceDefinition;
    try {
      const properties = aboutResource(id, () => resolve(definition.Properties ?? {}, scope)) as Properties;
      await bring(turn, id, definition, properties);
    } catch (error) {
      throw new ResourceFailed(id, definition.Type, error);
    }
  }
}

/**
 * Removes all that is of a stack, the last made first. While something cannot be deleted, the stack stays with that, and can be removed again.
 *
 * @returns what was left: retained by its DeletionPolicy, or not to be deleted, each with the reason
 * @throws Error when another stack imports what it exports
 */
export async function removeStack(
  aws: LocalAws,
  { id, account, region }: Pick<DeployedStack, 'id' | 'account' | 'region'>,
): Promise<readonly Leftover[]> {
  const stack = stacksOf(aws.world).get(id);
  if (!stack) return [];
  const others = stacksIn(aws.world, { account, region }).filter((other) => other.id !== id);
  for (const name of stack.exports.keys()) refuseImported(name, others, 'delete');
  const { hereFor } = newTurn(aws, {}, stack);
  const left = await dropAll([...stack.resources.values()].reverse(), 'deletionPolicy', hereFor);
  const undeleted = [...stack.resources].filter(([, kept]) => isUndeleted(kept, left));
  if (undeleted.length === 0) stacksOf(aws.world).delete(id);
  else Object.assign(stack, { resources: new Map(undeleted), outputs: {}, exports: new Map(), imports: new Set() });
  return [...stack.left, ...left];
}

const isUndeleted = ({ logicalId, deletionPolicy }: Kept, left: readonly Leftover[]): boolean =>
  deletionPolicy === 'Delete' && left.some((one) => one.logicalId === logicalId);

function shown({ id, name, account, region, outputs, resources, left }: Stack): DeployedStack {
  const all = [...resources].map(([logicalId, { type, made }]): [string, DeployedResource] => [
    logicalId,
    { logicalId, type, ...made },
  ]);
  return { id, name, account, region, outputs, left, resources: new Map(all) };
}
