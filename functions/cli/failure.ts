/** What goes wrong on the command line and is told in one message, never as a stack trace. */
import type { AwsFailure } from '../../shared/model/aws-call.ts';
import { isDenied } from '../../shared/model/failure.ts';
import { printable } from '../../shared/text/text.ts';
import type { Terminal } from './terminal.ts';

/** A fault in a document, at its place; line and column count from 1. */
export interface LocatedFault {
  readonly document: string;
  readonly path: string;
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
}

/** The command cannot go on. `hint` says what to do about it. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly hint: string | undefined;
  readonly faults: readonly LocatedFault[];

  constructor(message: string, more: { hint?: string; faults?: readonly LocatedFault[]; cause?: unknown } = {}) {
    super(message, { cause: more.cause });
    this.hint = more.hint;
    this.faults = more.faults ?? [];
  }
}

export const exitCode = { inSync: 0, error: 1, drift: 2 } as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

const hints: readonly (readonly [RegExp, string])[] = [
  [/ExpiredToken|TokenRefreshRequired/, 'The credentials have expired: log in again.'],
  [
    /InvalidClientTokenId|InvalidAccessKeyId|SignatureDoesNotMatch|UnrecognizedClient/,
    'AWS does not accept these credentials: check AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  ],
  [
    /CredentialsProviderError|TokenProviderError|could not load credentials/i,
    'Sign in (`aws sso login`), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  ],
  [/region is missing/i, 'Give --region, or set AWS_REGION.'],
  [
    /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|TimeoutError|NetworkingError/,
    'AWS was not reached: check the network and, if it is set, AWS_ENDPOINT_URL.',
  ],
];

type Refusal = Pick<AwsFailure, 'code' | 'message'>;

/** What to do about trouble on the way to AWS; undefined for what AWS itself refused. */
export function hintFor({ code, message }: Refusal): string | undefined {
  // The sentence about a spoke role says already what to do.
  if (code === 'SpokeNotAssumable' || code === 'NoCredentials') return undefined;
  return hints.find(([pattern]) => pattern.test(`${code}: ${message}`))?.[1];
}

const whoAmI = 'The credentials in use lack this permission: `aws sts get-caller-identity` tells whose they are.';

/** The command needed this answer of AWS and did not get it. */
export function refusedBy(what: string, error: AwsFailure): CommandFailure {
  const hint = hintFor(error) ?? (isDenied(error) ? whoAmI : undefined);
  return new CommandFailure(`${what}: ${error.code}: ${error.message}`, hint === undefined ? {} : { hint });
}

/** `orders.yaml:12:5: replications.orders-dr.source.key: …`, the form editors and terminals make clickable. */
export function faultLine(fault: LocatedFault): string {
  const place = [fault.document, fault.line, fault.line === undefined ? undefined : fault.column]
    .filter((part) => part !== undefined)
    .join(':');
  return `${place}: ${fault.path === '' ? '' : `${fault.path}: `}${fault.message}`;
}

const asFailure = (error: unknown): CommandFailure => {
  if (error instanceof CommandFailure) return error;
  const message = error instanceof Error ? error.message || error.name : String(error);
  const code = error instanceof Error ? error.name : '';
  return new CommandFailure(message, {
    hint: hintFor({ code, message }) ?? 'Set LOCKSTEP_DEBUG=1 to see where this comes from.',
    cause: error,
  });
};

export interface ErrorJson {
  readonly error: { readonly message: string; readonly faults?: readonly LocatedFault[]; readonly hint?: string };
}

export function errorJson(failure: CommandFailure): ErrorJson {
  const { message, faults, hint } = failure;
  return { error: { message, ...(faults.length > 0 && { faults }), ...(hint !== undefined && { hint }) } };
}

function stackOf(failure: CommandFailure): string {
  const origin = failure.cause instanceof Error ? failure.cause : failure;
  return origin.stack ?? String(origin);
}

/** Tells the error: for people on stderr, with `--json` as one object on stdout. @returns the exit code */
export function tell(error: unknown, terminal: Terminal, json: boolean): ExitCode {
  const failure = asFailure(error);
  if (json) terminal.stdout.write(`${JSON.stringify(errorJson(failure), null, 2)}\n`);
  else
    terminal.stderr.write(
      `${[`lockstep: ${failure.message}`, ...failure.faults.map((f) => `  ${faultLine(f)}`), failure.hint]
        .filter(Boolean)
        .map((line) => printable(String(line)))
        .join('\n')}\n`,
    );
  if (terminal.env.LOCKSTEP_DEBUG) terminal.stderr.write(`${stackOf(failure)}\n`);
  return exitCode.error;
}
