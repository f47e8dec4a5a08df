import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  GetRoleCommand,
  ListRolesCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import type { CallRecord, CallResult } from '../../infra/sandbox/local-aws.ts';
import { AwsError } from '../../infra/sandbox/service.ts';
import { aClock, clientsOf, destination, freshAws, refusalOf, source } from './front-clients.ts';

describe('callers of the local AWS', () => {
  it('are the administrator of the account whose 12 digits are the access key id', async () => {
    const { sts } = clientsOf(freshAws(), destination);

    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: destination,
      Arn: `arn:aws:iam::${destination}:root`,
      UserId: destination,
    });
  });

  it.each(['test', 'AKIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7EXAMPLE', '11111111111', '1111111111111'])(
    'are not let in as %s',
    async (key) => {
      const { s3, iam, ssm } = clientsOf(freshAws(), key);

      const refusals = await Promise.all([
        refusalOf(s3.send(new ListBucketsCommand({}))),
        refusalOf(iam.send(new ListRolesCommand({}))),
        refusalOf(ssm.send(new GetParameterCommand({ Name: 'x' }))),
      ]);

      expect(refusals).toMatchObject([
        { code: 'InvalidAccessKeyId', status: 403, message: expect.stringContaining('12-digit account id') },
        { code: 'InvalidClientTokenId', status: 403, message: expect.stringContaining('12-digit account id') },
        { code: 'UnrecognizedClientException', status: 403, message: expect.stringContaining('12-digit account id') },
      ]);
    },
  );

  it("are a user with the user's access key, while it is active", async () => {
    const aws = freshAws();
    const { iam } = clientsOf(aws);
    await iam.send(new CreateUserCommand({ UserName: 'ana', Path: '/team/' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ana' }));
    const credentials = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
    const { sts } = clientsOf(aws, credentials);
    const key = { UserName: 'ana', AccessKeyId: credentials.accessKeyId };

    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: `arn:aws:iam::${source}:user/team/ana`,
      UserId: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/),
    });
    await iam.send(new UpdateAccessKeyCommand({ ...key, Status: 'Inactive' }));
    expect(await refusalOf(sts.send(new GetCallerIdentityCommand({})))).toMatchObject({ code: 'InvalidClientTokenId' });
    await iam.send(new UpdateAccessKeyCommand({ ...key, Status: 'Active' }));
    await iam.send(new DeleteAccessKeyCommand(key));
    expect(await refusalOf(sts.send(new GetCallerIdentityCommand({})))).toMatchObject({ code: 'InvalidClientTokenId' });
  });
});

describe('the record of calls', () => {
  it('says who called what, where, when, and with which result', async () => {
    const clock = aClock();
    const aws = freshAws({ clock });
    const { ssm } = clientsOf(aws, source, 'eu-central-1');
    await ssm.send(new PutParameterCommand({ Name: '/x', Value: 'v', Type: 'String' }));
    await clock.advance(60);
    await refusalOf(ssm.send(new GetParameterCommand({ Name: '/y' })));
    await refusalOf(clientsOf(aws, 'stranger').ssm.send(new GetParameterCommand({ Name: '/x' })));

    const known = { caller: `arn:aws:iam::${source}:root`, account: source, region: 'eu-central-1', service: 'ssm' };
    expect(aws.calls).toEqual([
      {
        ...known,
        time: new Date('2026-01-01T00:00:00Z'),
        operation: 'PutParameter',
        input: { Name: '/x', Value: 'v', Type: 'String' },
      },
      {
        ...known,
        time: new Date('2026-01-01T00:01:00Z'),
        operation: 'GetParameter',
        input: { Name: '/y' },
        error: 'ParameterNotFound',
      },
      expect.objectContaining({
        caller: undefined,
        account: undefined,
        operation: 'GetParameter',
        error: 'UnrecognizedClientException',
      }),
    ]);
  });

  it('is told to listeners until they stop listening', async () => {
    const aws = freshAws();
    const heard: CallRecord[] = [];
    const stop = aws.onCall((call) => heard.push(call));
    const { iam } = clientsOf(aws);

    await iam.send(new ListRolesCommand({}));
    stop();
    await iam.send(new ListRolesCommand({}));

    expect(heard.map(({ operation }) => operation)).toEqual(['ListRoles']);
    expect(aws.calls).toHaveLength(2);
  });
});

describe('an interceptor', () => {
  it('may refuse a call, and then nothing happens', async () => {
    const before = (call: { operation: string }) => {
      if (call.operation === 'PutParameter') throw new AwsError('AccessDeniedException', 'not you', 400);
      return undefined;
    };
    const aws = freshAws({ interceptors: [{ before }] });
    const { ssm } = clientsOf(aws);

    const refusal = await refusalOf(ssm.send(new PutParameterCommand({ Name: '/x', Value: 'v', Type: 'String' })));

    expect(refusal).toMatchObject({ code: 'AccessDeniedException', message: 'not you' });
    expect(await refusalOf(ssm.send(new GetParameterCommand({ Name: '/x' })))).toMatchObject({ code: 'ParameterNotFound' });
  });

  it("may answer in the handler's place", async () => {
    const aws = freshAws({ interceptors: [{ before: () => ({ output: { Roles: [], IsTruncated: true, Marker: 'old' } }) }] });

    expect(await clientsOf(aws).iam.send(new ListRolesCommand({}))).toMatchObject({ IsTruncated: true, Marker: 'old' });
  });

  it('sees every result afterwards, refusals included', async () => {
    const seen: [string, CallResult][] = [];
    const aws = freshAws({ interceptors: [{ after: (call, _input, result) => void seen.push([call.operation, result]) }] });
    const { iam } = clientsOf(aws);

    await iam.send(new ListRolesCommand({}));
    await refusalOf(iam.send(new GetRoleCommand({ RoleName: 'none' })));

    expect(seen).toMatchObject([
      ['ListRoles', { output: { IsTruncated: false } }],
      ['GetRole', { error: { code: 'NoSuchEntity' } }],
    ]);
  });
});

describe('serving HTTP', () => {
  it('shares its world with the in-process front', async () => {
    const aws = freshAws();
    const { url, close } = await aws.listen();
    const overHttp = new SSMClient({
      region: 'eu-west-1',
      endpoint: url,
      credentials: { accessKeyId: source, secretAccessKey: 'any' },
    });

    await overHttp.send(new PutParameterCommand({ Name: '/x', Value: 'ü<&>', Type: 'String' }));
    const { Parameter } = await clientsOf(aws).ssm.send(new GetParameterCommand({ Name: '/x' }));
    await close();

    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(Parameter?.Value).toBe('ü<&>');
  });

  it('says what to do when the port is taken', async () => {
    const { url, close } = await freshAws().listen();
    const port = Number(new URL(url).port);

    await expect(freshAws().listen(port)).rejects.toThrow(
      `Port ${port} of 127.0.0.1 is in use. Stop the program that listens there`,
    );
    await close();
  });

  it('ends at once when it is closed, idle connections and all', async () => {
    const { url, close } = await freshAws().listen();
    const sts = new STSClient({
      region: 'eu-west-1',
      endpoint: url,
      credentials: { accessKeyId: source, secretAccessKey: 'any' },
      maxAttempts: 1,
    });
    await sts.send(new GetCallerIdentityCommand({}));

    await close();

    await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toThrow(/ECONNREFUSED|ECONNRESET|socket hang up/);
  });
});
