import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { describe, expect, it, vi } from 'vitest';
import { virtualClock } from '../../infra/sandbox/clock.ts';
import { createLocalAws } from '../../infra/sandbox/local-aws.ts';
import { spokeGateway } from '../../shared/aws/accounts.ts';
import { inProcess } from './local-ledger.ts';

const call = { operation: 'iam:GetRole', account: '222222222222', region: 'us-east-1', input: { RoleName: 'watcher' } } as const;

function spoke(more: Parameters<typeof spokeGateway>[0] = {}) {
  const clock = virtualClock();
  const aws = createLocalAws({ clock });
  const { credentials, ...inside } = inProcess(aws);
  const { requestHandler, hold } = holding(inside.requestHandler);
  const gateway = spokeGateway({
    ...{ role: 'watcher', requestHandler, credentials: async () => credentials, now: clock.now, region: 'eu-west-1' },
    ...more,
  });
  const iam = new IAMClient({ ...inProcess(aws), credentials: { accessKeyId: '222222222222', secretAccessKey: 'any' } });
  const deploy = async () => {
    const trust = [{ Effect: 'Allow', Principal: { AWS: '111111111111' }, Action: 'sts:AssumeRole' }];
    const rights = [{ Effect: 'Allow', Action: 'iam:GetRole', Resource: '*' }];
    const document = (Statement: unknown) => JSON.stringify({ Version: '2012-10-17', Statement });
    await iam.send(new CreateRoleCommand({ RoleName: 'watcher', AssumeRolePolicyDocument: document(trust) }));
    await iam.send(new PutRolePolicyCommand({ RoleName: 'watcher', PolicyName: 'p', PolicyDocument: document(rights) }));
  };
  const assumed = () => aws.calls.filter(({ operation }) => operation === 'AssumeRole');
  return { aws, clock, gateway, deploy, assumed, hold };
}

/** Keeps the answer of the next request back until it is released. */
function holding(inner: ReturnType<typeof inProcess>['requestHandler']) {
  let next: Promise<void> | undefined;
  let held = 0;
  const handle: typeof inner.handle = async (...request) => {
    const gate = next;
    next = undefined;
    const answer = await inner.handle(...request);
    if (gate) held += 1;
    await gate;
    return answer;
  };
  const hold = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    next = promise;
    return Object.assign(resolve, { held: () => held });
  };
  return { requestHandler: { ...inner, handle } as typeof inner, hold };
}

describe('a gateway to the spokes', () => {
  it('assumes the role of an account once, and again before the credentials expire', async () => {
    const { gateway, deploy, assumed, clock } = spoke();
    await deploy();

    const replies = await Promise.all([gateway.send(call), gateway.send(call)]);
    expect(replies.map(({ ok }) => ok)).toEqual([true, true]);
    expect(assumed()).toHaveLength(1);
    await clock.advance(54 * 60);
    await gateway.send(call);
    expect(assumed()).toHaveLength(1);
    await clock.advance(2 * 60);
    expect((await gateway.send(call)).ok).toBe(true);
    expect(assumed()).toHaveLength(2);
  });

  it('asks a role that could not be assumed again after half a minute', async () => {
    const { gateway, deploy, assumed, clock } = spoke();

    const refused = await gateway.send(call);
    expect(refused).toMatchObject({ ok: false, error: { code: 'SpokeNotAssumable' } });
    await deploy();
    await clock.advance(29);
    expect((await gateway.send(call)).ok).toBe(false);
    expect(assumed()).toHaveLength(1);
    await clock.advance(2);
    expect((await gateway.send(call)).ok).toBe(true);
    expect(assumed()).toHaveLength(2);
  });

  it('names its sessions', async () => {
    const { gateway, deploy, assumed } = spoke({ sessionName: 'reconcile' });
    await deploy();

    await gateway.send(call);

    expect(assumed()[0]?.input).toMatchObject({
      RoleSessionName: 'reconcile',
      RoleArn: 'arn:aws:iam::222222222222:role/watcher',
    });
  });

  it('assumes anew where AWS takes the session no more, once, whenever calls find out', async () => {
    const { gateway, deploy, assumed, aws, hold } = spoke();
    await deploy();
    await gateway.send(call);
    aws.world.sts.sessions.clear();

    const release = hold();
    const late = gateway.send(call);
    await vi.waitFor(() => expect(release.held()).toBe(1));
    const replies = await Promise.all([gateway.send(call), gateway.send(call)]);
    release();

    expect([...replies, await late].map(({ ok }) => ok)).toEqual([true, true, true]);
    expect(assumed()).toHaveLength(2);
  });

  it('gives up a connection on which nothing comes', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => void silent.listen(0, '127.0.0.1', resolve));
    vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
    const credentials = async () => ({ accessKeyId: '111111111111', secretAccessKey: 'any' });
    const requestHandler = { connectionTimeout: 300, requestTimeout: 300, socketTimeout: 300, throwOnRequestTimeout: true };
    const gateway = spokeGateway({ credentials, requestHandler });

    const reply = await gateway.send({ ...call, operation: 'iam:GetRole' });

    expect(reply).toMatchObject({ ok: false, error: { code: 'TimeoutError' } });
    silent.closeAllConnections();
    silent.close();
  });
});
