import { DeleteParameterCommand, DeleteParametersCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { virtualClock } from '../../infra/sandbox/clock.ts';
import { createLocalAws } from '../../infra/sandbox/local-aws.ts';
import { editorLookup } from '../../shared/aws/editor.ts';
import { hubGateway } from '../../shared/aws/hub-gateway.ts';
import type { AwsCall, AwsGateway, Reply } from '../../shared/model/aws-call.ts';
import type { Operation } from '../../shared/model/operations.ts';
import { newHub } from '../support/admission.ts';

const parameter = '/lockstep/desired-state/orders';
const arn = `arn:aws:ssm:eu-west-1:111111111111:parameter${parameter}`;

/** A parameter store, its event history, and minutes that pass. */
function aStore() {
  const clock = virtualClock();
  const aws = createLocalAws({ clock, cloudtrail: { lookupDelay: 300, lookupsPerSecond: 10 } });
  const credentials = { accessKeyId: '111111111111', secretAccessKey: 'any' };
  const ssm = new SSMClient({ region: 'eu-west-1', credentials, requestHandler: aws.requestHandler() });
  const hub = hubGateway({
    region: 'eu-west-1',
    userAgent: 'test',
    credentials: async () => credentials,
    requestHandler: aws.requestHandler(),
  });
  const { c, logged } = newHub();
  const put = async (): Promise<number> =>
    (await ssm.send(new PutParameterCommand({ Name: parameter, Value: '{}', Type: 'String', Overwrite: true }))).Version ?? 0;
  return { clock, ssm, put, editorOf: editorLookup({ hub, log: c.log }), logged, now: () => clock.now().toISOString() };
}

describe('the editor of a parameter', () => {
  it('is known at once from Parameter Store, as far as it tells', async () => {
    const { put, editorOf, now } = aStore();
    const since = now();

    expect(await editorOf({ parameter, version: await put(), since })).toEqual({
      ...{ kind: 'root', principal: 'arn:aws:iam::111111111111:root', account: '111111111111' },
    });
  });

  it('is known minutes later from CloudTrail, with address and tool', async () => {
    const { put, editorOf, clock, now } = aStore();
    const since = now();
    const version = await put();

    await clock.advance(1200);

    expect(await editorOf({ parameter, version, since })).toMatchObject({
      sourceAddress: '127.0.0.1',
      userAgent: expect.stringContaining('ssm'),
    });
  });

  const deletions = [
    { how: 'alone', command: new DeleteParameterCommand({ Name: parameter }) },
    { how: 'with others', command: new DeleteParametersCommand({ Names: ['/other', parameter] }) },
    { how: 'by its ARN', command: new DeleteParameterCommand({ Name: arn }) },
  ];

  it.each(deletions)('that deleted it $how is known from CloudTrail', async ({ command }) => {
    const { put, ssm, editorOf, clock, now } = aStore();
    const since = now();
    await put();
    await ssm.send(command as DeleteParameterCommand);

    const atOnce = await editorOf({ parameter, since });
    await clock.advance(1200);

    expect(atOnce).toBeUndefined();
    expect(await editorOf({ parameter, since })).toMatchObject({ kind: 'root', sourceAddress: '127.0.0.1' });
  });

  it('of an earlier version is not taken for the one of this', async () => {
    const { put, editorOf, clock, now } = aStore();
    await put();
    await clock.advance(1200);
    const since = now();
    const version = await put();

    // CloudTrail shows the first edit only, and Parameter Store a third one.
    await put();

    expect(await editorOf({ parameter, version, since })).toBeUndefined();
  });

  const gateways: readonly { readonly what: string; readonly send: (call: AwsCall) => Promise<Reply<Operation>> }[] = [
    { what: 'refuses', send: async () => ({ ok: false, error: { code: 'AccessDeniedException', message: 'no', caller: 'x' } }) },
    { what: 'breaks', send: async () => Promise.reject(new Error('no')) },
    {
      what: 'answers nonsense',
      send: async () => ({ ok: true, output: { Events: [{ CloudTrailEvent: '{' }, {}], Parameters: [{}] } }) as never,
    },
  ];

  it.each(gateways)('is unknown when AWS $what', async ({ send }) => {
    const { c } = newHub();
    const editorOf = editorLookup({ hub: { send } as unknown as AwsGateway, log: c.log });

    expect(await editorOf({ parameter, version: 1, since: '2026-03-01T12:00:00Z' })).toBeUndefined();
    expect(await editorOf({ parameter, since: '2026-03-01T12:00:00Z' })).toBeUndefined();
  });

  const records = [
    { what: 'another parameter', record: { requestParameters: { name: `${parameter}-2` } } },
    { what: 'a refused call', record: { errorCode: 'AccessDenied' } },
    { what: 'another version', record: { responseElements: { version: 3 } } },
    { what: 'an earlier call', record: { eventTime: '2026-03-01T11:59:59Z' } },
    { what: 'no time', record: { eventTime: undefined } },
  ];

  it.each(records)('is not that of $what', async ({ record }) => {
    const sound = {
      eventTime: '2026-03-01T12:00:00Z',
      requestParameters: { name: parameter },
      responseElements: { version: 2 },
      userIdentity: { type: 'Root', arn: 'arn:aws:iam::333333333333:root' },
    };
    const answering = (one: object) => {
      const send = async ({ operation }: AwsCall) =>
        ({
          ok: true,
          output:
            operation === 'cloudtrail:LookupEvents' ? { Events: [{ CloudTrailEvent: JSON.stringify(one) }] } : { Parameters: [] },
        }) as Reply<Operation>;
      return editorLookup({ hub: { send } as unknown as AwsGateway, log: newHub().c.log });
    };
    const asked = { parameter, version: 2, since: '2026-03-01T12:00:00.700Z' };

    expect(await answering(sound)(asked)).toMatchObject({ kind: 'root' });
    expect(await answering({ ...sound, ...record })(asked)).toBeUndefined();
  });
});
