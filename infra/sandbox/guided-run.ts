/**
 * `npm start`: the main job on the local AWS, start to end. Builds the replication of two accounts from nothing, installs the
 * controller, and breaks what people break: every `lockstep` line is a real run of it, every repair one of the running functions.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { callsText } from './guided-run/account.ts';
import { foreignStatement } from './guided-run/breakages.ts';
import { keepRunning } from './guided-run/keep.ts';
import { type Cast, liveLoop, newCast, untilProven } from './guided-run/live.ts';
import { subscribe } from './guided-run/mail.ts';
import { destinationAccount, type Person, sourceAccount } from './guided-run/someone.ts';
import { aside, hubAccount, type LiveStage, lockstep, print, type Stage, title, typed } from './guided-run/stage.ts';
import { installHub } from './hub.ts';
import { createLocalAws } from './local-aws.ts';

export const document = {
  version: 1,
  replications: {
    'orders-dr': {
      source: {
        account: sourceAccount,
        region: 'eu-west-1',
        bucket: 'orders',
        key: `arn:aws:kms:eu-west-1:${sourceAccount}:alias/orders`,
      },
      destination: {
        account: destinationAccount,
        region: 'eu-central-1',
        bucket: 'orders-dr',
        key: `arn:aws:kms:eu-central-1:${destinationAccount}:alias/orders-dr`,
      },
      lifecycle: { source: { expireAfterDays: 30 } },
    },
  },
};

async function build(stage: Stage): Promise<void> {
  title('A document says what should replicate where');
  writeFileSync(join(stage.folder, 'orders.json'), `${JSON.stringify(document, null, 2)}\n`);
  print(JSON.stringify(document, null, 2));
  title('Two empty accounts: a person has the replication built, once');
  await lockstep(stage, ['bootstrap', '--document', 'orders.json'], { account: sourceAccount });
}

/** Before it no role of the controller exists; from here on all it does is judged by the policies of those made here. */
async function install(stage: Stage): Promise<LiveStage> {
  title(`The controller moves into account ${hubAccount}`);
  const hub = await installHub(stage.aws, { people: [sourceAccount, hubAccount], dist: stage.dist });
  print(`functions   ${Object.keys(hub.functions).join(', ')}
queue       ${hub.queueArn}
ledger      ${hub.tableArn}
topic       ${hub.topicArn}
events      forwarded from both accounts to the bus ${hub.busName}; a sweep every hour
roles       lockstep-observer to read and lockstep-healer to write, in both accounts\n`);
  return { ...stage, hub };
}

async function adopt(stage: LiveStage): Promise<void> {
  const pushed = new Date();
  await lockstep(stage, ['push', 'orders.json', '--yes'], { account: hubAccount });
  await untilProven(stage, pushed);
  aside('Parameter Store told the controller; it took the document over and proved the replication.');
}

async function finish(stage: LiveStage, { people }: Cast, from: number): Promise<void> {
  title('The pipeline is corrected, and a person lets the repairs go on');
  const resumed = new Date();
  const asHub = { account: hubAccount, environment: { LOCKSTEP_QUEUE_URL: stage.hub.queueUrl } };
  await lockstep(stage, ['resume', 'orders-dr'], asHub);
  await untilProven(stage, resumed);
  await lockstep(stage, ['status'], asHub);
  title('And what others had put there');
  typed('aws s3api get-bucket-policy --bucket orders-dr');
  print(JSON.stringify(await foreignStatement(people[destinationAccount] as Person), null, 2));
  print(`\n${callsText(stage.aws, from)}`);
}

async function run(stage: LiveStage, cast: Cast, started: number): Promise<void> {
  const from = stage.aws.calls.length;
  await adopt(stage);
  const repaired = await liveLoop(stage, cast);
  await finish(stage, cast, from);
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  print(
    styleText(
      ['bold', 'green'],
      `\n${repaired} breakages, ${repaired} repaired, read back and told; one rival found and named, in ${seconds} s. Nothing of others was touched.`,
    ),
  );
}

async function main(args: readonly string[]): Promise<void> {
  const started = Date.now();
  const aws = createLocalAws({ impliedRoles: ['lockstep-observer', 'lockstep-healer'] });
  const { url, close } = await aws.listen(portOf(args));
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-'));
  const dist = import.meta.dirname;
  let closeHub = (): Promise<void> => Promise.resolve();
  try {
    await build({ aws, url, folder, dist });
    const stage = await install({ aws, url, folder, dist });
    closeHub = stage.hub.close;
    const mailbox = await subscribe(aws, stage.hub, url);
    await run(stage, await newCast(url, mailbox), started);
    if (args.includes('--keep')) await keepRunning(stage, mailbox);
  } finally {
    await closeHub();
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
