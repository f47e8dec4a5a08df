import { AwsError } from '../../service.ts';

export const invalidValue = (message: string): AwsError => new AwsError('InvalidParameterValueException', message);
export const invalidTogether = (message: string): AwsError => new AwsError('InvalidParameterCombinationException', message);
export const missing = (parameter: string): AwsError =>
  new AwsError('MissingRequiredParameterException', `The parameter ${parameter} is required.`);
export const invalid = (message: string): AwsError => new AwsError('ValidationException', message);
export const badToken = (): AwsError => new AwsError('InvalidNextToken', 'The next token is not valid.');
