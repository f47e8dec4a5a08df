/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html */
import { InvalidTemplate, type Json, type ParameterDefinition } from './template.ts';

/** Reads a parameter of Parameter Store. @returns undefined: there is none */
export type StoredValue = (name: string) => Promise<string | undefined>;

/** CDK's own, about how the account was bootstrapped; nothing refers to it but a rule that is not judged here. */
const aboutBootstrapping = 'BootstrapVersion';

/**
 * The values of a template's parameters: as given, or by default. Lists become lists.
 *
 * @throws InvalidTemplate for what is missing, unknown or not allowed
 */
export async function parametersOf(
  definitions: Readonly<Record<string, ParameterDefinition>>,
  given: Readonly<Record<string, string>>,
  stored: StoredValue,
): Promise<ReadonlyMap<string, Json>> {
  const unknown = Object.keys(given).filter((name) => !(name in definitions));
  if (unknown.length > 0) throw new InvalidTemplate(`Parameters: [${unknown.join(', ')}] do not exist in the template`);
  const texts = Object.entries(definitions).map(([name, { Default }]) => [name, given[name] ?? asText(Default)] as const);
  const missing = texts.filter(([, text]) => text === undefined).map(([name]) => name);
  if (missing.length > 0) throw new InvalidTemplate(`Parameters: [${missing.join(', ')}] must have values`);
  const values = texts.map(async ([name, text = '']) => {
    const definition = definitions[name] as ParameterDefinition;
    check(name, text, definition);
    return [name, await parameterValue(name, text, definition, stored)] as const;
  });
  return new Map(await Promise.all(values));
}

const asText = (value: Json | undefined): string | undefined => (value === undefined ? undefined : String(value));

async function parameterValue(name: string, text: string, { Type }: ParameterDefinition, stored: StoredValue): Promise<Json> {
  const fromStore = /^AWS::SSM::Parameter::Value<(.+)>$/.exec(Type)?.[1];
  if (fromStore === undefined) return isListType(name, Type) ? listIn(text) : text;
  const value = (await stored(text)) ?? (name === aboutBootstrapping ? '' : undefined);
  if (value === undefined)
    throw new InvalidTemplate(`Unable to fetch parameters [${text}] from parameter store for this account.`);
  return isListType(name, fromStore) ? listIn(value) : value;
}

const listIn = (text: string): readonly string[] => text.split(',').map((one) => one.trim());

function isListType(name: string, type: string): boolean {
  if (type === 'CommaDelimitedList' || type.startsWith('List<')) return true;
  if (type === 'String' || type === 'Number' || type.startsWith('AWS::')) return false;
  throw new InvalidTemplate(`Parameter ${name}: the local AWS does not know the type ${type}.`);
}

function check(name: string, text: string, definition: ParameterDefinition): void {
  const { AllowedValues, AllowedPattern, ConstraintDescription, Type } = definition;
  const refuse = (why: string): never => {
    throw new InvalidTemplate(`Parameter ${name} failed to satisfy constraint: ${ConstraintDescription ?? why}`);
  };
  if (AllowedValues && !AllowedValues.map(String).includes(text))
    refuse(`Member must satisfy enum value set: [${AllowedValues.join(', ')}]`);
  if (AllowedPattern !== undefined && !new RegExp(`^(?:${AllowedPattern})$`).test(text))
    refuse(`must match pattern ${AllowedPattern}`);
  if (Type === 'Number' && (text.trim() === '' || Number.isNaN(Number(text)))) {
    throw new InvalidTemplate(`Parameter ${name} must be a number.`);
  }
  const [low, high, size] =
    Type === 'Number'
      ? [definition.MinValue, definition.MaxValue, Number(text)]
      : [definition.MinLength, definition.MaxLength, text.length];
  if ((low !== undefined && size < low) || (high !== undefined && size > high)) {
    refuse(`must be from ${low ?? 'any'} to ${high ?? 'any'}${Type === 'Number' ? '' : ' characters long'}`);
  }
}
