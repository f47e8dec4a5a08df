/**
 * AWS Lambda: functions, who may invoke them, and the queues they work off. What runs them is in `hosting/`.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html
 */
import type { Handler } from '../service.ts';
import { deleteFunctionConcurrency, getFunctionConcurrency, putFunctionConcurrency } from './lambda/concurrency.ts';
import {
  deleteFunctionEventInvokeConfig,
  getFunctionEventInvokeConfig,
  putFunctionEventInvokeConfig,
  updateFunctionEventInvokeConfig,
} from './lambda/event-invoke-config.ts';
import {
  createEventSourceMapping,
  deleteEventSourceMapping,
  getEventSourceMapping,
  listEventSourceMappings,
  updateEventSourceMapping,
} from './lambda/event-source-mappings.ts';
import {
  createFunction,
  deleteFunction,
  getFunction,
  getFunctionConfiguration,
  listFunctions,
  updateFunctionCode,
  updateFunctionConfiguration,
} from './lambda/functions.ts';
import { invoke } from './lambda/invoke.ts';
import { addPermission, getPolicy, removePermission } from './lambda/policy.ts';
import { listTags, tagResource, untagResource } from './lambda/tags.ts';

export const lambdaHandlers: Readonly<Record<string, Handler>> = {
  CreateFunction: createFunction,
  GetFunction: getFunction,
  GetFunctionConfiguration: getFunctionConfiguration,
  UpdateFunctionConfiguration: updateFunctionConfiguration,
  UpdateFunctionCode: updateFunctionCode,
  DeleteFunction: deleteFunction,
  ListFunctions: listFunctions,
  Invoke: invoke,
  AddPermission: addPermission,
  RemovePermission: removePermission,
  GetPolicy: getPolicy,
  CreateEventSourceMapping: createEventSourceMapping,
  GetEventSourceMapping: getEventSourceMapping,
  UpdateEventSourceMapping: updateEventSourceMapping,
  DeleteEventSourceMapping: deleteEventSourceMapping,
  ListEventSourceMappings: listEventSourceMappings,
  PutFunctionConcurrency: putFunctionConcurrency,
  GetFunctionConcurrency: getFunctionConcurrency,
  DeleteFunctionConcurrency: deleteFunctionConcurrency,
  PutFunctionEventInvokeConfig: putFunctionEventInvokeConfig,
  UpdateFunctionEventInvokeConfig: updateFunctionEventInvokeConfig,
  GetFunctionEventInvokeConfig: getFunctionEventInvokeConfig,
  DeleteFunctionEventInvokeConfig: deleteFunctionEventInvokeConfig,
  ListTags: listTags,
  TagResource: tagResource,
  UntagResource: untagResource,
};
