/** Admission on the local AWS: Parameter Store, DynamoDB and SQS as they are. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DeleteParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { virtualClock } from '../../infra/sandbox/clock.ts';
import { createLocalAws, type LocalAws } from '../../infra/sandbox/local-aws.ts';
import { parameterStore } from '../../shared/aws/desired-state-store.ts';
import { editorLookup } from '../../shared/aws/editor.ts';
import { hubGateway } from '../../shared/aws/hub-gateway.ts';
import { dynamoLedger } from '../../shared/aws/ledger.ts';
import { sqsQueue } from '../../shared/aws/queue.ts';
import { admit } from '../../shared/controller/admit.ts';
import { type Message, parseMessage } from '../../shared/controller/message.ts';
import type { Controller } from '../../shared/controller/ports.ts';
import type { Story } from '../../shared/controller/story.ts';
import { sweep } from '../../shared/controller/sweep.ts';
import { createLedgerTable, inProcess, table } from '../aws/local-ledger.ts';
import { contentsOf, Dead, type Mortal, newHub } from '../support/admission.ts';
import { source as here, keyArnAt, destination as there, written } from '../support/builders.ts';

const folder = '/lockstep/desired-state/';
const own = (name: string, digit: string, more: object = {}) => ({
  ...written({
    source: { bucket: name, key: keyArnAt(here, digit) },
    destination: { bucket: `${name}-dr`, key: keyArnAt(there, digit) },
  }),
  ...more,
});
const textOf = (replications: object) => JSON.stringify({ version: 1, replications });

type Handler = ReturnType<LocalAws['requestHandler']>;

/** Connections of a process that can die. */
function mortalHandler(aws: LocalAws, mortal: Mortal): Handler {
  const handler = aws.requestHandler();
  const handle: Handler['handle'] = async (request) => {
    mortal.calls += 1;
    const left = mortal.die === undefined ? 1 : mortal.die.at - mortal.calls;
    if (left < 0 || (left === 0 && mortal.die?.when === 'before')) throw new Dead('gone');
    const answer = await handler.handle(request);
    if (left === 0) throw new Dead('gone');
    return answer;
  };
  return Object.assign(Object.create(handler) as Handler, { handle });
}

async function aHub() {
  const clock = virtualClock();
  const aws = createLocalAws({ clock });
  const mortal: Mortal = { calls: 0 };
  const people = inProcess(aws);
  const ours = { ...inProcess(aws, 1), requestHandler: mortalHandler(aws, mortal) };
  const ssm = new SSMClient(people);
  const sqs = new SQSClient(people);
  await createLedgerTable(aws);
  const { QueueUrl: url = '' } = await sqs.send(
    new CreateQueueCommand({ QueueName: 'work.fifo', Attributes: { FifoQueue: 'true' } }),
  );
  const stories: Story[] = [];
  const noWait = async () => undefined;
  const hub = hubGateway({
    region: 'eu-west-1',
    userAgent: 'test',
    credentials: async () => ours.credentials,
    requestHandler: aws.requestHandler(),
  });
  const base = newHub().c;
  const c: Controller = {
    ...base,
    ledger: dynamoLedger({ client: new DynamoDBClient(ours), table, now: clock.now, wait: noWait, random: () => 0.5 }),
    queue: sqsQueue({ client: new SQSClient(ours), url, wait: noWait, random: () => 0.5 }),
    desiredState: parameterStore({ hub, path: folder, freezeParameter: '/lockstep/freeze', now: clock.now }),
    notifier: { tell: async (story) => void stories.push(story) },
    editorOf: editorLookup({ hub, log: base.log }),
    now: clock.now,
    wait: async (seconds) => clock.advance(seconds),
  };
  const messages = async (): Promise<readonly Message[]> => {
    const found: Message[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }));
      if (Messages.length === 0) return found;
      for (const { Body = '', ReceiptHandle } of Messages) {
        found.push(parseMessage(Body));
        await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
      }
    }
  };
  const put = (name: string, text: string) =>
    ssm.send(new PutParameterCommand({ Name: folder + name, Value: text, Type: 'String', Overwrite: true }));
  const remove = (name: string) => ssm.send(new DeleteParameterCommand({ Name: folder + name }));
  return { aws, clock, c, mortal, stories, messages, put, remove };
}

type LiveHub = Awaited<ReturnType<typeof aHub>>;
const edit = (hub: LiveHub, requestId: string) => admit(hub.c, { cause: 'edit', requestId });

/** Three documents in force, and then all kinds of edits at once. */
async function edited(): Promise<LiveHub> {
  const hub = await aHub();
  await hub.put('orders', textOf({ 'orders-dr': own('orders', '3') }));
  await hub.put('bills', textOf({ 'bills-dr': own('bills', '4') }));
  await hub.put('stock', textOf({ 'stock-dr': own('stock', '5'), 'old-name': own('names', '6') }));
  await edit(hub, 'before');
  await hub.messages();
  await hub.clock.advance(600);
  await hub.put(
    'archive',
    textOf({ archive: { ...own('orders', '3'), destination: { ...there, bucket: 'archive', key: keyArnAt(there, '7') } } }),
  );
  await hub.remove('bills');
  await hub.put('stock', textOf({ 'stock-dr': own('stock', '5', { mode: 'observe' }), 'new-name': own('names', '6') }));
  await hub.put('wrong', '{');
  return hub;
}

const summary = async (hub: LiveHub) => ({
  left: await contentsOf(hub.c.ledger),
  asked: [...new Set((await hub.messages()).map(({ group }) => group))].sort(),
  told: [...new Set(hub.stories.map(({ kind, replications }) => `${kind} ${replications.join()}`))].sort(),
});

describe('admission on the local AWS', { timeout: 60_000 }, () => {
  it('brings edits from Parameter Store into the ledger and the queue', async () => {
    const hub = await edited();

    const result = await edit(hub, 'last');

    const { left, asked, told } = await summary(hub);
    expect(result).toMatchObject({ replications: 5, invalid: [`${folder}wrong`], orphaned: ['bills-dr'] });
    expect(left.replications.map(({ replication }) => replication.name)).toEqual([
      'archive',
      'bills-dr',
      'new-name',
      'orders-dr',
      'stock-dr',
    ]);
    expect(asked).toEqual(['archive', 'bills-dr', 'new-name', 'stock-dr']);
    expect(told).toEqual(['invalid-document ', 'orphaned bills-dr']);
  });

  it('names whoever edited a document, at once', async () => {
    const hub = await edited();

    await edit(hub, 'last');

    const wrong = (await hub.c.ledger.documents()).find(({ name }) => name.endsWith('wrong'));
    expect(wrong?.editedBy?.principal).toBe('arn:aws:iam::111111111111:root');
  });

  it('ends, cut off at any call and tried again, as if it had not been', { timeout: 120_000 }, async () => {
    const nobody = async () => undefined;
    const hurried = (hub: LiveHub) => admit({ ...hub.c, editorOf: nobody }, { cause: 'edit', requestId: 'last' });
    const whole = await edited();
    whole.mortal.calls = 0;
    await hurried(whole);
    const calls = whole.mortal.calls;
    const expected = await summary(whole);

    // Every other one, for time's sake; all of them are cut off in memory.
    for (let at = 1; at <= calls; at += 2) {
      const hub = await edited();
      const when = at % 4 === 1 ? 'before' : 'after';
      Object.assign(hub.mortal, { calls: 0, die: { at, when } });
      await hurried(hub).catch(() => undefined);
      hub.mortal.die = undefined;

      await hurried(hub);

      const untold = (await hub.c.ledger.untoldStories('9999-01-01T00:00:00Z')).map(({ body }) => JSON.parse(body) as Story);
      hub.stories.push(...untold);
      expect(await summary(hub), `${when} call ${at} of ${calls}`).toEqual(expected);
    }
    expect(calls).toBeGreaterThan(20);
  });

  it('is followed by a sweep whose calls grow with batches, not with groups', { timeout: 60_000 }, async () => {
    const hub = await aHub();
    for (let document = 0; document < 20; document += 1) {
      const members = Array.from({ length: 6 }, (_, at) => {
        const n = document * 6 + at;
        return [`r${n}`, own(`bucket-${n}`, '3', {})] as const;
      }).map(([name, one], at) => {
        const key = (place: typeof here) =>
          keyArnAt(place).replace(/key\/.{8}/, `key/${String(document * 6 + at).padStart(8, '0')}`);
        return [
          name,
          { ...one, source: { ...one.source, key: key(here) }, destination: { ...one.destination, key: key(there) } },
        ];
      });
      await hub.put(`d${document}`, textOf(Object.fromEntries(members)));
    }
    await edit(hub, 'before');
    await hub.messages();
    hub.mortal.calls = 0;

    const result = await sweep(hub.c, { id: '2026-01-01T00:00:00.000Z', requestId: 'sweep' });

    expect(result).toMatchObject({ groups: 120, admitted: { asked: [] } });
    expect((await hub.messages()).length).toBe(120);
    // A tenth of the groups for the messages, and a few reads of the whole ledger.
    expect(hub.mortal.calls).toBeLessThan(12 + 30);
  });
});
