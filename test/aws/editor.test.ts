import { describe, expect, it } from 'vitest';
import { editorLookup } from '../../shared/aws/editor.ts';
import type { AwsGateway } from '../../shared/model/aws-call.ts';

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const edit = { parameter: '/lockstep/desired-state/orders', version: 3, since: '2026-03-01T12:00:00Z' };

/** A hub whose event history shows nothing yet. */
const hubWith = (LastModifiedUser: string): AwsGateway => ({
  send: async (call) => ({
    ok: true,
    output: (call.operation === 'ssm:DescribeParameters'
      ? { Parameters: [{ Name: edit.parameter, Version: edit.version, LastModifiedUser }] }
      : {}) as never,
  }),
});

describe('the editor of a parameter', () => {
  it.each([
    {
      last: 'arn:aws:iam::333333333333:user/ada',
      actor: { kind: 'user', principal: 'arn:aws:iam::333333333333:user/ada', account: '333333333333' },
    },
    {
      last: 'arn:aws:sts::333333333333:assumed-role/deployer/build-7',
      actor: { kind: 'role', principal: 'arn:aws:iam::333333333333:role/deployer', session: 'build-7', account: '333333333333' },
    },
    {
      last: 'arn:aws:iam::333333333333:root',
      actor: { kind: 'root', principal: 'arn:aws:iam::333333333333:root', account: '333333333333' },
    },
  ])('is named by Parameter Store while CloudTrail shows no event: $last', async ({ last, actor }) => {
    expect(await editorLookup({ hub: hubWith(last), log })(edit)).toEqual(actor);
  });
});
