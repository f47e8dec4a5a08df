/** What `cdk synth` and `cdk deploy` run. The configuration is named by `-c config=FILE`, or in cdk.json. */
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { InvalidConfiguration, loadConfig } from './config.ts';
import { deploymentOf } from './deployment.ts';

const root = join(import.meta.dirname, '..');

function main(): void {
  const file: unknown = new App({ autoSynth: false }).node.tryGetContext('config');
  const config = loadConfig(typeof file === 'string' ? file : join(root, 'infra', 'example.config.json'));
  deploymentOf({ config, code: join(root, 'dist', 'functions') }).synth();
}

try {
  main();
} catch (error) {
  if (!(error instanceof InvalidConfiguration)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
