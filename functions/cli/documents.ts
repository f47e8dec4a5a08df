/** From texts to replications: parse every document, check them together, keep what is wrong beside what is right. */
import type { Document, Fault, InvalidDocument } from '../../shared/model/desired-state.ts';
import type { Replication } from '../../shared/model/replication.ts';
import { count } from '../../shared/text/text.ts';
import { type Cli, userAgentOf } from './cli.ts';
import { type DocumentText, documentTexts } from './document-text.ts';
import { CommandFailure, type LocatedFault } from './failure.ts';
import { asFolder, defaultPath, readParameters } from './parameters.ts';
import type { RejectedDocument } from './run.ts';

export interface DocumentOptions {
  /** Files; none: Parameter Store. */
  readonly document: readonly string[];
  readonly path?: string;
  readonly region?: string;
}

/** A document that cannot be used, with its text: what it names must not be touched. */
export interface RejectedText extends RejectedDocument {
  readonly text: string;
}

export interface Loaded {
  readonly accepted: readonly Document[];
  readonly rejected: readonly RejectedText[];
}

export const replicationsOf = (loaded: Loaded): readonly Replication[] =>
  loaded.accepted.flatMap(({ replications }) => replications);

type Parsed =
  | { readonly ok: true; readonly document: Document; readonly text: string }
  | { readonly ok: false; readonly rejected: RejectedText };

export const isInvalidDocument = (error: unknown): error is InvalidDocument =>
  error instanceof Error && error.name === 'InvalidDocument';

function rejectedText(name: string, text: string, faults: readonly Fault[]): RejectedText {
  return { document: name, faults: faults.map((fault): LocatedFault => ({ document: name, ...fault })), text };
}

/**
 * Name of the topic for replication failures, as the functions know it.
 *
 * @throws CommandFailure when it is not the name of a topic that S3 sends to
 */
export function failureTopicOf({ terminal: { env } }: Cli): string | undefined {
  const name = env.LOCKSTEP_FAILURE_TOPIC || undefined;
  if (name === undefined || /^[\w-]{1,256}$/.test(name)) return name;
  throw new CommandFailure(`LOCKSTEP_FAILURE_TOPIC must be the name of an SNS topic that is not FIFO, got "${name}".`);
}

/** @throws InvalidDocument */
async function read(cli: Cli, { name, text, language }: DocumentText): Promise<Document> {
  const { InvalidDocument, parseDocument, parseDocumentValue } = await cli.core.desiredState();
  const reading = { name, now: cli.now(), failureTopic: failureTopicOf(cli) };
  if (language === 'json') return parseDocument(text, reading);
  const { readYaml } = await import('./yaml-text.ts');
  const yaml = readYaml(text);
  if (!yaml.ok) throw new InvalidDocument(name, yaml.faults);
  return parseDocumentValue(yaml.value, { ...reading, positions: yaml.positions });
}

async function parse(cli: Cli, source: DocumentText): Promise<Parsed> {
  try {
    return { ok: true, document: await read(cli, source), text: source.text };
  } catch (error) {
    if (isInvalidDocument(error)) return { ok: false, rejected: rejectedText(source.name, source.text, error.faults) };
    throw error;
  }
}

/** Documents in the order given: of two that conflict, the first stays in force. */
export async function parseDocuments(cli: Cli, texts: readonly DocumentText[]): Promise<Loaded> {
  const parsed = await Promise.all(texts.map((text) => parse(cli, text)));
  const [{ checkTogether }, { sizeFaults }] = await Promise.all([cli.core.desiredState(), cli.core.sizes()]);
  const documents = parsed.flatMap((one) => (one.ok ? [one.document] : []));
  const together = checkTogether(documents, sizeFaults);
  const textOf = (name: string): string => texts.find((text) => text.name === name)?.text ?? '';
  const conflicting = together.rejected.map(({ document: { name }, faults }) => rejectedText(name, textOf(name), faults));
  return { accepted: together.accepted, rejected: [...parsed.flatMap((one) => (one.ok ? [] : [one.rejected])), ...conflicting] };
}

export async function storedTexts(
  cli: Cli,
  { path = defaultPath, region }: Omit<DocumentOptions, 'document'>,
): Promise<readonly DocumentText[]> {
  const hub = await cli.core.hub({ userAgent: userAgentOf(cli), ...(region !== undefined && { region }) });
  const stored = await readParameters(hub, path);
  return stored.map(({ name, text }) => ({ name, text, language: 'json' }));
}

async function storedTextsOrFail(cli: Cli, options: DocumentOptions): Promise<readonly DocumentText[]> {
  const texts = await storedTexts(cli, options);
  if (texts.length > 0) return texts;
  throw new CommandFailure(`There are no documents under ${asFolder(options.path ?? defaultPath)} in this account and region.`, {
    hint: 'Put one there with `lockstep push FILE`, give files with --document FILE, or check --path, --region and AWS_PROFILE.',
  });
}

/** @throws CommandFailure when not one document is valid: there is nothing left to do then */
export function insistOnOne(loaded: Loaded): Loaded {
  if (loaded.accepted.length > 0) return loaded;
  const faults = loaded.rejected.flatMap((rejected) => rejected.faults);
  const [only] = loaded.rejected.length === 1 ? loaded.rejected : [];
  const what = only ? `${only.document} is not a valid document` : `None of the ${loaded.rejected.length} documents is valid`;
  throw new CommandFailure(`${what}: ${count(faults.length, 'fault')}.`, {
    faults,
    hint: '`lockstep schema` prints what a document may contain.',
  });
}

/** What the options ask for: files, or everything in Parameter Store. */
export async function loadDocuments(cli: Cli, options: DocumentOptions): Promise<Loaded> {
  const texts =
    options.document.length > 0 ? await documentTexts(options.document, cli.terminal) : await storedTextsOrFail(cli, options);
  return insistOnOne(await parseDocuments(cli, texts));
}
