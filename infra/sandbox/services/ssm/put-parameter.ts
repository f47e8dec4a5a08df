import type * as ssm from '@aws-sdk/client-ssm';
import { AwsError, type CallContext } from '../../service.ts';
import { encryptingKey } from './encryption.ts';
import { homeOf, invalid, newName, notFound, tagsOf, valid } from './inputs.ts';
import { latestOf, type Parameter, type ParameterVersion } from './state.ts';

const tierHelp =
  'For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html';

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html */
export function putParameter(input: ssm.PutParameterCommandInput, call: CallContext) {
  const store = homeOf(call);
  const arnPrefix = `arn:aws:ssm:${call.region}:${call.caller.account}:parameter`;
  const name = newName(input.Name, arnPrefix);
  const known = store.get(name);
  checkOverwrite(input, known);
  const arn = `${arnPrefix}${name.startsWith('/') ? '' : '/'}${name}`;
  const plain = newVersion(input, call, known && latestOf(known));
  const tags = tagsOf(input.Tags);
  const version = { ...plain, keyArn: keyArnOf(plain, arn, call) };
  if (known) return addVersion(known, version);
  store.set(name, { name, arn, versions: [version], tags });
  return { Version: 1, Tier: version.tier };
}

function checkOverwrite({ Overwrite, Tags }: ssm.PutParameterCommandInput, known: Parameter | undefined): void {
  if (Overwrite && (Tags ?? []).length > 0) {
    throw invalid(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
    );
  }
  if (known && !Overwrite) {
    throw new AwsError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
}

const keyArnOf = ({ keyId, tier }: Plain, parameterArn: string, call: CallContext): string | undefined =>
  keyId === undefined ? undefined : encryptingKey({ parameterArn, keyId, tier }, call).arn;

/** Keeps 100 versions: the oldest goes, unless it carries a label. */
function addVersion(parameter: Parameter, version: ParameterVersion) {
  const [oldest] = parameter.versions;
  if (parameter.versions.length >= 100 && oldest) {
    if (oldest.labels.size > 0) throw tooManyVersions(parameter.name, oldest.version);
    parameter.versions.shift();
  }
  parameter.versions.push(version);
  return { Version: version.version, Tier: version.tier };
}

const tooManyVersions = (name: string, oldest: number): AwsError =>
  new AwsError(
    'ParameterMaxVersionLimitExceeded',
    `You attempted to create a new version of ${name} by calling the PutParameter API with the overwrite flag. Version ${oldest}, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.`,
  );

const types = ['String', 'StringList', 'SecureString'] as const;

/** A version before its key is asked for. */
type Plain = Omit<ParameterVersion, 'keyArn'>;

function newVersion(input: ssm.PutParameterCommandInput, call: CallContext, before: ParameterVersion | undefined): Plain {
  const type = valid.oneOf('type', input.Type, types) ?? before?.type;
  if (type === undefined) throw invalid('A parameter type is required when you create a parameter.');
  const value = valid.text('value', input.Value, { min: 1 });
  checkValue(value, input.AllowedPattern);
  return {
    version: (before?.version ?? 0) + 1,
    type,
    value,
    tier: tierOf(input, value, before),
    dataType:
      valid.oneOf('dataType', input.DataType, ['text', 'aws:ec2:image', 'aws:ssm:integration']) ?? before?.dataType ?? 'text',
    // Overwritten, a parameter keeps what is not given; Terraform's provider sends only what changed:
    // https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/ssm/parameter.go
    description: valid.optionalText('description', input.Description, { max: 1024 }) ?? before?.description,
    allowedPattern: input.AllowedPattern || undefined,
    keyId: type === 'SecureString' ? (input.KeyId ?? before?.keyId ?? 'alias/aws/ssm') : undefined,
    modified: call.world.clock.now(),
    modifiedBy: call.caller.arn,
    labels: new Set(),
  };
}

function checkValue(value: string, allowedPattern: string | undefined): void {
  // SSM takes {{name}} for a reference to another parameter and refuses to nest them:
  // https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
  if (/\{\{[\s\S]*\}\}/.test(value)) {
    throw invalid('Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.');
  }
  if (!allowedPattern || matchesWhole(allowedPattern, value)) return;
  throw new AwsError(
    'ParameterPatternMismatchException',
    `Parameter value, cannot be validated against allowedPattern: ${allowedPattern}`,
  );
}

function matchesWhole(pattern: string, value: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`).test(value);
  } catch {
    throw new AwsError('InvalidAllowedPatternException', `Invalid allowed pattern: ${pattern}`);
  }
}

/**
 * The tier a value ends up in: what is asked for, what it was, or what it needs.
 *
 * @throws AwsError when the value is too large for it; sizes count bytes of UTF-8
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
 */
function tierOf(input: ssm.PutParameterCommandInput, value: string, before: ParameterVersion | undefined): ssm.ParameterTier {
  const asked = valid.oneOf('tier', input.Tier, ['Standard', 'Advanced', 'Intelligent-Tiering']) ?? before?.tier ?? 'Standard';
  const size = Buffer.byteLength(value);
  if (asked === 'Standard' && before?.tier === 'Advanced') {
    throw invalid(
      `This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter. Be aware that standard parameters have a value limit of 4096 characters. ${tierHelp}`,
    );
  }
  const needed =
    asked === 'Intelligent-Tiering'
      ? size > 4096 || before?.tier === 'Advanced' || input.Policies
        ? 'Advanced'
        : 'Standard'
      : asked;
  if (needed === 'Standard' && size > 4096) {
    throw invalid(
      `Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. ${tierHelp}`,
    );
  }
  if (size > 8192) throw invalid('Advanced tier parameters support a maximum parameter value of 8192 characters.');
  return needed;
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-labels.html */
export function labelParameterVersion(input: ssm.LabelParameterVersionCommandInput, call: CallContext) {
  const parameter = homeOf(call).get(input.Name ?? '');
  if (!parameter) throw notFound(input.Name ?? '');
  const number = input.ParameterVersion ?? latestOf(parameter).version;
  const version = parameter.versions.find((one) => one.version === number);
  if (!version) throw versionNotFound(parameter.name, String(number));
  const labels = input.Labels ?? [];
  const wrong = labels.filter((label) => !/^[A-Za-z_.-][\w.-]{0,99}$/.test(label) || /^(aws|ssm)/i.test(label));
  const right = labels.filter((label) => !wrong.includes(label));
  if (new Set([...version.labels, ...right]).size > 10) {
    throw new AwsError('ParameterVersionLabelLimitExceeded', 'A parameter version can have maximum 10 labels.');
  }
  for (const label of right) {
    for (const other of parameter.versions) other.labels.delete(label);
    version.labels.add(label);
  }
  return { InvalidLabels: wrong, ParameterVersion: number };
}

export const versionNotFound = (name: string, selector: string): AwsError =>
  new AwsError(
    'ParameterVersionNotFound',
    `Systems Manager could not find version ${selector} of ${name}. Verify the version and try again.`,
  );
