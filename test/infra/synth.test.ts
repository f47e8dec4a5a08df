import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { CfnResource } from 'aws-cdk-lib';
import { CfnManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploymentOf } from '../../infra/deployment.ts';
import { buildFunctions } from '../functions/deployed.ts';
import { configWith } from './judging.ts';

const root = join(import.meta.dirname, '..', '..');
const bin = join(root, 'node_modules', '.bin');
const folder = mkdtempSync(join(tmpdir(), 'lockstep-synth-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly output: string;
}

/** As a person would, with nothing of theirs: no credentials, no configuration of AWS, no way out to the network. */
function synth(out: string, ...args: readonly string[]): Promise<Ended> {
  const nowhere = 'http://127.0.0.1:9';
  const env = {
    ...{ PATH: [bin, process.env.PATH].join(delimiter), HOME: folder, NO_COLOR: '1', HTTPS_PROXY: nowhere, HTTP_PROXY: nowhere },
    ...{ AWS_EC2_METADATA_DISABLED: 'true' },
  };
  return new Promise((resolve) => {
    execFile(join(bin, 'cdk'), ['synth', '--quiet', '--output', out, ...args], { cwd: root, env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

interface Report {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly conclusion: string;
    readonly violations: readonly unknown[];
    readonly suppressedViolations?: readonly { readonly reason?: string }[];
  }[];
}

const reportIn = (out: string): Report => JSON.parse(readFileSync(join(out, 'validation-report.json'), 'utf8'));

describe('cdk synth', () => {
  beforeAll(buildFunctions, 120_000);

  const everything = configWith({
    organization: { id: 'o-a1b2c3d4e5', units: ['ou-ab12-cdefgh34'], regions: ['eu-west-1', 'eu-central-1'], readPolicies: true },
    notifications: {
      ...{ emails: ['a@example.com'], https: ['https://example.com/x'], slack: { workspace: 'T01', channel: 'C01' } },
      teams: {
        team: '11111111-1111-4111-8111-111111111111',
        tenant: '11111111-1111-4111-8111-111111111111',
        channel: '19%3Aabc%40thread.tacv2',
      },
    },
    names: { buckets: ['orders*'], keys: ['alias/orders*', 'arn:aws:kms:eu-west-1:111111111111:key/*'], roles: ['lockstep-*'] },
    operators: ['arn:aws:iam::333333333333:role/ops'],
  });

  it.each([
    { name: 'the example', config: undefined, stacks: 7 },
    { name: 'everything at once', config: everything, stacks: 8 },
  ])(
    'finds nothing wrong with $name, and every exception has its reason',
    async ({ name, config, stacks }) => {
      const out = join(folder, name);
      const file = join(folder, 'config.json');
      if (config) writeFileSync(file, JSON.stringify(config));

      const { code, output } = await synth(out, ...(config ? ['-c', `config=${file}`] : []));

      expect({ code, output }).toMatchObject({ code: 0, output: expect.not.stringMatching(/error|warning/i) });
      const { pluginReports } = reportIn(out);
      expect(pluginReports.map(({ pluginName, conclusion }) => [pluginName, conclusion])).toContainEqual([
        'AwsSolutions',
        'success',
      ]);
      expect(pluginReports.flatMap(({ violations }) => violations)).toEqual([]);
      const exceptions = pluginReports.flatMap(({ suppressedViolations = [] }) => suppressedViolations);
      expect(exceptions.filter(({ reason = '' }) => reason.length < 40)).toEqual([]);
      const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as {
        artifacts: Record<string, { type: string }>;
      };
      expect(Object.values(manifest.artifacts).filter(({ type }) => type === 'aws:cloudformation:stack')).toHaveLength(stacks);
    },
    240_000,
  );

  const everyRight = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

  it.each([
    {
      what: 'a field that AWS does not know',
      plant: (stack: Construct) => new CfnResource(stack, 'Planted', { type: 'AWS::SQS::Queue', properties: { Colour: 'red' } }),
      says: /Colour/,
    },
    {
      what: 'a right to everything',
      plant: (stack: Construct) => new CfnManagedPolicy(stack, 'Planted', { policyDocument: everyRight }),
      says: /AwsSolutions-IAM5/,
    },
  ])(
    'refuses $what',
    ({ what, plant, says }) => {
      const { context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')) as { context: Record<string, unknown> };
      const code = join(root, 'dist', 'functions');
      const app = deploymentOf({ config: configWith(), code, context, outdir: join(folder, what) });

      plant(app.node.findChild('lockstep-spoke-111111111111') as Construct);

      expect(() => app.synth()).toThrow(says);
    },
    120_000,
  );

  it('says in one line what is wrong with the configuration', async () => {
    const file = join(folder, 'wrong.json');
    writeFileSync(file, '{ "hub": { "account": "3", "region": "eu-west-1" } }');

    const { code, output } = await synth(join(folder, 'wrong'), '-c', `config=${file}`);

    expect(code).not.toBe(0);
    expect(output).toContain('hub.account: must be 12 digits in quotes, got "3"');
    expect(output).not.toContain('    at ');
  }, 120_000);
});
