/** The controller at work: somebody breaks something, and it is repaired, told and proven. */
import { setTimeout } from 'node:timers/promises';
import { styleText } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { dynamoLedger } from '../../../shared/aws/ledger.ts';
import { isInHub, isInSpoke, isWrite } from './account.ts';
import { type Breakage, breakages, harmless, isUnderKey, rivalry, unheard } from './breakages.ts';
import { type Mail, type Mailbox, shortened } from './mail.ts';
import { destinationAccount, operations, type Person, pipeline, sourceAccount } from './someone.ts';
import { aside, hubAccount, type LiveStage, print, title, typed, until } from './stage.ts';

/** Who takes part. */
export interface Cast {
  readonly people: Readonly<Record<string, Person>>;
  readonly rival: Person;
  readonly mailbox: Mailbox;
}

export async function newCast(url: string, mailbox: Mailbox): Promise<Cast> {
  const [source, destination, rival] = await Promise.all([
    operations(url, sourceAccount),
    operations(url, destinationAccount),
    pipeline(url),
  ]);
  return { people: { [sourceAccount]: source, [destinationAccount]: destination }, rival, mailbox };
}

const inHub = ({ url, hub }: LiveStage) => ({
  ...{ endpoint: url, region: hub.region, credentials: { accessKeyId: hubAccount, secretAccessKey: 'local' } },
});

/** Waits until a pass over everything that began after `since` ended `proven`, and no message is left. */
export async function untilProven(stage: LiveStage, since: Date): Promise<void> {
  const ledger = dynamoLedger({ client: new DynamoDBClient(inHub(stage)), table: stage.hub.tableName });
  await until('proven', async () => {
    const [status] = await ledger.statuses();
    const isProven = status?.verdict === 'proven' && Date.parse(status.lastProof ?? '') >= since.getTime();
    return isProven && isQuiet(stage) ? true : undefined;
  });
}

const isQuiet = ({ aws: { world }, hub }: LiveStage): boolean =>
  (world.sqs.queues.get(hub.queueArn)?.messages.length ?? 0) === 0 &&
  [...world.lambda.functions.values()].every(({ running }) => running === 0);

const seconds = (since: Date): string => `${((Date.now() - since.getTime()) / 1000).toFixed(1)} s`;

function show(mails: readonly Mail[]): void {
  print(mails.map((mail) => styleText('green', shortened(mail))).join('\n\n'));
}

async function does(breakage: Breakage, by: Person): Promise<Date> {
  print(styleText('yellow', `someone in account ${breakage.account}:`));
  typed(breakage.shown);
  await breakage.run(by);
  return new Date();
}

/** Does it, and has the controller repair it and say so. @param awaken what makes the controller look, when no event does */
async function breakAndWatch(stage: LiveStage, cast: Cast, breakage: Breakage, awaken?: () => Promise<void>): Promise<void> {
  const before = cast.mailbox.count();
  title(breakage.title);
  const broken = await does(breakage, cast.people[breakage.account] as Person);
  await awaken?.();
  await until('repaired and told', () =>
    cast.mailbox.after(before).find(({ subject }) => subject.startsWith('Lockstep repaired')),
  );
  const told = `repaired, read back and told ${seconds(broken)} after the call`;
  await untilProven(stage, broken);
  aside(`${told}; everything proven again after ${seconds(broken)}. The mail:\n`);
  show(cast.mailbox.after(before));
}

/** What is no harm is looked at, and left alone. */
async function leaveAlone(stage: LiveStage, cast: Cast): Promise<void> {
  title(harmless.title);
  const calls = stage.aws.calls.length;
  const done = await does(harmless, cast.people[harmless.account] as Person);
  await untilProven(stage, done);
  const ours = stage.aws.calls.slice(calls).filter(isInSpoke);
  const writes = ours.filter(isWrite);
  aside(`Lockstep looked (${ours.length} calls), found everything proven and wrote nothing.`);
  if (writes.length > 0) throw new Error(`an in-sync world was written to: ${writes.map((call) => call.operation).join(', ')}`);
}

/** How long nothing happens, to show that nothing does. */
const silenceSeconds = 1;

async function sweepRepairs(stage: LiveStage, cast: Cast): Promise<void> {
  await stage.hub.forwarding(false);
  await breakAndWatch(stage, cast, unheard, async () => {
    const { length } = stage.aws.calls;
    await setTimeout(silenceSeconds * 1000);
    const heard = stage.aws.calls.slice(length).some((call) => isInHub(call) || isInSpoke(call));
    if (heard) throw new Error('events were off, and the controller did something');
    aside('nothing happens. The hourly sweep, now:\n');
    typed('aws lambda invoke --function-name lockstep-sweep /dev/null');
    await new LambdaClient(inHub(stage)).send(new InvokeCommand({ FunctionName: stage.hub.functions.sweep }));
  });
  await stage.hub.forwarding(true);
}

/** At most so many runs of the rival: the controller has to stop before. */
const rounds = 8;

async function rivalIsNamed(stage: LiveStage, { rival, mailbox }: Cast): Promise<void> {
  title(rivalry.title);
  const before = mailbox.count();
  const contested = (): Mail | undefined => mailbox.after(before).find(({ subject }) => subject.includes('contested'));
  for (let round = 1; round <= rounds && contested() === undefined; round++) {
    await does(rivalry, rival);
    const isRepaired = await until('repaired or contested', async () =>
      contested() ? false : (await isUnderKey(rival)) || undefined,
    );
    if (isRepaired) await untilStill(stage);
    if (isRepaired) aside(`repaired, ${round === 1 ? 'once' : `${round} times`}`);
  }
  const mail = contested();
  if (mail === undefined) throw new Error(`${rounds} times undone, and still repaired`);
  aside('contested, and left alone for an hour. The mail:\n');
  show([mail]);
}

const untilStill = (stage: LiveStage): Promise<true> => until('at rest', () => (isQuiet(stage) ? true : undefined));

/** @returns how many breakages were repaired */
export async function liveLoop(stage: LiveStage, cast: Cast): Promise<number> {
  await leaveAlone(stage, cast);
  for (const breakage of breakages) await breakAndWatch(stage, cast, breakage);
  await sweepRepairs(stage, cast);
  await rivalIsNamed(stage, cast);
  return breakages.length + 1;
}
