import { basename } from 'node:path';
import type { AwsGateway } from '../../../shared/model/aws-call.ts';
import type { Difference } from '../../../shared/model/finding.ts';
import { differencesText } from '../../../shared/text/differences.ts';
import { indent, paint, printable } from '../../../shared/text/text.ts';
import { type Cli, printJson, userAgentOf } from '../cli.ts';
import { documentValue, parameterJson } from '../document-json.ts';
import { type DocumentText, documentTexts } from '../document-text.ts';
import { insistOnOne, parseDocuments } from '../documents.ts';
import { CommandFailure, type ExitCode, exitCode } from '../failure.ts';
import { asFolder, defaultPath, putParameter, readParameters, type StoredDocument } from '../parameters.ts';
import { canAsk, confirmed } from '../terminal.ts';
import { valueDifferences } from '../value-differences.ts';
import { styleOf } from './show.ts';

export interface PushOptions {
  readonly path?: string;
  readonly region?: string;
  /** undefined: the file's name without its ending. */
  readonly name?: string;
  readonly yes: boolean;
  readonly json: boolean;
}

interface Push {
  readonly parameter: string;
  readonly json: string;
  readonly tier: 'Standard' | 'Advanced';
  /** undefined: a new parameter. */
  readonly current: StoredDocument | undefined;
  readonly differences: readonly Difference[];
}

// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
const parameterName = /^[\w.-]{1,200}$/;

function nameOf(file: string, given: string | undefined): string {
  if (given === undefined && file === '-')
    throw new CommandFailure('A document from the standard input needs a name: add --name NAME.');
  const name = given ?? basename(file).replace(/\.(json|ya?ml)$/i, '');
  if (parameterName.test(name)) return name;
  throw new CommandFailure(
    `"${name}" cannot be the name of a parameter: it may have letters, digits, dots, hyphens and underscores.`,
    {
      hint: 'Choose another with --name NAME.',
    },
  );
}

/** The others in Parameter Store stay in force: the new one must go with them. What is wrong with them is not its fault. */
async function insistOnHarmony(cli: Cli, text: DocumentText, others: readonly StoredDocument[]): Promise<void> {
  const stored = others.map(({ name, text: json }): DocumentText => ({ name, text: json, language: 'json' }));
  const { accepted, rejected } = await parseDocuments(cli, [...stored, text]);
  const isOurs = ({ name }: { readonly name: string }) => name === text.name;
  insistOnOne({ accepted: accepted.filter(isOurs), rejected: rejected.filter(({ document }) => document === text.name) });
}

function currentValue(current: StoredDocument | undefined): unknown {
  try {
    return current && JSON.parse(current.text);
  } catch {
    return current?.text;
  }
}

async function prepare(cli: Cli, text: DocumentText, parameter: string, current: StoredDocument | undefined): Promise<Push> {
  const { sizeFault, parameterTier } = await cli.core.desiredState();
  const json = await parameterJson(text);
  const tooLarge = sizeFault(json);
  if (tooLarge)
    throw new CommandFailure(`${text.name} does not fit into a parameter.`, { faults: [{ document: text.name, ...tooLarge }] });
  const differences = valueDifferences(currentValue(current), await documentValue(text));
  return { parameter, json, tier: parameterTier(json) ?? 'Advanced', current, differences };
}

const tierText = ({ tier, json }: Push): string =>
  `${Buffer.byteLength(json).toLocaleString('en')} bytes, ${tier === 'Standard' ? 'standard tier' : 'advanced tier: over 4,096 bytes, which AWS charges for'}`;

function changeText(cli: Cli, push: Push): string {
  const style = styleOf(cli);
  const head = `${paint(style, 'bold', printable(push.parameter))}  ${push.current ? `version ${push.current.version ?? '?'}` : 'new'}  (${tierText(push)})`;
  return `${head}\n${indent(differencesText(style, push.differences), 2)}\n`;
}

// An advanced parameter can never become a standard one again, so a parameter that is there keeps its tier while the document fits:
// https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
const tierFor = ({ tier, current }: Push) => (tier === 'Standard' && current ? {} : { Tier: tier });

/** The document, valid in itself. Asked for before AWS is. */
async function validText(cli: Cli, file: string): Promise<DocumentText> {
  const [text] = await documentTexts([file], cli.terminal);
  if (!text) throw new CommandFailure('Name one file.');
  insistOnOne(await parseDocuments(cli, [text]));
  return text;
}

async function put(cli: Cli, hub: AwsGateway, prepared: Push, json: boolean): Promise<ExitCode> {
  const { parameter, current } = prepared;
  const input = {
    Name: parameter,
    Value: prepared.json,
    Type: 'String',
    Overwrite: current !== undefined,
    ...tierFor(prepared),
  } as const;
  const version = await putParameter(hub, input);
  if (json) printJson(cli, { ...reportOf(prepared), changed: true, parameterVersion: version });
  else
    cli.terminal.stdout.write(
      `Put as version ${version ?? '?'}. A deployed Lockstep acts on it at once; \`lockstep plan\` shows what it means.\n`,
    );
  return exitCode.inSync;
}

const reportOf = ({ parameter, tier, json, differences }: Push) => ({
  version: 1,
  command: 'push',
  parameter,
  tier,
  bytes: Buffer.byteLength(json),
  differences,
});

function unchanged(cli: Cli, prepared: Push, json: boolean): ExitCode {
  if (json) printJson(cli, { ...reportOf(prepared), changed: false, parameterVersion: prepared.current?.version });
  else cli.terminal.stdout.write(`${printable(prepared.parameter)} says this already.\n`);
  return exitCode.inSync;
}

/** Validates a document, shows what it changes, and puts it into Parameter Store. Puts nothing when it would say the same. */
export async function push(cli: Cli, file: string, options: PushOptions): Promise<ExitCode> {
  const { terminal } = cli;
  const parameter = `${asFolder(options.path ?? defaultPath)}${nameOf(file, options.name)}`;
  const text = await validText(cli, file);
  const hub = await cli.core.hub({
    userAgent: userAgentOf(cli),
    ...(options.region !== undefined && { region: options.region }),
  });
  const stored = await readParameters(hub, options.path ?? defaultPath);
  await insistOnHarmony(
    cli,
    text,
    stored.filter(({ name }) => name !== parameter),
  );
  const prepared = await prepare(
    cli,
    text,
    parameter,
    stored.find(({ name }) => name === parameter),
  );
  if (prepared.differences.length === 0) return unchanged(cli, prepared, options.json);
  if (!options.json) terminal.stdout.write(changeText(cli, prepared));
  const asks = !options.yes && !options.json && canAsk(terminal);
  if (asks && !(await confirmed(terminal, 'Put it into Parameter Store?'))) {
    terminal.stderr.write('Nothing was changed.\n');
    return exitCode.drift;
  }
  return put(cli, hub, prepared, options.json);
}
