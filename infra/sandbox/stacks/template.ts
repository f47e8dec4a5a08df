/**
 * A CloudFormation template as `cdk synth` writes it.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
 */

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

export interface ResourceDefinition {
  readonly Type: string;
  readonly Properties?: JsonObject;
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface ParameterDefinition {
  readonly Type: string;
  readonly Default?: Json;
  readonly AllowedValues?: readonly Json[];
  readonly AllowedPattern?: string;
  readonly ConstraintDescription?: string;
  readonly MinLength?: number;
  readonly MaxLength?: number;
  readonly MinValue?: number;
  readonly MaxValue?: number;
}

export interface OutputDefinition {
  readonly Value: Json;
  readonly Condition?: string;
  readonly Export?: { readonly Name: Json };
}

type Named<T> = Readonly<Record<string, T>>;

export interface Template {
  readonly Parameters: Named<ParameterDefinition>;
  readonly Mappings: Named<Named<Named<Json>>>;
  readonly Conditions: Named<Json>;
  readonly Resources: Named<ResourceDefinition>;
  readonly Outputs: Named<OutputDefinition>;
}

/** What a template says that cannot be: it is found before anything is made. */
export class InvalidTemplate extends Error {
  override readonly name = 'InvalidTemplate';
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** `Rules` are assertions about parameters; CDK writes one, about its own bootstrapping, which has no meaning here. */
const sections = ['Parameters', 'Mappings', 'Conditions', 'Resources', 'Outputs', 'Rules'];
const unread = ['AWSTemplateFormatVersion', 'Description', 'Metadata'];
const partsOfResource = [
  ...['Type', 'Properties', 'Condition', 'DependsOn', 'DeletionPolicy', 'UpdateReplacePolicy'],
  ...['Metadata', 'Description'],
];

/** What can happen to a resource that goes. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html */
const fates = ['Delete', 'Retain', 'RetainExceptOnCreate'];

/** @param source JSON, or what was parsed of it @throws InvalidTemplate */
export function readTemplate(source: string | object): Template {
  const template = typeof source === 'string' ? parse(source) : source;
  if (!isObject(template)) throw new InvalidTemplate('Template format error: it is no object.');
  for (const name of Object.keys(template)) {
    if (![...sections, ...unread].includes(name)) throw new InvalidTemplate(`Invalid template property or properties [${name}]`);
  }
  const found = Object.fromEntries(sections.map((name) => [name, template[name] ?? {}])) as Named<JsonObject>;
  for (const name of Object.keys(found.Rules ?? {})) checkRule(name);
  const { Resources = {} } = found;
  if (Object.keys(Resources).length === 0) {
    throw new InvalidTemplate('Template format error: At least one Resources member must be defined.');
  }
  for (const [id, resource] of Object.entries(Resources)) checkResource(id, resource);
  return found as unknown as Template;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidTemplate('Template format error: it is not JSON.', { cause });
  }
}

function checkRule(name: string): void {
  if (name !== 'CheckBootstrapVersion') throw new InvalidTemplate(`Rule ${name}: the local AWS does not know rules.`);
}

function checkResource(id: string, resource: Json): void {
  if (!/^[A-Za-z0-9]+$/.test(id)) throw new InvalidTemplate(`Template format error: Resource name ${id} is non alphanumeric.`);
  if (!isObject(resource) || typeof resource.Type !== 'string') {
    throw new InvalidTemplate(`Template format error: [/Resources/${id}] Every Resources object must contain a Type member.`);
  }
  const unknown = Object.keys(resource).find((part) => !partsOfResource.includes(part));
  if (unknown !== undefined) throw new InvalidTemplate(`Resource ${id}: the local AWS does not know ${unknown} of a resource.`);
  for (const fate of [resource.DeletionPolicy, resource.UpdateReplacePolicy]) {
    if (fate === undefined || fates.some((known) => known === fate)) continue;
    throw new InvalidTemplate(`Resource ${id}: the local AWS does not know the policy ${JSON.stringify(fate)}.`);
  }
}

/** Says which resource it is about. */
export function aboutResource<T>(logicalId: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof InvalidTemplate) || error.message.startsWith('Resource ')) throw error;
    throw new InvalidTemplate(`Resource ${logicalId}: ${error.message}`, { cause: error });
  }
}
