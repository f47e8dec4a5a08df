/** What S3 reports as not replicated, in one sentence. */
import { explanationOf } from '../../../shared/controller/failures/reasons.ts';
import type { FailureRecord } from '../../../shared/controller/ledger.ts';
import { count } from '../../../shared/text/text.ts';
import { instantText } from '../../../shared/text/time.ts';

/** The most frequent reasons first. */
export function failingText({ counts, since, last }: FailureRecord): string {
  const reasons = Object.entries(counts).sort(([, a], [, b]) => b - a);
  const many = reasons.reduce((sum, [, n]) => sum + n, 0);
  const why = reasons.map(([reason, n]) => `${n} ${reason} (${explanationOf(reason).meaning})`).join(', ');
  return `S3 did not replicate ${count(many, 'object')}, from ${instantText(since)} until ${instantText(last)}: ${why}`;
}
