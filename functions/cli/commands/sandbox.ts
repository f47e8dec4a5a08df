import { fileURLToPath } from 'node:url';
import type { Hub } from '../../../infra/sandbox/hub.ts';
import type { LocalAws } from '../../../infra/sandbox/local-aws.ts';
import { defaultHealer, defaultObserver } from '../access.ts';
import type { Cli } from '../cli.ts';
import { CommandFailure, type ExitCode, exitCode } from '../failure.ts';

export interface SandboxOptions {
  readonly port: number;
  readonly clock: 'real' | 'virtual';
  /** Whether the controller is installed and runs. */
  readonly controller: boolean;
  readonly json: boolean;
}

export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new CommandFailure(`--port takes a number from 0 to 65535 (0: a free port), got "${text}".`);
}

export function parseClock(text: string): SandboxOptions['clock'] {
  if (text === 'real' || text === 'virtual') return text;
  throw new CommandFailure(`--clock takes real or virtual, got "${text}".`);
}

// boto3 and version 1 of the AWS CLI read the region from AWS_DEFAULT_REGION alone, and that CLI asks SQS at an address of its own:
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-region.html
const access = (url: string): string => `A local AWS listens on ${url}. It forgets everything when it ends (Ctrl-C).

In another terminal, as account 111111111111 (any twelve digits are an account):

  export AWS_ENDPOINT_URL=${url}
  export AWS_ACCESS_KEY_ID=111111111111 AWS_SECRET_ACCESS_KEY=local
  export AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1

Version 1 of the AWS CLI takes no notice of AWS_ENDPOINT_URL for SQS: \`aws --endpoint-url $AWS_ENDPOINT_URL sqs …\`.
`;

const examples = `
Then, for example:

  lockstep bootstrap --document orders.yaml
  lockstep plan --document orders.yaml
  aws s3api get-bucket-replication --bucket orders

The roles ${defaultObserver} and ${defaultHealer} can be assumed in every account.
`;

const timekeeping = (url: string): string => `
Time stands still, and with it everything that takes time: events on their way, replication, schedules. To let an hour pass:

  curl -H 'content-type: application/json' -d '{"seconds": 3600}' ${url}/_local/clock/advance
`;

const [source, destination, hubAccount] = ['111111111111', '222222222222', '333333333333'] as const;
const regions = ['eu-west-1', 'eu-central-1'] as const;

/** As the organization would have it: assumed by everybody, for what a person does once. https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html */
const organizationRole = 'OrganizationAccountAccessRole';

const aboutController = (url: string, hub: Hub): string => `
The controller runs in account ${hub.account}, region ${hub.region}, and looks after what documents in its Parameter Store name in the accounts
${source} and ${destination} (${regions.join(', ')}):

  functions    ${Object.values(hub.functions)
    .map((arn) => arn.slice(arn.lastIndexOf(':') + 1))
    .join(', ')}
  queue        ${hub.queueUrl}
  dead letters ${hub.deadLetterUrl}
  table        ${hub.tableName}
  topic        ${hub.topicArn}
  event bus    ${hub.busName}

Its own roles make no buckets and keys. To have a replication built, looked after and shown:

  lockstep bootstrap --document orders.yaml --observer-role ${organizationRole} --healer-role ${organizationRole}
  export AWS_ACCESS_KEY_ID=${hub.account}
  lockstep push orders.yaml
  lockstep status

Then break something as ${source} or ${destination}. To run a built handler (dist/functions/NAME/index.mjs) yourself:

  export AWS_ENDPOINT_URL=${url} AWS_REGION=${hub.region} AWS_ACCESS_KEY_ID=${hub.account} AWS_SECRET_ACCESS_KEY=local
${Object.entries(hub.environment)
  .map(([name, value]) => `  export ${name}=${value}`)
  .join('\n')}
`;

/** @throws CommandFailure when the functions are not built */
async function installController(aws: LocalAws): Promise<Hub> {
  const { installHub } = await import('../../../infra/sandbox/hub.ts');
  return installHub(aws, { people: [source, destination, hubAccount], dist: distFolder() }).catch((cause: Error) => {
    throw new CommandFailure(cause.message, { cause });
  });
}

/** Of this program as it is built; of the tree when it runs from source. */
function distFolder(): string {
  const up = import.meta.url.endsWith('.ts') ? '../../../dist' : import.meta.url.includes('/chunks/') ? '..' : '.';
  return fileURLToPath(new URL(up, import.meta.url));
}

const shown = ({ close: _close, forwarding: _forwarding, ...hub }: Hub) => hub;

async function start(cli: Cli, { port, clock, controller }: SandboxOptions) {
  const isVirtual = clock === 'virtual';
  if (isVirtual && controller)
    throw new CommandFailure("--controller needs --clock real: the functions live in the machine's time.");
  const { createLocalAws } = await cli.core.localAws();
  const aws = createLocalAws({
    impliedRoles: [defaultObserver, defaultHealer, ...(controller ? [organizationRole] : [])],
    ...(isVirtual && { clock: (await import('../../../infra/sandbox/clock.ts')).virtualClock(new Date()) }),
  });
  const listening = await aws.listen(port).catch((cause: Error) => {
    throw new CommandFailure(cause.message, { cause });
  });
  try {
    return { ...listening, hub: controller ? await installController(aws) : undefined };
  } catch (error) {
    await listening.close();
    throw error;
  }
}

/** Serves the local AWS, and the controller on it when asked for, until the process is told to end. */
export async function sandbox(cli: Cli, options: SandboxOptions): Promise<ExitCode> {
  const { url, close, hub } = await start(cli, options);
  const isVirtual = options.clock === 'virtual';
  const endpoint = {
    ...{ version: 1, command: 'sandbox', endpoint: url },
    ...(isVirtual && { clock: options.clock }),
    ...(hub && { controller: shown(hub) }),
  };
  const told = access(url) + (hub ? aboutController(url, hub) : examples) + (isVirtual ? timekeeping(url) : '');
  cli.terminal.stdout.write(options.json ? `${JSON.stringify(endpoint)}\n` : told);
  await cli.untilStopped();
  await hub?.close();
  await close();
  return exitCode.inSync;
}
