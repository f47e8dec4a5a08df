/** Statements without a Sid: IAM and S3 need none, so policies of others, and of ours after somebody's edit, may have none. */
import { describe, expect, it } from 'vitest';
import { diffStatements, mergeStatements, policyOf, type Statement, statementsOf } from '../../shared/policy/statements.ts';

const allow = (Action: string, more: Partial<Statement> = {}): Statement => ({ Effect: 'Allow', Action, Resource: '*', ...more });
const rules = { ownSids: new Set(['Ours']) };

describe('a statement without a Sid', () => {
  it('is told whole when it is wanted and not there', () => {
    const wanted = allow('s3:ListBucket');

    expect(diffStatements(policyOf([wanted]), policyOf([allow('s3:GetObject', { Sid: 'Theirs' })]), rules)).toEqual([
      { path: '', desired: wanted },
    ]);
  });

  it('is added behind what is there, which stays', () => {
    const others = allow('s3:GetObject', { Sid: 'Theirs' });
    const wanted = allow('s3:ListBucket');

    expect(statementsOf(mergeStatements(policyOf([wanted]), policyOf([others]), rules))).toEqual([others, wanted]);
  });

  it('of others counts where it gives the same', () => {
    expect(
      diffStatements(policyOf([allow('s3:ListBucket', { Sid: 'Ours' })]), policyOf([allow('s3:listbucket')]), rules),
    ).toEqual([]);
  });

  it('goes where the document is exclusive and nobody wants it', () => {
    const exclusive = { ...rules, exclusive: true };
    const wanted = allow('s3:ListBucket', { Sid: 'Ours' });
    const observed = policyOf([wanted, allow('s3:GetObject')]);

    expect(diffStatements(policyOf([wanted]), observed, exclusive)).toHaveLength(1);
    expect(statementsOf(mergeStatements(policyOf([wanted]), observed, exclusive))).toEqual([wanted]);
  });

  it('is told whole where it says more than the language knows', () => {
    const wanted = allow('s3:ListBucket', { Sid: 'Ours' });
    const odd = allow('s3:ListBucket', { Sid: 'Ours', Surprise: true } as Partial<Statement>);

    expect(diffStatements(policyOf([wanted]), policyOf([odd]), rules)).toEqual([
      { path: 'Ours', observed: odd, desired: wanted },
    ]);
  });
});
