import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../infra/config.ts';
import { deploymentOf } from '../../infra/deployment.ts';
import { loadAssembly, readAssembly } from '../../infra/sandbox/stacks/assembly.ts';
import { aParameter, aRegion, destination, hole, idleFunctions, region, source, trustOf } from './stacks-support.ts';

const folder = mkdtempSync(join(tmpdir(), 'lockstep-assembly-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const stackOf = (environment: string, dependencies: readonly string[] = [], properties: object = {}) => ({
  ...{ type: 'aws:cloudformation:stack', environment, dependencies },
  properties: { templateFile: 'template.json', ...properties },
});

/** What `cdk synth` would have written. @param files by path, as JSON */
function anAssembly(name: string, artifacts: object, files: Readonly<Record<string, object>> = {}): string {
  const directory = join(folder, name);
  const template = { Parameters: { Word: { Type: 'String', Default: 'none' } }, Resources: { It: aParameter({ Ref: 'Word' }) } };
  for (const [path, content] of Object.entries({
    'template.json': template,
    ...files,
    'manifest.json': { version: '48.0.0', artifacts },
  })) {
    mkdirSync(join(directory, path, '..'), { recursive: true });
    writeFileSync(join(directory, path), JSON.stringify(content));
  }
  return directory;
}

describe('the synthesized stacks, deployed again', () => {
  const deployed = async (name: string, aws: ReturnType<typeof aRegion>['aws'], more: object = {}) => {
    const config = parseConfig(
      JSON.stringify({
        hub: { account: '333333333333', region },
        spokes: [source, destination].map((account) => ({ account, regions: [region] })),
        externalId: 'a-shared-word',
        names: { buckets: ['orders*'], keys: ['alias/orders*'], roles: ['lockstep-orders*'] },
        ...more,
      }),
    );
    const outdir = join(folder, name);
    deploymentOf({ config, code: idleFunctions(join(folder, 'functions')), outdir, checked: false }).synth();
    const { length } = aws.calls;
    const stacks = await loadAssembly(aws, outdir);
    return { stacks, operations: new Set(aws.calls.slice(length).map(({ operation }) => operation)) };
  };

  it('change nothing when nothing changed, and in place what the configuration changes', async () => {
    const { aws } = aRegion();
    const first = await deployed('before', aws);

    const same = await deployed('same', aws);
    const observing = await deployed('observing', aws, {
      mode: 'observe',
      names: { buckets: ['more*'], keys: ['alias/m*'], roles: ['m*'] },
    });

    // What CDK asks about its own bootstrapping.
    expect([...same.operations]).toEqual(['GetParameter']);
    expect(
      [...observing.operations].filter((operation) => /^(Create(?!PolicyVersion)|Delete(?!PolicyVersion))/.test(operation)),
    ).toEqual([]);
    const modes = [...aws.world.lambda.functions.values()].map(({ settings }) => settings.environment.LOCKSTEP_MODE);
    expect(new Set(modes)).toEqual(new Set(['observe']));
    for (const [id, { resources }] of first.stacks) {
      expect([...(observing.stacks.get(id)?.resources.values() ?? [])].map((one) => one.id)).toEqual(
        [...resources.values()].map((one) => one.id),
      );
    }
    for (const { left } of observing.stacks.values()) expect(left).toEqual([]);
  });
});

describe('a cloud assembly', () => {
  it('is deployed stack by stack into its environments, each after those it depends on', async () => {
    const { aws } = aRegion();
    const directory = anAssembly('ordered', {
      tree: { type: 'cdk:tree', properties: { file: 'tree.json' } },
      last: stackOf(`aws://${destination}/us-east-1`, ['middle']),
      middle: stackOf(`aws://${source}/${region}`, ['first'], { stackName: 'own-name' }),
      first: stackOf(`aws://${source}/eu-central-1`),
    });

    const stacks = await loadAssembly(aws, directory, { parameters: { last: { Word: 'given' } } });

    expect([...stacks].map(([id, { name, account, region: at }]) => `${id}: ${name} in ${account}, ${at}`)).toEqual([
      `first: first in ${source}, eu-central-1`,
      `middle: own-name in ${source}, ${region}`,
      `last: last in ${destination}, us-east-1`,
    ]);
    expect(stacks.get('last')?.resources.get('It')?.attributes.Value).toBe('given');
  });

  it('goes where it is sent, when its stacks are for no place of their own', async () => {
    const { aws } = aRegion();
    const directory = anAssembly('anywhere', {
      one: stackOf('aws://unknown-account/unknown-region'),
      two: stackOf('aws://unknown-account/unknown-region'),
    });

    await expect(loadAssembly(aws, directory)).rejects.toThrow(
      'The stack one is for no account and region of its own: say where it goes.',
    );
    const stacks = await loadAssembly(aws, directory, {
      placement: ({ id }) => (id === 'two' ? { account: destination, region } : undefined),
    });

    expect([...stacks.keys()]).toEqual(['two']);
    expect(stacks.get('two')).toMatchObject({ account: destination, region });
  });

  it('holds others within it', () => {
    const inner = { version: '48.0.0', artifacts: { stack: stackOf(`aws://${source}/${region}`) } };
    const directory = anAssembly(
      'outer',
      { stage: { type: 'cdk:cloud-assembly', properties: { directoryName: 'assembly-stage' } } },
      { 'assembly-stage/manifest.json': inner, 'assembly-stage/template.json': { Resources: { It: aParameter('x') } } },
    );

    expect(readAssembly(directory)).toMatchObject([{ id: 'stack', account: source, region }]);
  });

  it('finds the code of functions where its lists of assets say', async () => {
    const { aws } = aRegion();
    const Resources = {
      Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trustOf('lambda.amazonaws.com') } },
      Work: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          ...{ Runtime: 'nodejs24.x', Handler: 'index.handler', Role: { 'Fn::GetAtt': ['Role', 'Arn'] } },
          Code: { S3Bucket: { 'Fn::Sub': `cdk-assets-${hole('AWS::AccountId')}-${hole('AWS::Region')}` }, S3Key: 'abc.zip' },
        },
      },
    };
    const assets = {
      files: {
        abc: {
          source: { path: 'asset.abc', packaging: 'zip' },
          destinations: { there: { bucketName: 'b', objectKey: 'abc.zip' } },
        },
      },
    };
    const directory = anAssembly(
      'code',
      {
        'stack.assets': { type: 'cdk:asset-manifest', properties: { file: 'stack.assets.json' } },
        stack: stackOf(`aws://${source}/${region}`, ['stack.assets']),
      },
      { 'template.json': { Resources }, 'stack.assets.json': assets, 'asset.abc/index.mjs': {} },
    );

    await loadAssembly(aws, directory);

    const [fn] = [...aws.world.lambda.functions.values()];
    expect(fn?.settings.code).toEqual({ kind: 'bundle', path: join(directory, 'asset.abc', 'index.mjs') });
  });
});
