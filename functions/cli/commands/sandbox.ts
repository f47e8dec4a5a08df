import { DEFAULT_HEALER, DEFAULT_OBSERVER } from '../access.ts';
import type { Cli } from '../cli.ts';
import { CommandFailure, EXIT, type ExitCode } from '../failure.ts';

export interface SandboxOptions {
  readonly port: number;
  readonly clock: 'real' | 'virtual';
  readonly json: boolean;
}

export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new CommandFailure(`--port takes a number from 0 to 65535 (0: any free port), got "${text}".`);
}

export function parseClock(text: string): SandboxOptions['clock'] {
  if (text === 'real' || text === 'virtual') return text;
  throw new CommandFailure(`--clock takes real or virtual, got "${text}".`);
}

// boto3 and version 1 of the AWS CLI read the region from AWS_DEFAULT_REGION alone, and that CLI asks SQS at an address of its own:
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-region.html
const instructions = (url: string): string => `A local AWS listens on ${url}. It forgets everything when it ends (Ctrl-C).

In another terminal, as account 111111111111 (any twelve digits are an account):

  export AWS_ENDPOINT_URL=${url}
  export AWS_ACCESS_KEY_ID=111111111111 AWS_SECRET_ACCESS_KEY=local
  export AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1

Then, for example:

  lockstep bootstrap --document orders.yaml
  lockstep plan --document orders.yaml
  aws s3api get-bucket-replication --bucket orders

The roles ${DEFAULT_OBSERVER} and ${DEFAULT_HEALER} can be assumed in every account. Version 1 of the AWS CLI
takes no notice of AWS_ENDPOINT_URL for SQS: \`aws --endpoint-url $AWS_ENDPOINT_URL sqs …\`.
`;

const timekeeping = (url: string): string => `
Time stands still, and with it everything that takes time: events on their way, replication, schedules. To let an hour pass:

  curl -H 'content-type: application/json' -d '{"seconds": 3600}' ${url}/_local/clock/advance
`;

/** Serves the local AWS until the process is told to end. */
export async function sandbox(cli: Cli, { port, clock, json }: SandboxOptions): Promise<ExitCode> {
  const isVirtual = clock === 'virtual';
  const { createLocalAws } = await cli.core.localAws();
  const aws = createLocalAws({
    impliedRoles: [DEFAULT_OBSERVER, DEFAULT_HEALER],
    ...(isVirtual && { clock: (await import('../../../infra/sandbox/clock.ts')).virtualClock(new Date()) }),
  });
  const { url, close } = await aws.listen(port).catch((cause: Error) => {
    throw new CommandFailure(cause.message, { cause });
  });
  const endpoint = { version: 1, command: 'sandbox', endpoint: url, ...(isVirtual && { clock }) };
  const told = instructions(url) + (isVirtual ? timekeeping(url) : '');
  cli.terminal.stdout.write(json ? `${JSON.stringify(endpoint)}\n` : told);
  await cli.untilStopped();
  await close();
  return EXIT.inSync;
}
