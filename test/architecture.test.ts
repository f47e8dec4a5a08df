import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aspects } from '../shared/aspects/index.ts';

const root = join(import.meta.dirname, '..');

/** What reaches the network without an import. */
const network = /\b(fetch|WebSocket|EventSource|XMLHttpRequest)\(/;

interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly license?: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

describe('the dependency rules', () => {
  const planted = [
    {
      rule: 'aws-at-the-edge',
      file: 'shared/policy/sends.ts',
      text: `import { S3Client } from '@aws-sdk/client-s3';\nexport const client = S3Client;`,
      because: 'the core would send',
    },
    {
      rule: 'aws-at-the-edge',
      file: 'shared/model/schemas.ts',
      text: `import { type A, NormalizedSchema } from '@smithy/core';\nexport const schema: A = NormalizedSchema;`,
      because: 'one type in the braces does not make it an import of types',
    },
    {
      rule: 'no-io-in-the-core',
      file: 'shared/stages/reads.ts',
      text: `import { readFileSync } from 'node:fs';\nexport const read = readFileSync;`,
      because: 'a stage would read files',
    },
    {
      rule: 'no-io-in-the-core',
      file: 'shared/reconcile.ts',
      text: `export const net = () => import('node:http');`,
      because: 'a lazy import is an import',
    },
    {
      rule: 'few-packages-in-the-core',
      file: 'shared/stages/asks.ts',
      text: `import { ask } from 'a-client';\nexport const answer = ask;`,
      because: 'the package would open the socket that the core may not',
    },
    {
      rule: 'clients-are-made-in-one-place',
      file: 'functions/sweep/sends.ts',
      text: `import { S3Client } from '@aws-sdk/client-s3';\nexport const client = S3Client;`,
      because: 'a function would send by itself',
    },
    {
      rule: 'functions-open-no-sockets',
      file: 'functions/cli/downloads.ts',
      text: `import { get } from 'node:https';\nexport const download = get;`,
      because: 'a command would reach the network past shared/aws',
    },
    {
      rule: 'functions-stand-apart',
      file: 'functions/route/borrows.ts',
      text: `import { access } from '../cli/access.ts';\nexport const a = access;`,
      because: 'the command line would ship in a Lambda',
    },
    {
      rule: 'stages-get-aspects-as-values',
      file: 'shared/stages/names.ts',
      text: `import { versioning } from '../aspects/versioning.ts';\nexport const aspect = versioning;`,
      because: 'a stage would know one aspect',
    },
    {
      rule: 'controller-takes-aspects-as-a-list',
      file: 'shared/controller/pass/names.ts',
      text: `import { versioning } from '../../aspects/versioning.ts';\nexport const aspect = versioning;`,
      because: 'the controller would know one aspect',
    },
    {
      rule: 'shared-stands-alone',
      file: 'shared/aws/wired.ts',
      text: `import type { Wiring } from '../../functions/wiring.ts';\nexport type W = Wiring;`,
      because: 'the core would know who runs it',
    },
    {
      rule: 'lambdas-without-infra',
      file: 'functions/admit/handler.ts',
      text: `import { stack } from '../../infra/stack.ts';\nexport const s = stack;`,
      because: 'CDK would ship in a Lambda',
    },
    {
      rule: 'no-test-code-in-the-product',
      file: 'infra/app.ts',
      text: `import { builder } from '../test/support/builder.ts';\nexport const b = builder;`,
      because: 'tests are not deployed',
    },
    {
      rule: 'deployment-without-the-local-aws',
      file: 'infra/hub-stack.ts',
      text: `import { local } from './sandbox/local.ts';\nexport const l = local;`,
      because: 'the local AWS is not deployed',
    },
    {
      rule: 'local-aws-knows-no-controller',
      file: 'infra/sandbox/services/s3.ts',
      text: `import { versioning } from '../../../shared/aspects/versioning.ts';\nexport const v = versioning;`,
      because: 'the judge would share the mistakes of the judged',
    },
    {
      rule: 'local-aws-takes-types-of-the-model',
      file: 'infra/sandbox/services/kms.ts',
      text: `import { arn } from '../../../shared/model/arn.ts';\nexport const a = arn;`,
      because: 'the judge would share the mistakes of the judged',
    },
    {
      rule: 'no-cycles',
      file: 'shared/model/round.ts',
      text: `import { trip } from './trip.ts';\nexport const round = () => trip;`,
      because: 'which of them is there first depends on who asks',
    },
    {
      rule: 'product-needs-no-tools',
      file: 'functions/cli/tool.ts',
      text: `import { build } from 'a-tool';\nexport const b = build;`,
      because: 'it is not there where the product runs',
    },
    { rule: 'resolvable', file: 'shared/model/lost.ts', text: `export * from './nowhere.ts';`, because: 'it is not there' },
  ];

  const innocent: Readonly<Record<string, string>> = {
    'package.json':
      '{ "type": "module", "dependencies": { "@aws-sdk/client-s3": "1.0.0", "@smithy/core": "1.0.0", "a-client": "1.0.0", "zod": "1.0.0" }, "devDependencies": { "a-tool": "1.0.0" } }',
    'tsconfig.json':
      '{ "compilerOptions": { "module": "ESNext", "moduleResolution": "Bundler", "allowImportingTsExtensions": true, "noEmit": true } }',
    'node_modules/@aws-sdk/client-s3/package.json': '{ "name": "@aws-sdk/client-s3", "main": "index.js" }',
    'node_modules/@aws-sdk/client-s3/index.js': '',
    'node_modules/@smithy/core/package.json': '{ "name": "@smithy/core", "main": "index.js" }',
    'node_modules/@smithy/core/index.js': '',
    'node_modules/a-client/package.json': '{ "name": "a-client", "main": "index.js" }',
    'node_modules/a-client/index.js': '',
    'node_modules/zod/package.json': '{ "name": "zod", "main": "index.js" }',
    'node_modules/zod/index.js': '',
    'node_modules/a-tool/package.json': '{ "name": "a-tool", "main": "index.js" }',
    'node_modules/a-tool/index.js': '',
    'shared/aspects/versioning.ts': 'export const versioning = 1;',
    'shared/aspects/aspect.ts': `import type { S3Client } from '@aws-sdk/client-s3';\nexport interface Aspect { client: S3Client }`,
    'shared/stages/generic.ts': `import type { Aspect } from '../aspects/aspect.ts';\nexport type A = Aspect;`,
    'shared/aws/gateway.ts': `import { S3Client } from '@aws-sdk/client-s3';\nimport { readFileSync } from 'node:fs';\nexport const g = [S3Client, readFileSync];`,
    'shared/policy/hash.ts': `import { createHash } from 'node:crypto';\nexport const h = createHash;`,
    'shared/model/arn.ts': 'export const arn = 1;\nexport type Arn = string;',
    'shared/model/trip.ts': `import { round } from './round.ts';\nexport const trip = () => round;`,
    'shared/model/chicken.ts': `import type { Egg } from './egg.ts';\nexport interface Chicken { egg: Egg }`,
    'shared/model/egg.ts': `import type { Chicken } from './chicken.ts';\nexport interface Egg { from: Chicken }`,
    'functions/wiring.ts': `import { versioning } from '../shared/aspects/versioning.ts';\nexport type Wiring = typeof versioning;`,
    'shared/aspects/index.ts': `export { versioning } from './versioning.ts';`,
    'shared/controller/pass.ts': `import { versioning } from '../aspects/index.ts';\nexport const aspects = [versioning];`,
    'shared/model/schema.ts': `import { z } from 'zod';\nexport const schema = z;`,
    'functions/routing.ts': `import { S3Client } from '@aws-sdk/client-s3';\nexport const client = S3Client;`,
    'functions/route/handler.ts': `import type { S3Client } from '@aws-sdk/client-s3';\nimport { client } from '../routing.ts';\nexport const handler = (): S3Client => client;`,
    'functions/cli/access.ts': `import { readFileSync } from 'node:fs';\nexport const access = readFileSync;`,
    'functions/cli/plan.ts': `import { access } from './access.ts';\nexport const plan = access;`,
    'functions/cli/sandbox.ts': `import { stack } from '../../infra/stack.ts';\nexport const s = stack;`,
    'infra/stack.ts': 'export const stack = 1;',
    'infra/sandbox/local.ts': 'export const local = 1;',
    'infra/sandbox/services/iam.ts': `import type { Arn } from '../../../shared/model/arn.ts';\nimport { createHash } from 'node:crypto';\nimport { h } from '../../../shared/policy/hash.ts';\nexport const i: Arn = String([createHash, h]);`,
    'test/support/builder.ts': `import { build } from 'a-tool';\nexport const builder = build;`,
  };

  const tree = mkdtempSync(join(tmpdir(), 'lockstep-rules-'));
  let found: readonly string[] = [];

  beforeAll(() => {
    const files = { ...innocent, ...Object.fromEntries(planted.map(({ file, text }) => [file, text])) };
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(tree, file)), { recursive: true });
      writeFileSync(join(tree, file), text);
    }
    found = violations(tree);
  });
  afterAll(() => rmSync(tree, { recursive: true, force: true }));

  it.each(planted)('refuse $file by $rule, because $because', ({ rule, file }) => {
    expect(found).toContain(`${rule}: ${file}`);
  });

  it('refuse nothing else', () => {
    const expected = planted.map(({ rule, file }) => `${rule}: ${file}`);

    expect(found.filter((line) => !expected.includes(line))).toEqual([]);
  });
});

describe('the core', () => {
  const impure = [
    { name: 'the environment', pattern: /\bprocess\.\w|\bprocess\b\s*[;,)\]}]/, caught: 'const { env } = process;' },
    { name: 'the clock', pattern: /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/, caught: 'const now = Date.now;' },
    { name: 'a timer', pattern: /\bset(Timeout|Interval|Immediate)\(/, caught: 'setTimeout(done, 5);' },
    { name: 'chance', pattern: /\bMath\.random\(|\brandom(UUID|Bytes|Int)\b/, caught: 'const chance = Math.random();' },
    { name: 'the network', pattern: network, caught: `await globalThis.fetch('https://example.com');` },
    { name: 'the console', pattern: /\bconsole\.\w/, caught: `console.log('here');` },
    { name: 'text that becomes code', pattern: /\beval\(|\bnew Function\(|\brequire\(/, caught: `require('node:net');` },
  ];
  const files = productFiles().filter((file) => /^shared\/(?!aws\/).*\.ts$/.test(file));

  it.each(impure)('takes nothing from $name by itself', ({ pattern }) => {
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => pattern.test(withoutComments(read(file))))).toEqual([]);
  });

  it.each(impure)('would be seen to take from $name', ({ pattern, caught }) => {
    expect(caught).toMatch(pattern);
    expect(withoutComments(`// ${caught}`)).not.toMatch(pattern);
  });
});

describe('the functions', () => {
  it('reach the network through shared/aws only', () => {
    const files = productFiles().filter((file) => /^functions\/.*\.ts$/.test(file));

    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => network.test(withoutComments(read(file))))).toEqual([]);
  });
});

describe('the name of an aspect', () => {
  const names = aspects.map(({ name }) => name);
  const files = productFiles().filter((file) => /^(functions|shared)\/(?!aspects\/).*\.ts$/.test(file));
  const namedIn = (text: string): readonly string[] => names.filter((name) => new RegExp(`['"\`]${name}['"\`]`).test(text));

  it('is written in its own file: stages, controller and command line work for any', () => {
    expect(names.length).toBeGreaterThan(10);
    expect(files.length).toBeGreaterThan(0);
    expect(files.flatMap((file) => namedIn(withoutComments(read(file))).map((name) => `${file}: ${name}`))).toEqual([]);
  });

  it('would be seen elsewhere', () => {
    expect(namedIn(`if (aspect === 'bucket-versioning') skip();`)).toEqual(['bucket-versioning']);
  });
});

describe('the repository', () => {
  it('has at its top only what belongs there', () => {
    const folders = ['functions', 'infra', 'shared', 'test'];
    const files = ['package.json', 'tsconfig.json', 'cdk.json', 'README.md', 'package-lock.json', 'LICENSE'];
    const top = new Set(productFiles().map((file) => file.split('/')[0] ?? ''));

    expect([...top].filter((name) => !name.startsWith('.') && ![...folders, ...files].includes(name))).toEqual([]);
    expect(folders.filter((name) => !top.has(name))).toEqual([]);
  });

  it('names no path of somebody’s machine, no registry and no credentials', () => {
    const patterns = [
      /(?<![\w.:/*$}-])\/(home|root|Users|work|workspace|mnt|srv)\/[\w.-]/,
      /\bregistry\.[a-z0-9-]+\.[a-z]/i,
      /\/\/[^\s/]*(artifactory|verdaccio|nexus)/i,
      /_auth(Token)?\s*=/,
    ];

    const found = productFiles().flatMap((file) =>
      patterns.filter((pattern) => pattern.test(read(file))).map((pattern) => `${file}: ${pattern}`),
    );

    expect(found).toEqual([]);
  });
});

describe('the packages', () => {
  const manifest = json<Manifest>('package.json');
  const { packages } = json<Lockfile>('package-lock.json');
  const ours = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };

  it('are asked for in one exact version each', () => {
    expect(Object.keys(ours).length).toBeGreaterThan(0);
    expect(Object.entries(ours).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });

  it('come from whichever registry the machine uses', () => {
    expect(Object.entries(packages).filter(([, entry]) => entry.resolved !== undefined)).toEqual([]);
  });

  it('include every program for Linux and macOS, whichever of them wrote the lockfile', () => {
    const programs = Object.entries(packages).flatMap(([path, entry]) =>
      Object.keys(entry.optionalDependencies ?? {})
        .filter((name) => path !== '' && /(linux|darwin)-(x64|arm64)(-gnu)?$/.test(name))
        .map((name) => ({ path, name })),
    );

    expect(programs.length).toBeGreaterThan(0);
    expect(
      programs.filter(({ path, name }) => !(`node_modules/${name}` in packages || `${path}/node_modules/${name}` in packages)),
    ).toEqual([]);
  });

  it('bring Node 24 to Linux and macOS', () => {
    const bundled = Object.entries(manifest.optionalDependencies ?? {});
    for (const platform of ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']) {
      expect(bundled.find(([name]) => name.endsWith(platform))?.[1], platform).toMatch(/^24\./);
    }
  });

  it('are free to use and to pass on', () => {
    const licences = Object.entries(packages)
      .filter(([path]) => path !== '')
      .map(([path, entry]) => ({ path, licence: licenceOf(path) ?? entry.license }));

    expect(licences.filter(({ licence }) => licence !== undefined).length).toBeGreaterThan(100);
    const isClosed = (licence: string): boolean => /GPL|SSPL|BUSL|Elastic|Commons|UNLICENSED|SEE LICENSE/i.test(licence);
    // Where several are offered, one that is free is enough: https://spdx.github.io/spdx-spec/v3.0.1/annexes/spdx-license-expressions/
    const offered = (licence: string): readonly string[] => licence.split(/ OR /);
    expect(licences.filter(({ licence }) => offered(licence ?? '').every(isClosed))).toEqual([]);
    expect(licences.filter(({ path, licence }) => licence === undefined && existsSync(join(root, path)))).toEqual([]);
  });
});

/** `rule: file` for each violation in the tree. */
function violations(cwd: string): readonly string[] {
  const tool = join(root, 'node_modules', '.bin', 'depcruise');
  const args = [
    'functions',
    'infra',
    'shared',
    'test',
    '--config',
    join(root, '.dependency-cruiser.mjs'),
    '--output-type',
    'json',
  ];
  const output = execFileSync(tool, args, { cwd, encoding: 'utf8' });
  const { summary } = JSON.parse(output) as { summary: { violations: readonly { rule: { name: string }; from: string }[] } };
  return summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
}

/** What git keeps or would keep; without git, what is there and is nobody's output. */
function productFiles(): readonly string[] {
  try {
    const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    const listed = execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\0');
    return listed.filter((file) => file !== '' && existsSync(join(root, file)));
  } catch {
    const outputs = ['.git', 'node_modules', 'dist', 'cdk.out', 'coverage', 'reports', '.stryker-tmp'];
    return readdirSync(root)
      .filter((name) => !outputs.includes(name) && !name.endsWith('.log'))
      .flatMap((name) => (statSync(join(root, name)).isDirectory() ? filesIn(name) : [name]));
  }
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

function licenceOf(path: string): string | undefined {
  const file = join(root, path, 'package.json');
  if (!existsSync(file)) return undefined;
  const { license } = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  return license === undefined ? undefined : JSON.stringify(license);
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

function json<T>(file: string): T {
  return JSON.parse(read(file)) as T;
}
