/** What the functions of one template see: pseudo parameters, parameters, and the resources made so far. */
import type { Scope } from './intrinsics.ts';
import type { Kept, Stack } from './stack-state.ts';
import { InvalidTemplate, type Json, type Template } from './template.ts';

export interface Values {
  readonly stack: Pick<Stack, 'id' | 'name' | 'account' | 'region'>;
  readonly parameters: ReadonlyMap<string, Json>;
  readonly mappings: Template['Mappings'];
  readonly condition: (name: string) => boolean;
  /** Exports of the stacks of this account and region. */
  readonly exported: ReadonlyMap<string, string>;
  /** Which of them were asked for. */
  readonly imports: Set<string>;
}

export function newScope(values: Values, resources: ReadonlyMap<string, Kept>): Scope {
  const { parameters, mappings, condition, exported, imports } = values;
  const pseudo = pseudoParameters(values);
  const resource = (id: string): Kept['made'] => {
    const found = resources.get(id);
    if (found) return found.made;
    throw new InvalidTemplate(`Template format error: Unresolved resource dependencies [${id}] in the template`);
  };
  return {
    condition,
    ref: (name) => pseudo[name] ?? parameters.get(name) ?? resource(name).id,
    attribute(id, name) {
      const value = resource(id).attributes[name];
      if (value !== undefined) return value;
      throw new InvalidTemplate(`Template error: resource ${id} does not support attribute type ${name} in Fn::GetAtt`);
    },
    mapped(map, top, second) {
      const value = mappings[map]?.[top]?.[second];
      if (value !== undefined) return value;
      throw new InvalidTemplate(`Template error: Unable to get mapping for ${map}::${top}::${second}`);
    },
    imported(name) {
      const value = exported.get(name);
      if (value === undefined) throw new InvalidTemplate(`No export named ${name} found.`);
      imports.add(name);
      return value;
    },
  };
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html */
function pseudoParameters({ stack }: Values): Readonly<Record<string, Json>> {
  const { partition, suffix } = partitionOf(stack.region);
  return {
    'AWS::AccountId': stack.account,
    'AWS::NotificationARNs': [],
    'AWS::Partition': partition,
    'AWS::Region': stack.region,
    'AWS::StackId': stack.id,
    'AWS::StackName': stack.name,
    'AWS::URLSuffix': suffix,
  };
}

function partitionOf(region: string): { readonly partition: string; readonly suffix: string } {
  if (region.startsWith('cn-')) return { partition: 'aws-cn', suffix: 'amazonaws.com.cn' };
  return { partition: region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws', suffix: 'amazonaws.com' };
}
