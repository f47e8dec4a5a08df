/** Documents on disk, good and bad, for the tests of the command line. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { aDocument, aFolder } from './command-line.ts';

const documents: Readonly<Record<string, string | Uint8Array>> = {
  'orders.json': aDocument(),
  'invoices.json': aDocument('invoices-dr', 'invoices'),
  'orders.yaml': [
    'version: 1',
    'replications:',
    '  orders-dr:',
    '    source: { account: 111111111111, region: eu-west-1, bucket: orders, key: "arn:aws:kms:eu-west-1:111111111111:alias/orders" }',
    '    destination: { account: 222222222222, region: eu-central-1, bucket: orders-dr, key: "arn:aws:kms:eu-central-1:222222222222:alias/dr" }',
  ].join('\n'),
  'empty.json': '',
  'empty.yaml': '',
  'text.json': 'orders',
  'comma.json': '{"version": 1,}',
  'unknown.json': aDocument().replace('"version":1', '"version":1,"colour":"red"'),
  'unknown.yaml': 'version: 1\nreplications:\n  a:\n    colour: red\n',
  'indent.yaml': 'version: 1\nreplications:\n  a: [1,\n',
  'twice.yaml': 'version: 1\nversion: 1\n',
  'latin1.json': Uint8Array.from([0x7b, 0xe9, 0x7d]),
  'bom.json': `\uFEFF${aDocument()}`,
  'large.json': ' '.repeat(1024 * 1024 + 1),
};

/** A folder with all of them before each test. @returns the path of one */
export function documentFiles(): (name: string) => string {
  let folder = '';
  beforeEach(async () => {
    folder = await aFolder(documents);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  return (name) => join(folder, name);
}
