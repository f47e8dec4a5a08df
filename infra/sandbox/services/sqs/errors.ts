import { AwsError } from '../../service.ts';

export const invalidValue = (value: unknown, parameter: string, reason: string): AwsError =>
  new AwsError('InvalidParameterValue', `Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}.`);

export const mustBeBetween = (value: unknown, parameter: string, min: number, max: number): AwsError =>
  invalidValue(value, parameter, `Must be between ${min} and ${max}, if provided`);

export const missing = (parameter: string): AwsError =>
  new AwsError('MissingParameter', `The request must contain the parameter ${parameter}.`);

export const noSuchQueue = (): AwsError => new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
