import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overlapOf } from '../../functions/cli/selection.ts';
import { confirmed, type Terminal, wantsColour } from '../../functions/cli/terminal.ts';
import { valueDifferences } from '../../functions/cli/value-differences.ts';
import { readYaml } from '../../functions/cli/yaml-text.ts';
import { compactJson } from '../../shared/text/compact-json.ts';
import { printable } from '../../shared/text/text.ts';
import { aReplication } from './support/fixtures.ts';

describe('compact JSON', () => {
  it('is the same JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 20, max: 120 }), (value, width) => {
        expect(JSON.parse(compactJson(value, width))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('breaks lines only where it has to', () => {
    const statement = { Sid: 'A', Action: ['s3:ReplicateObject', 's3:ReplicateDelete'], Resource: '*' };

    expect(compactJson(statement, 100)).toBe(
      '{ "Sid": "A", "Action": ["s3:ReplicateObject", "s3:ReplicateDelete"], "Resource": "*" }',
    );
    expect(compactJson(statement, 60)).toBe(
      '{\n  "Sid": "A",\n  "Action": ["s3:ReplicateObject", "s3:ReplicateDelete"],\n  "Resource": "*"\n}',
    );
  });
});

describe('printable text', () => {
  it('has no control characters but line breaks', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
      }),
    );
  });
});

describe('differences of two values', () => {
  it('are none exactly when the two are equal', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(valueDifferences(a, structuredClone(a))).toEqual([]);
        const sameText = JSON.stringify(a) === JSON.stringify(b);
        if (sameText) expect(valueDifferences(a, b)).toEqual([]);
      }),
    );
  });

  it('do not mind the order of fields', () => {
    expect(valueDifferences({ a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1 })).toEqual([]);
    expect(valueDifferences({ a: { b: 1 } }, { a: { b: 2 } })).toEqual([{ path: 'a.b', observed: 1, desired: 2 }]);
  });
});

describe('colour', () => {
  const stream = (isTTY: boolean) => ({ write: () => {}, isTTY, columns: 80 });

  it.each([
    { tty: true, env: {}, colour: true, because: 'a terminal shows it' },
    { tty: false, env: {}, colour: false, because: 'a pipe does not' },
    { tty: true, env: { NO_COLOR: '1' }, colour: false, because: 'NO_COLOR forbids it' },
    { tty: true, env: { NO_COLOR: '' }, colour: true, because: 'an empty NO_COLOR is none (no-color.org)' },
    { tty: true, env: { TERM: 'dumb' }, colour: false, because: 'a dumb terminal has none' },
    { tty: false, env: { FORCE_COLOR: '1' }, colour: true, because: 'FORCE_COLOR asks for it' },
    { tty: false, env: { FORCE_COLOR: '1', NO_COLOR: '1' }, colour: false, because: 'NO_COLOR wins' },
  ])('is $colour when $because', ({ tty, env, colour, because }) => {
    expect(wantsColour(stream(tty), env), because).toBe(colour);
  });
});

describe('a question', () => {
  it.each([
    { typed: 'y', yes: true },
    { typed: ' YES ', yes: true },
    { typed: '', yes: false },
    { typed: 'yes please', yes: false },
  ])('is answered $yes by "$typed"', async ({ typed, yes }) => {
    const stream = { write: () => {}, isTTY: true, columns: 80 };
    const terminal: Terminal = {
      env: {},
      stdout: stream,
      stderr: stream,
      stdin: { isTTY: true, readAll: async () => '', readLine: async () => typed },
    };

    expect(await confirmed(terminal, 'Really?')).toBe(yes);
  });
});

describe('YAML', () => {
  const text =
    'version: 1\nreplications:\n  a:\n    source: &end { account: 012345678901, bucket: orders }\n    destination: *end\n    rules:\n      - prefix: logs/\n';

  it('keeps account ids as text, leading zero included', () => {
    const yaml = readYaml(text);

    expect(yaml.ok && yaml.value).toMatchObject({
      version: 1,
      replications: { a: { source: { account: '012345678901' }, destination: { account: '012345678901' } } },
    });
  });

  it.each([
    { path: ['version'], at: 'value' as const, place: { line: 1, column: 10 } },
    { path: ['replications', 'a', 'source', 'bucket'], at: 'value' as const, place: { line: 4, column: 51 } },
    { path: ['replications', 'a', 'source', 'bucket'], at: 'key' as const, place: { line: 4, column: 43 } },
    { path: ['replications', 'a', 'destination', 'account'], at: 'key' as const, place: { line: 4, column: 20 } },
    { path: ['replications', 'a', 'rules', 0, 'prefix'], at: 'value' as const, place: { line: 7, column: 17 } },
    { path: ['replications', 'b'], at: 'value' as const, place: undefined },
  ])('knows where $path stands', ({ path, at, place }) => {
    const yaml = readYaml(text);

    expect(yaml.ok && yaml.positions(path, at)).toEqual(place);
  });

  it('never throws, and says where it is wrong', () => {
    fc.assert(
      fc.property(fc.string(), (any) => {
        const yaml = readYaml(any);
        if (!yaml.ok) expect(yaml.faults.length).toBeGreaterThan(0);
      }),
    );
  });

  it('does not unfold aliases without end', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
      .split('')
      .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[index]}`).join()}]`)
      .join('\n')}`;

    expect(readYaml(bomb)).toMatchObject({ ok: false });
  });
});

describe('what an invalid document names', () => {
  const group = { id: 'orders-dr', replications: [aReplication()] };

  it.each([
    { text: '{"bucket": "orders-dr"', hit: 'orders-dr', because: 'the bucket is named' },
    { text: 'role: lockstep-orders', hit: 'lockstep-orders', because: 'the role is named' },
    { text: '{"bucket": "orders-dr-2"}', hit: undefined, because: 'it is another bucket' },
    { text: '{"bucket": "my.orders"}', hit: undefined, because: 'it is another bucket' },
    { text: '', hit: undefined, because: 'nothing is named' },
  ])('is $hit in $text: $because', ({ text, hit, because }) => {
    expect(overlapOf(group, [{ document: 'bad.json', faults: [], text }])?.resource, because).toBe(hit);
  });
});
