import { describe, expect, it } from 'vitest';
import { lockstep } from './support/command-line.ts';
import { documentFiles } from './support/documents.ts';

const file = documentFiles();

describe('arguments', () => {
  it.each([
    { argv: ['plan', '--docment', 'x'], says: "unknown option '--docment'" },
    { argv: ['plan', '--docment', 'x'], says: 'Did you mean --document?' },
    { argv: ['plna'], says: 'Did you mean plan?' },
    { argv: ['validate'], says: "missing required argument 'file'" },
    { argv: ['render', '--side', 'left'], says: 'Allowed choices are source, destination' },
    { argv: ['sandbox', '--port', '99999'], says: '--port takes a number from 0 to 65535' },
    { argv: ['plan', '--document', 'DOC', '--profile', 'staging'], says: '--profile goes with --no-assume' },
    { argv: ['plan', '--document', 'DOC', '--no-assume', '--profile', 'staging'], says: 'ACCOUNT=NAME' },
    {
      argv: ['plan', '--document', 'DOC', '--no-assume', '--observer-role', 'x'],
      says: '--observer-role cannot be combined with --no-assume',
    },
    { argv: ['plan', '--document', 'DOC', '--document', 'DOC'], says: 'is named twice' },
  ])('are refused in one sentence: $argv', async ({ argv, says }) => {
    const args = argv.map((one) => (one === 'DOC' ? file('orders.json') : one));
    const seen = await lockstep(args);
    const asJson = await lockstep([...args, '--json']);

    expect(seen).toMatchObject({ code: 1, stdout: '' });
    expect(seen.stderr).toContain(says);
    expect(JSON.parse(asJson.stdout).error.message + JSON.parse(asJson.stdout).error.hint).toContain(says);
  });

  it('show a stack trace with LOCKSTEP_DEBUG only', async () => {
    const { stderr } = await lockstep(['plan', '--document', file('missing.json')], { env: { LOCKSTEP_DEBUG: '1' } });

    expect(stderr).toMatch(/ENOENT/);
  });
});

describe('help', () => {
  const commands = [
    'plan',
    'apply',
    'explain',
    'render',
    'validate',
    'push',
    'schema',
    'import',
    'bootstrap',
    'sandbox',
    'status',
    'history',
    'pause',
    'resume',
    'retire',
    'gameday',
  ];

  it('lists every command', async () => {
    const { code, stdout } = await lockstep(['--help']);

    expect(code).toBe(0);
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
  });

  it.each(commands)('of %s gives every option its default and ends with examples', async (command) => {
    const { code, stdout } = await lockstep([command, '--help']);

    expect(code).toBe(0);
    expect(stdout).toMatch(/Examples:\n {2}\$ lockstep /);
    const options = stdout
      .split(/\n(?= {2}-)/)
      .slice(1)
      .map((text) => (text.split('\n\n')[0] ?? '').replace(/\s+/g, ' '));
    const mute = options.filter((text) => !/default|required|--help|--no-assume|--json|--yes|--dry-run/.test(text));
    expect(mute).toEqual([]);
  });

  it('goes to standard error, as an error, without a command', async () => {
    const { code, stdout, stderr } = await lockstep([]);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('Usage: lockstep');
  });

  it('prints the version', async () => {
    expect(await lockstep(['--version'])).toMatchObject({ code: 0, stdout: '1.2.3\n' });
  });
});
