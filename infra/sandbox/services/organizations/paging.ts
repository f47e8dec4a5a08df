import { AwsError } from '../../service.ts';
import { pageOf } from '../pages.ts';

interface Asked {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

/** @throws AwsError `InvalidInputException` */
export function page<T>(all: readonly T[], { NextToken, MaxResults = 20 }: Asked) {
  const bad = (message: string) => new AwsError('InvalidInputException', message);
  if (MaxResults < 1 || MaxResults > 20) throw bad('You specified an invalid value for MaxResults: 1 to 20.');
  return pageOf(all, NextToken, MaxResults, () => bad('You specified an invalid next token.'));
}
