/** What AWS answers, held against the local AWS over HTTP and, where moto is installed, against moto for what moto gets right. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalAws } from '../../infra/sandbox/local-aws.ts';
import { iamCases, stsCases } from './contract/identity.ts';
import { kmsCases } from './contract/kms.ts';
import { s3Cases } from './contract/s3.ts';
import { type Case, sceneAt } from './contract/scene.ts';
import { ssmCases } from './contract/ssm.ts';

const services: readonly (readonly [name: string, cases: readonly Case[]])[] = [
  ['S3', s3Cases],
  ['KMS', kmsCases],
  ['IAM', iamCases],
  ['STS', stsCases],
  ['SSM', ssmCases],
];

async function outcomeOf({ call }: Case, endpoint: string): Promise<{ readonly answer: unknown } | { readonly error: unknown }> {
  try {
    return { answer: await call(sceneAt(endpoint)) };
  } catch (error) {
    const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    if ($metadata === undefined) throw error;
    return { error: [name, $metadata.httpStatusCode] };
  }
}

async function check(one: Case, endpoint: string): Promise<void> {
  const outcome = await outcomeOf(one, endpoint);

  if (one.error === undefined) expect(outcome).toMatchObject({ answer: one.answer ?? expect.anything() });
  else expect(outcome).toEqual({ error: [one.error[0], one.error[1] ?? expect.any(Number)] });
}

describe('the contract of AWS, kept by the local AWS over HTTP', () => {
  let server: Awaited<ReturnType<ReturnType<typeof createLocalAws>['listen']>>;
  beforeAll(async () => {
    server = await createLocalAws().listen();
  });
  afterAll(() => server.close());

  describe.each(services)('%s', (_, cases) => {
    it.each(cases)('$because', (one) => check(one, server.url));
  });
});

const hasMoto = spawnSync('python3', ['-c', 'import moto.server'], { stdio: 'ignore' }).status === 0;
if (!hasMoto) console.info('moto is not installed: its contract tests are left out.');

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** moto on a port of its own. @throws Error when it has not answered after a minute, or ended before */
async function startMoto(): Promise<{ readonly url: string; readonly server: ChildProcess }> {
  const port = await freePort();
  const server = spawn('python3', ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 300 && server.exitCode === null; tries++) {
    if (
      await fetch(`${url}/moto-api/`).then(
        (response) => response.ok,
        () => false,
      )
    )
      return { url, server };
    await pause(200);
  }
  server.kill();
  throw new Error('moto did not start');
}

describe.runIf(hasMoto)('the contract of AWS, as far as moto keeps it', () => {
  let moto: Awaited<ReturnType<typeof startMoto>>;
  beforeAll(async () => {
    moto = await startMoto();
  }, 90_000);
  afterAll(() => void moto?.server.kill());

  describe.each(services)('%s', (_, cases) => {
    it.each(cases.filter((one) => one.moto === true))('$because', (one) => check(one, moto.url));
  });
});
