/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html */
import type { LocalAws } from '../local-aws.ts';
import { resolve, type Scope } from './intrinsics.ts';
import type { Values } from './scope.ts';
import { type Stack, stacksIn } from './stack-state.ts';
import { InvalidTemplate, type Template } from './template.ts';

interface Given {
  readonly outputs: Stack['outputs'];
  readonly exports: Stack['exports'];
}

/** @throws Error for an export that another stack has, and for a change of one that another stack imports */
export function outputsOf(aws: LocalAws, { Outputs }: Template, { condition }: Values, scope: Scope, stack: Stack): Given {
  const exports = new Map<string, string>();
  const outputs: Record<string, string> = {};
  for (const [name, { Value, Condition, Export }] of Object.entries(Outputs)) {
    if (Condition !== undefined && !condition(Condition)) continue;
    outputs[name] = textFor(name, resolve(Value, scope));
    if (Export) exports.set(textFor(name, resolve(Export.Name, scope)), outputs[name]);
  }
  const others = stacksIn(aws.world, stack).filter(({ id }) => id !== stack.id);
  for (const name of exports.keys()) {
    const owner = others.find((other) => other.exports.has(name));
    if (owner) throw new Error(`Export with name ${name} is already exported by stack ${owner.name}`);
  }
  for (const name of stack.exports.keys()) {
    if (stack.exports.get(name) !== exports.get(name)) refuseImported(name, others, 'update');
  }
  return { outputs, exports };
}

function textFor(name: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new InvalidTemplate(
    `Template format error: Output ${name} is malformed. The Value field of every Outputs member must evaluate to a String.`,
  );
}

/** @throws Error when one of the others imports it */
export function refuseImported(name: string, others: readonly Stack[], verb: string): void {
  const user = others.find(({ imports }) => imports.has(name));
  if (user) throw new Error(`Cannot ${verb} export ${name} as it is in use by ${user.name}.`);
}
