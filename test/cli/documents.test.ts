import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileFailure } from '../../functions/cli/document-text.ts';
import { aDocument, aFolder, aGateway, lockstep, Refusal } from './support/command-line.ts';
import { documentFiles } from './support/documents.ts';
import { aReport } from './support/fixtures.ts';

const file = documentFiles();

describe('a document that cannot be used', () => {
  it.each([
    { name: 'missing.json', says: 'There is no file' },
    { name: 'empty.json', says: 'is empty' },
    { name: 'empty.yaml', says: 'is empty' },
    { name: 'text.json', says: 'text.json:1:1: ' },
    { name: 'comma.json', says: 'remove the comma' },
    { name: 'unknown.json', says: 'colour: is not a known field' },
    { name: 'unknown.yaml', says: 'unknown.yaml:4:5: replications.a.colour: is not a known field' },
    { name: 'indent.yaml', says: 'indent.yaml:4:1: is not valid YAML' },
    { name: 'twice.yaml', says: 'twice.yaml:2:1: is not valid YAML: Map keys must be unique' },
    { name: 'latin1.json', says: 'is not text in UTF-8' },
    { name: 'large.json', says: 'is larger than 1 MiB' },
    { name: '.', says: 'is a folder, not a document' },
  ])('is told by its fault: $name', async ({ name, says }) => {
    for (const command of [
      ['validate', file(name)],
      ['plan', '--document', file(name)],
    ]) {
      const { code, stderr, stdout, passes } = await lockstep(command);

      expect(stderr).toContain(says);
      expect({ code, stdout, passes }).toEqual({ code: 1, stdout: '', passes: [] });
      expect(stderr, 'a stack trace helps nobody').not.toMatch(/\n\s+at /);
    }
  });

  it.each(['EACCES', 'EPERM'])('is told when it may not be read: %s', (code) => {
    const failure = fileFailure('orders.json', Object.assign(new Error('denied'), { code }));

    expect(failure.message).toBe('No permission to read orders.json.');
    expect(failure.hint).toContain('ls -l orders.json');
  });

  it('is one error object on standard output with --json', async () => {
    const { code, stdout, stderr } = await lockstep(['plan', '--json', '--document', file('unknown.yaml')]);

    const { error } = JSON.parse(stdout);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(error.message).toContain('is not a valid document');
    expect(error.faults).toContainEqual({
      document: file('unknown.yaml'),
      path: 'replications.a.colour',
      line: 4,
      column: 5,
      message: expect.stringContaining('not a known field'),
    });
  });

  it('does not stop the others, and makes the exit code 1', async () => {
    const { code, stdout, passes } = await lockstep(
      ['plan', '--document', file('orders.json'), '--document', file('unknown.yaml')],
      { reconcile: () => [aReport()] },
    );

    expect(passes.map(({ group }) => group.id)).toEqual(['orders-dr']);
    expect(code).toBe(1);
    expect(stdout).toContain('unknown.yaml:4:5');
    expect(stdout).toContain('1 document invalid. In sync: orders-dr (proven).');
  });

  it('keeps apply away from the resources it names', async () => {
    const broken = await aFolder({ 'broken.json': aDocument('other', 'orders').slice(0, -1) });
    const documents = ['orders.json', 'invoices.json'].flatMap((name) => ['--document', file(name)]);
    const { code, passes, stdout } = await lockstep(['apply', '--yes', ...documents, '--document', join(broken, 'broken.json')], {
      reconcile: (group) => [aReport({ name: group.id })],
    });
    await rm(broken, { recursive: true });

    // Both documents name the destination key, so they are one group; it is the broken one's as well.
    expect(passes.map(({ group, options }) => [group.id, options.write])).toEqual([['invoices-dr', false]]);
    expect(code).toBe(1);
    expect(stdout).toContain('nothing is written until it is valid again');
  });
});

describe('a good document', () => {
  it.each(['orders.json', 'orders.yaml', 'bom.json'])('is valid: %s', async (name) => {
    const { code, stdout } = await lockstep(['validate', file(name)]);

    expect(code).toBe(0);
    expect(stdout).toContain('1 replication (orders-dr)');
  });

  it('may come from the standard input', async () => {
    const { code, passes } = await lockstep(['plan', '--document', '-'], { stdin: aDocument(), reconcile: () => [aReport()] });

    expect(code).toBe(0);
    expect(passes).toHaveLength(1);
  });

  it('is refused beside one that it contradicts', async () => {
    const { code, stderr } = await lockstep(['validate', file('orders.json'), file('orders.yaml')]);

    expect(code).toBe(1);
    expect(stderr).toContain('orders.yaml');
    expect(stderr).toContain('stays in force');
  });
});

describe('documents in Parameter Store', () => {
  const stored = (name: string, value: string) => ({ Name: `/lockstep/desired-state/${name}`, Value: value, Version: 1 });
  const pages = [
    { Parameters: [], NextToken: '1' },
    { Parameters: [stored('orders', aDocument())], NextToken: '2' },
    { Parameters: [], NextToken: '3' },
    { Parameters: [stored('invoices', aDocument('invoices-dr', 'invoices'))] },
  ];
  const hub = () => aGateway(({ input }) => pages[Number('NextToken' in input ? input.NextToken : 0)]);

  it('are read page by page, empty pages included', async () => {
    const { passes, code } = await lockstep(['plan'], {
      hub: hub(),
      reconcile: ({ replications }) => replications.map(({ name }) => aReport({ name })),
    });

    expect(passes.flatMap(({ group }) => group.replications.map(({ name }) => name))).toEqual(['invoices-dr', 'orders-dr']);
    expect(code).toBe(0);
  });

  it('are not needed with --document', async () => {
    const gateway = hub();
    await lockstep(['plan', '--document', file('orders.json')], { hub: gateway, reconcile: () => [aReport()] });

    expect(gateway.calls).toEqual([]);
  });

  it('may be none, which is told with what to do', async () => {
    const { code, stderr } = await lockstep(['plan'], { hub: aGateway(() => ({ Parameters: [] })) });

    expect(code).toBe(1);
    expect(stderr).toContain('no documents under /lockstep/desired-state/');
    expect(stderr).toContain('lockstep push FILE');
  });

  it.each([
    { code: 'AccessDeniedException', hint: 'aws sts get-caller-identity' },
    { code: 'ExpiredTokenException', hint: 'log in again' },
    { code: 'CredentialsProviderError', hint: 'AWS_PROFILE' },
  ])('may be refused: $code', async ({ code: refusal, hint }) => {
    const seen = await lockstep(['plan'], { hub: aGateway(() => new Refusal(refusal)) });

    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('ssm:GetParametersByPath');
    expect(seen.stderr).toContain(hint);
  });
});
