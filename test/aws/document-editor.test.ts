import { DeleteParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { virtualClock } from '../../infra/sandbox/clock.ts';
import { createLocalAws } from '../../infra/sandbox/local-aws.ts';
import { documentEditor } from '../../shared/aws/document-editor.ts';
import { hubGateway } from '../../shared/aws/hub-gateway.ts';
import { inProcess } from './local-ledger.ts';

const Name = '/lockstep/desired-state/orders';

function editing() {
  const clock = virtualClock();
  const aws = createLocalAws({ clock });
  const { credentials, region, requestHandler } = inProcess(aws);
  const told: string[] = [];
  const say = (message: string) => void told.push(message);
  const hub = hubGateway({ credentials: async () => credentials, region, requestHandler, userAgent: 'test' });
  const editorOf = documentEditor({ hub, log: { debug: say, info: say, warn: say, error: say } });
  const ssm = new SSMClient({ ...inProcess(aws), customUserAgent: 'by-hand' });
  const put = (name = Name) => ssm.send(new PutParameterCommand({ Name: name, Value: '{}', Type: 'String', Overwrite: true }));
  return { aws, clock, editorOf, ssm, put, told };
}

const since = '2026-01-01T00:00:00.500Z';
const root = { kind: 'root', account: '111111111111' };

describe('the editor of a document', () => {
  it('is whoever made that version', async () => {
    const { editorOf, put, clock } = editing();
    await put('/lockstep/desired-state/others');
    await put();
    await clock.advance(3600);

    expect(await editorOf({ parameter: Name, version: 1, since })).toMatchObject(root);
    expect(await editorOf({ parameter: Name, version: 2, since })).toBeUndefined();
    expect(await editorOf({ parameter: Name, version: 1, since: '2026-01-01T00:30:00Z' })).toBeUndefined();
  });

  it('is whoever deleted it', async () => {
    const { editorOf, put, ssm, clock } = editing();
    await put();
    await clock.advance(1);
    expect(await editorOf({ parameter: Name, since })).toBeUndefined();
    await ssm.send(new DeleteParameterCommand({ Name }));
    await clock.advance(3600);

    expect(await editorOf({ parameter: Name, since })).toMatchObject(root);
  });

  it('stays unknown while CloudTrail says nothing, which is logged', async () => {
    const { editorOf, put, aws, told } = editing();
    await put();
    aws.trouble.add({ match: { service: 'cloudtrail' }, fault: { kind: 'deny' } });

    expect(await editorOf({ parameter: Name, version: 1, since })).toBeUndefined();
    expect(told).toEqual(['event history unreadable']);
  });
});
