/** `lockstep sandbox`, as the program that others talk to. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import type { Cli } from '../../functions/cli/cli.ts';
import { type SandboxOptions, sandbox } from '../../functions/cli/commands/sandbox.ts';
import { core } from '../../functions/cli/core.ts';
import type { Hub } from '../../infra/sandbox/hub.ts';
import { buildFunctions } from '../functions/deployed.ts';

/** Runs the command until `meanwhile` has seen what it printed. */
async function serving(options: Partial<SandboxOptions>, meanwhile: (printed: string) => Promise<void>): Promise<void> {
  let stop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const started = new Promise<string>((resolve, reject) => {
    const terminal = { stdout: { write: (text: string) => resolve(text) } } as unknown as Cli['terminal'];
    const cli = { terminal, core, untilStopped: () => stopped } as unknown as Cli;
    void sandbox(cli, { port: 0, clock: 'real', controller: false, json: true, ...options }).catch(reject);
  });
  try {
    await meanwhile(await started);
  } finally {
    stop();
  }
}

const post = (url: string, body: object) =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

const timeAt = async (endpoint: string): Promise<number> => {
  const health = (await (await fetch(`${endpoint}/_local/health`)).json()) as { readonly time: string };
  return new Date(health.time).getTime();
};

describe('lockstep sandbox', () => {
  it('has a clock that stands still until it is advanced, when asked for one', async () => {
    await serving({ clock: 'virtual' }, async (printed) => {
      const { endpoint, clock } = JSON.parse(printed) as { endpoint: string; clock: string };
      const before = await timeAt(endpoint);

      const answer = await post(`${endpoint}/_local/clock/advance`, { seconds: 3600 });

      expect({ clock, status: answer.status }).toEqual({ clock: 'virtual', status: 200 });
      expect((await timeAt(endpoint)) - before).toBe(3_600_000);
      expect(Math.abs(before - Date.now()), 'it starts now').toBeLessThan(60_000);
    });
  });

  it("has the machine's clock otherwise, which cannot be moved", async () => {
    await serving({}, async (printed) => {
      const { endpoint, ...more } = JSON.parse(printed) as { endpoint: string; clock?: string };

      const answer = await post(`${endpoint}/_local/clock/advance`, { seconds: 3600 });

      expect({ clock: more.clock, status: answer.status }).toEqual({ clock: undefined, status: 409 });
    });
  });

  it('says how to let time pass, and what older clients need', async () => {
    await serving({ clock: 'virtual', json: false }, async (printed) => {
      expect(printed).toMatch(/curl .* http:\/\/127\.0\.0\.1:\d+\/_local\/clock\/advance/);
      expect(printed).toContain('AWS_DEFAULT_REGION=eu-west-1');
      expect(printed).toContain('--endpoint-url $AWS_ENDPOINT_URL sqs');
    });
  });

  it('runs the controller when asked for it, and says where it is', async () => {
    buildFunctions();

    await serving({ controller: true }, async (printed) => {
      const { endpoint, controller } = JSON.parse(printed) as { endpoint: string; controller: Hub };
      const credentials = { accessKeyId: controller.account, secretAccessKey: 'local' };
      // The schedule has its first sweep at once, and one at a time is all there may be.
      const lambda = new LambdaClient({ endpoint, region: controller.region, credentials, maxAttempts: 10 });
      const swept = await lambda.send(new InvokeCommand({ FunctionName: controller.functions.sweep }));

      expect(JSON.parse(swept.Payload?.transformToString() ?? '')).toMatchObject({ groups: 0 });
      expect(controller).toMatchObject({
        ...{ account: '333333333333', region: 'eu-west-1', busName: 'lockstep', tableName: 'lockstep-ledger' },
        environment: { LOCKSTEP_QUEUE_URL: controller.queueUrl, LOCKSTEP_TOPIC_ARN: controller.topicArn },
      });
    });
  }, 240_000);

  it('says what a person can paste to drive the functions by hand', async () => {
    await serving({ controller: true, json: false }, async (printed) => {
      expect(printed).toMatch(/export LOCKSTEP_QUEUE_URL=http\S+lockstep\.fifo\n/);
      expect(printed).toMatch(/export LOCKSTEP_TOPIC_ARN=arn:aws:sns:eu-west-1:333333333333:lockstep\n/);
      expect(printed).toMatch(/export LOCKSTEP_LEDGER_TABLE=lockstep-ledger\n/);
    });
  });

  it('has no controller in a time that stands still', async () => {
    await expect(serving({ controller: true, clock: 'virtual' }, async () => {})).rejects.toThrow('--clock real');
  });
});
