import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Story } from '../../shared/controller/story.ts';
import { toolOf } from '../../shared/controller/story-text/who.ts';
import { toNotification } from '../../shared/controller/story-text.ts';
import { aDrift, anyStory, destinationBucket, samples } from './stories.ts';

const textOf = (story: Story): string => toNotification(story).text;
const chatOf = (story: Story): string => JSON.stringify(toNotification(story).chatbot);

describe('the subject of a story', () => {
  const many = ['orders-dr', 'invoices-dr', 'letters-dr'];
  it.each<{ story: Story; subject: string }>([
    { story: samples.repaired, subject: 'Lockstep repaired orders-dr: destination bucket versioning' },
    {
      story: { ...samples.repaired, replications: many, drifts: [aDrift(), aDrift({ setting: 'source key policy' })] },
      subject: 'Lockstep repaired orders-dr, invoices-dr and 1 more: destination bucket versioning and 1 more',
    },
    { story: samples['repair-failed'], subject: 'Lockstep could not repair orders-dr: destination bucket versioning' },
    { story: samples.drifted, subject: 'Lockstep found drift in orders-dr, not repaired: destination bucket versioning' },
    {
      story: samples.blocked,
      subject: 'Lockstep: orders-dr is blocked: a Deny in the bucket policy of orders-dr forbids s3:ReplicateObject',
    },
    { story: samples.unreadable, subject: 'Lockstep cannot read what orders-dr depends on' },
    {
      story: samples.contested,
      subject: 'Lockstep stopped repairing orders-dr: destination bucket versioning is contested',
    },
    { story: samples['proven-again'], subject: 'Lockstep proved orders-dr again after 2 h 10 min' },
    { story: samples['invalid-document'], subject: 'Lockstep refused document orders: 1 fault' },
    { story: samples.orphaned, subject: 'Lockstep no longer repairs orders-dr: its document is gone' },
    { story: samples['pause-ended'], subject: 'Lockstep repairs orders-dr again: the pause is over' },
    { story: samples['budget-exceeded'], subject: 'Lockstep stopped all repairs: 120 of 300 replications drifted' },
    { story: samples['spoke-silent'], subject: 'Lockstep hears nothing from account 222222222222 (eu-central-1)' },
    { story: samples.stalled, subject: 'Lockstep: nothing moves in orders-dr, though all is as desired' },
  ])('says what and where: $subject', ({ story, subject }) => {
    expect(toNotification(story).subject).toBe(subject);
  });

  it('spells in ASCII what others wrote otherwise', () => {
    const blockers = [{ reason: 'the owner’s “Deny”\n→ ünknown', remedy: '' }];

    expect(toNotification({ ...samples.blocked, blockers }).subject).toBe(
      `Lockstep: orders-dr is blocked: the owner's "Deny" -> ?nknown`,
    );
  });
});

describe('the e-mail of a story', () => {
  it.each<{ kind: Story['kind']; lines: readonly string[]; because: string }>([
    {
      kind: 'repaired',
      because: 'somebody woken at night must see that it is over, what it was, and who it was',
      lines: [
        'Lockstep repaired the destination bucket versioning of orders-dr 12 s after it drifted, and read',
        'destination bucket versioning  bucket orders-dr (account 222222222222, eu-central-1)',
        '    Status: Suspended -> Enabled',
        '  who         arn:aws:iam::222222222222:role/Admin (session jane)',
        '              from 203.0.113.7, with Terraform (user agent APN/1.0 HashiCorp/1.0 Terraform/1.9.5)',
        '  call        PutBucketVersioning in account 222222222222, eu-central-1, 2026-03-01 11:59:48 UTC',
        '  event       11111111-2222-4333-8444-555555555555',
        '  wrong       12 s, from 2026-03-01 11:59:48 UTC until it was read back',
        '- Objects written from 2026-03-01 11:59:48 UTC until 2026-03-01 12:00:00 UTC may not have been',
      ],
    },
    {
      kind: 'repair-failed',
      because: 'the refusal says what to remove',
      lines: [
        'Lockstep could not repair the destination bucket versioning of orders-dr. Objects may not replicate',
        'failed      s3:PutBucketVersioning was refused (AccessDenied).',
        '  wrong       since 2026-03-01 11:59:48 UTC',
        '- Then `lockstep resume orders-dr` has it tried again at once; every hour it is tried anyway.',
      ],
    },
    {
      kind: 'drifted',
      because: 'nobody will repair it',
      lines: [
        'The destination bucket versioning of orders-dr drifted and will not be repaired by Lockstep for now.',
        'held        The document says `mode: observe`: report only.',
        '  who         not known: CloudTrail showed no call for it',
      ],
    },
    {
      kind: 'blocked',
      because: 'the owner wants to see the statement itself',
      lines: [
        "orders-dr is blocked since 2026-03-01 11:00:00 UTC by something that is not Lockstep's to change.",
        'whose       arn:aws:s3:::orders-dr',
        '| { "Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*" }',
        'what to do  Ask the owner of the bucket to except the replication role.',
        '- Have its owner do what is said above. `lockstep explain orders-dr` shows the permission proof, hop',
      ],
    },
    {
      kind: 'unreadable',
      because: 'one missing permission has one place to be given',
      lines: ['- The spoke role arn:aws:iam::222222222222:role/lockstep-observer could not be assumed.'],
    },
    {
      kind: 'contested',
      because: 'two people have to talk',
      lines: [
        'Somebody keeps undoing what Lockstep repairs: the destination bucket versioning of orders-dr, 3',
        'undone by   arn:aws:iam::222222222222:role/Admin (session jane)',
        '- Agree with arn:aws:iam::222222222222:role/Admin (session jane), who uses Terraform: either that',
        '- Then `lockstep resume orders-dr` ends the hold at once. It ends by itself at 2026-03-01 13:00:00',
      ],
    },
    {
      kind: 'proven-again',
      because: 'objects may be missing from the last proof on, not only from the first sign',
      lines: [
        'broken      from 2026-03-01 09:50:00 UTC until 2026-03-01 12:00:00 UTC',
        'by          destination bucket versioning drifted',
        '- Objects written from 2026-03-01 09:00:00 UTC until 2026-03-01 12:00:00 UTC may not have been',
      ],
    },
    {
      kind: 'invalid-document',
      because: 'who wrote it wants the line',
      lines: [
        'The document /lockstep/desired-state/orders is not valid: 1 fault. The last good version stays in',
        '  line 4, column 18: replications.orders-dr.source.account: must be 12 digits, got "1111"',
        'edited by   arn:aws:iam::222222222222:role/Admin (session jane)',
        '- Correct it: `lockstep validate FILE` names every fault, `lockstep push FILE` puts it in force.',
      ],
    },
    {
      kind: 'orphaned',
      because: 'a deleted document can be a mistake',
      lines: [
        '- If that was a mistake: put the document back with `lockstep push FILE`.',
        '- If it was meant: `lockstep retire orders-dr` shows what Lockstep made for it, asks, and removes',
      ],
    },
    { kind: 'pause-ended', because: 'it says why there was one', lines: ['paused for  migration of the keys'] },
    {
      kind: 'budget-exceeded',
      because: 'it waits for a person',
      lines: ['- If the documents are right: `lockstep resume --all` lets the repairs go on. If not, correct them'],
    },
    {
      kind: 'spoke-silent',
      because: 'it says what is broken, and which stack to deploy',
      lines: [
        '- The rule lockstep-forward in account 222222222222 (eu-central-1) is disabled.',
        '- A rule, its target or its role, or its heartbeat: `npx cdk deploy',
      ],
    },
    {
      kind: 'stalled',
      because: 'it says how much waits where, and whom to ask',
      lines: [
        '- orders-dr, rule all: 12 operations pending, the oldest for 3 h 20 min',
        '  https://health.aws.amazon.com/health/status',
        '- The next sweep looks again; the alarm ends by itself.',
      ],
    },
  ])('of kind $kind has the lines a person needs, because $because', ({ kind, lines }) => {
    const written = textOf(samples[kind]).split('\n');

    for (const line of lines) expect(written).toContain(line);
  });

  it('sends whoever hears of a silence everywhere to the hub, and to no spoke', () => {
    const { subject, text } = toNotification({ ...samples['spoke-silent'], everywhere: true, account: '333333333333' });

    expect(subject).toBe('Lockstep hears nothing from any account');
    expect(text.replaceAll(/\s+/g, ' ')).toContain('npx cdk deploy lockstep-hub');
    expect(text).not.toContain('lockstep-spoke-');
  });

  it('says that nothing is in force when no version ever was', () => {
    expect(textOf({ ...samples['invalid-document'], inForce: false })).toContain('No version of it was ever valid');
  });

  it('speaks of missed objects only where objects can have been missed', () => {
    const lifecycle = aDrift({ setting: 'destination bucket lifecycle rule', interrupts: false });

    expect(textOf({ ...samples.repaired, drifts: [lifecycle] })).not.toContain('may not have been');
    expect(textOf({ ...samples.repaired, drifts: [lifecycle, aDrift()] })).toContain('Objects written from 2026-03-01 11:59:48');
  });

  it('names every replication once when there are many', () => {
    const replications = Array.from({ length: 60 }, (_, index) => `orders-${index}`);

    expect(textOf({ ...samples.repaired, replications })).toMatch(/Replications \(60\): orders-0, .*and 20 more/s);
  });

  it('names each of those who undo a repair once, the latest first', () => {
    const bob = { kind: 'user', principal: 'arn:aws:iam::222222222222:user/bob' } as const;
    const [jane] = samples.contested.rivals;
    const rivals = [jane, bob, jane, bob].filter((rival) => rival !== undefined);

    expect(textOf({ ...samples.contested, rivals }).match(/undone by +\S+/g)).toEqual([
      'undone by   arn:aws:iam::222222222222:user/bob',
      'undone by   arn:aws:iam::222222222222:role/Admin',
    ]);
  });
});

describe('the tool behind a user agent', () => {
  it.each([
    ['APN/1.0 HashiCorp/1.0 Terraform/1.9.5 (+https://www.terraform.io) aws-sdk-go-v2/1.30', 'Terraform'],
    ['aws-cli/2.17.0 md/awscrt#0.20 ua/2.0 os/linux', 'the AWS CLI'],
    ['[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12]', 'the AWS console'],
    ['cloudformation.amazonaws.com', 'CloudFormation'],
    ['config.amazonaws.com', 'an AWS service'],
    ['Boto3/1.34.0 md/Botocore#1.34', 'Python (Boto3)'],
    ['aws-sdk-go-v2/1.30.0', 'Go (AWS SDK)'],
    ['curl/8.0', undefined],
    [undefined, undefined],
  ])('%s is %s', (userAgent, tool) => {
    expect(toolOf(userAgent)).toBe(tool);
  });
});

describe('the chat form of a story', () => {
  it('follows the schema of custom notifications', () => {
    expect(toNotification(samples.repaired).chatbot).toMatchObject({
      version: '1.0',
      source: 'custom',
      content: { textType: 'client-markdown', title: 'Lockstep repaired orders-dr: destination bucket versioning' },
      metadata: { threadId: 'lockstep-orders-dr', eventType: 'lockstep-repaired', relatedResources: [destinationBucket.arn] },
    });
  });

  it('keeps one thread for all stories of a replication', () => {
    const stories = Object.values(samples).filter((story: Story) => story.replications.length > 0);

    expect(new Set(stories.map((story) => toNotification(story).chatbot.metadata.threadId))).toEqual(
      new Set(['lockstep-orders-dr']),
    );
  });

  it('lets nobody ring the bell of a whole channel through a name they chose', () => {
    const actor = { kind: 'role', principal: '<!channel>', session: '`<!here>`' } as const;
    const change = { ...samples.repaired.drifts[0]?.change, actor } as NonNullable<(typeof samples.repaired.drifts)[0]['change']>;

    expect(chatOf({ ...samples.repaired, drifts: [aDrift({ change })] })).not.toMatch(/<!/);
    expect(chatOf({ ...samples.unreadable, reasons: ['<!channel>'] })).not.toMatch(/<!/);
  });
});

describe('any story', () => {
  /** What could only come from a value that is not there, or from an object taken for text. */
  const accidents = /undefined|\[object Object\]|NaN|Infinity|Invalid Date/;

  const innocent = (story: Story): boolean => !accidents.test(JSON.stringify(story));

  it('has a subject that SNS takes', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const { subject } = toNotification(story);
        expect(subject).toMatch(/^[\x21-\x7e][\x20-\x7e]{0,98}$/);
      }),
    );
  });

  it('is written without accidents', () => {
    fc.assert(
      fc.property(anyStory.filter(innocent), (story) => {
        const { subject, text, json, chatbot } = toNotification(story);
        for (const written of [subject, text, JSON.stringify(json), JSON.stringify(chatbot)])
          expect(written).not.toMatch(accidents);
      }),
    );
  });

  it('brings no control character to a terminal or a mailbox', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        expect(textOf(story)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
      }),
    );
  });

  it('stays within the size of a message, in every form', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const { text, json, chatbot } = toNotification(story);
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(32 * 1024);
        expect(Buffer.byteLength(JSON.stringify(json))).toBeLessThanOrEqual(48 * 1024);
        expect(chatbot.content.description.length).toBeLessThanOrEqual(2800);
        expect(chatbot.content.title.length).toBeLessThanOrEqual(250);
        expect(Buffer.byteLength(JSON.stringify(chatbot))).toBeLessThanOrEqual(32 * 1024);
      }),
    );
  });

  it('is whole in JSON while it fits, and says so when it does not', () => {
    const large = { ...samples.repaired, drifts: [aDrift({ differences: [{ path: 'Policy', observed: 'x'.repeat(60_000) }] })] };

    expect(toNotification(samples.repaired).json).toEqual({
      version: 1,
      ...samples.repaired,
      subject: expect.any(String),
      summary: expect.any(String),
      nextSteps: expect.any(Array),
    });
    expect(toNotification(large).json).toMatchObject({ shortened: true, kind: 'repaired', replications: ['orders-dr'] });
  });
});
