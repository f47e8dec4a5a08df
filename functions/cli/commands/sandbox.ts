import { DEFAULT_HEALER, DEFAULT_OBSERVER } from '../access.ts';
import type { Cli } from '../cli.ts';
import { CommandFailure, EXIT, type ExitCode } from '../failure.ts';

export interface SandboxOptions {
  readonly port: number;
  readonly json: boolean;
}

export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new CommandFailure(`--port takes a number from 0 to 65535 (0: any free port), got "${text}".`);
}

const instructions = (url: string): string => `A local AWS listens on ${url}. It forgets everything when it ends (Ctrl-C).

In another terminal, as account 111111111111 (any twelve digits are an account):

  export AWS_ENDPOINT_URL=${url}
  export AWS_ACCESS_KEY_ID=111111111111 AWS_SECRET_ACCESS_KEY=local AWS_REGION=eu-west-1

Then, for example:

  lockstep bootstrap --document orders.yaml
  lockstep plan --document orders.yaml
  aws s3api get-bucket-replication --bucket orders

The roles ${DEFAULT_OBSERVER} and ${DEFAULT_HEALER} can be assumed in every account. The AWS CLI needs
\`aws configure set default.s3.addressing_style path\` where names like orders.127.0.0.1 cannot be resolved.
`;

/** Serves the local AWS until the process is told to end. */
export async function sandbox(cli: Cli, { port, json }: SandboxOptions): Promise<ExitCode> {
  const { createLocalAws } = await cli.core.localAws();
  const aws = createLocalAws({ impliedRoles: [DEFAULT_OBSERVER, DEFAULT_HEALER] });
  const { url, close } = await aws.listen(port).catch((cause: Error) => {
    throw new CommandFailure(cause.message, { cause });
  });
  const endpoint = { version: 1, command: 'sandbox', endpoint: url };
  cli.terminal.stdout.write(json ? `${JSON.stringify(endpoint)}\n` : instructions(url));
  await cli.untilStopped();
  await close();
  return EXIT.inSync;
}
