/**
 * `npm start`: the main job on the local AWS, start to end. Builds the replication of two accounts from nothing, breaks it in
 * the ways that happen, and has the command line repair it, as a person would: every `lockstep` line is a real run of it.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { type Breakage, breakages, foreignStatement, people } from './guided-run/breakages.ts';
import { createLocalAws, type LocalAws } from './local-aws.ts';

const writeOperations = /^(Put|Create|Delete|Update|Enable|Disable|Schedule|Cancel|Attach|Detach)/;

export const document = {
  version: 1,
  replications: {
    'orders-dr': {
      source: {
        account: '111111111111',
        region: 'eu-west-1',
        bucket: 'orders',
        key: 'arn:aws:kms:eu-west-1:111111111111:alias/orders',
      },
      destination: {
        account: '222222222222',
        region: 'eu-central-1',
        bucket: 'orders-dr',
        key: 'arn:aws:kms:eu-central-1:222222222222:alias/orders-dr',
      },
      lifecycle: { source: { expireAfterDays: 30 } },
    },
  },
};

interface Stage {
  readonly aws: LocalAws;
  readonly url: string;
  readonly folder: string;
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const title = (text: string): void => print(`\n${styleText(['bold', 'cyan'], `── ${text} `.padEnd(100, '─'))}\n`);
const typed = (text: string): void => print(styleText('bold', `$ ${text}`));

/** Runs the command line as a person would; its output goes straight to the terminal. @returns its exit code */
function lockstep(stage: Stage, ...args: readonly string[]): Promise<number> {
  typed(`lockstep ${args.join(' ')}`);
  const program = join(import.meta.dirname, 'lockstep.mjs');
  const child = spawn(process.execPath, [program, ...args], {
    cwd: stage.folder,
    env: { ...process.env, ...people(stage.url), LOCKSTEP_DEBUG: '' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

function expectCode(code: number, expected: number, what: string): void {
  if (code !== expected) throw new Error(`${what} ended with exit code ${code} instead of ${expected}`);
}

/** The healthy world, seen twice: by Lockstep's verdict and by what reached AWS. */
async function checkInSync(stage: Stage): Promise<void> {
  const before = stage.aws.calls.length;
  expectCode(await lockstep(stage, 'apply', '--document', 'orders.json'), 0, 'apply in a healthy world');
  const calls = stage.aws.calls.slice(before).filter((call) => call.operation !== 'AssumeRole');
  const writes = calls.filter((call) => writeOperations.test(call.operation));
  print(styleText('dim', `  the local AWS saw ${calls.length} reads and ${writes.length} writes`));
  if (writes.length > 0) throw new Error(`an in-sync world was written to: ${writes.map((call) => call.operation).join(', ')}`);
}

async function breakAndRepair(stage: Stage, breakage: Breakage): Promise<void> {
  title(breakage.title);
  print(styleText('yellow', `someone in account ${breakage.account}:`));
  typed(breakage.shown);
  await breakage.run(stage.url);
  if (breakage.isDrift) {
    expectCode(await lockstep(stage, 'plan', '--document', 'orders.json'), 2, 'plan of a drifted world');
    expectCode(await lockstep(stage, 'apply', '--document', 'orders.json'), 0, 'the repair');
  }
  await checkInSync(stage);
}

async function run(stage: Stage): Promise<void> {
  title('A document says what should replicate where');
  writeFileSync(join(stage.folder, 'orders.json'), `${JSON.stringify(document, null, 2)}\n`);
  print(JSON.stringify(document, null, 2));
  title('Two empty accounts: bootstrap builds the whole replication');
  expectCode(await lockstep(stage, 'bootstrap', '--document', 'orders.json'), 0, 'bootstrap');
  title('In sync means silence');
  await checkInSync(stage);
  for (const breakage of breakages) await breakAndRepair(stage, breakage);
  title('And what others had put there');
  typed('aws s3api get-bucket-policy --bucket orders-dr');
  print(JSON.stringify(await foreignStatement(stage.url), null, 2));
}

const pasteable = (url: string): string => `
The local AWS keeps running on ${url}. Press Ctrl-C to end it. Paste this in another terminal:

  export AWS_ENDPOINT_URL=${url} AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1
  export AWS_ACCESS_KEY_ID=111111111111 AWS_SECRET_ACCESS_KEY=local   # the administrator of account 111111111111
  aws s3api get-bucket-replication --bucket orders
  aws s3api delete-bucket-replication --bucket orders

(version 1 of the AWS CLI needs --endpoint-url $AWS_ENDPOINT_URL for sqs) and see it repaired, from this folder, with the document of this run:

  npm run -s lockstep -- plan --document %DOCUMENT%
  npm run -s lockstep -- apply --document %DOCUMENT%
`;

async function keepRunning(stage: Stage): Promise<void> {
  print(pasteable(stage.url).replaceAll('%DOCUMENT%', join(stage.folder, 'orders.json')));
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

async function main(args: readonly string[]): Promise<void> {
  const started = Date.now();
  const aws = createLocalAws({ impliedRoles: ['lockstep-observer', 'lockstep-healer'] });
  const { url, close } = await aws.listen(portOf(args));
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-'));
  const stage = { aws, url, folder };
  try {
    await run(stage);
    const broken = breakages.filter((breakage) => breakage.isDrift).length;
    const seconds = ((Date.now() - started) / 1000).toFixed(0);
    print(
      styleText(
        ['bold', 'green'],
        `\n${broken} breakages, ${broken} repaired and read back, in ${seconds} s. Nothing of others was touched.`,
      ),
    );
    if (args.includes('--keep')) await keepRunning(stage);
  } finally {
    await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `--port N`, for those who want to find it again; otherwise any free port. */
function portOf(args: readonly string[]): number {
  const at = args.indexOf('--port');
  return at < 0 ? 0 : Number(args[at + 1]);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`\nThe guided run stopped: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
