import type { Cli } from '../cli.ts';
import { type DocumentOptions, loadDocuments } from '../documents.ts';
import type { ExitCode } from '../failure.ts';
import { type PassOptions, reconcileAll } from '../passes.ts';
import { showRun } from './show.ts';

export type PlanOptions = DocumentOptions & PassOptions;

/** Compares and shows; writes nothing. */
export async function plan(cli: Cli, options: PlanOptions): Promise<ExitCode> {
  const run = await reconcileAll(cli, await loadDocuments(cli, options), options, false);
  return showRun(cli, run, options.json);
}
