/** Settings about how a bucket serves its objects: CORS, website, access logs, acceleration, who pays. Kept, and of no further effect here. */
import type {
  CORSRule,
  DeleteBucketCorsRequest,
  DeleteBucketWebsiteRequest,
  GetBucketAccelerateConfigurationOutput,
  GetBucketAccelerateConfigurationRequest,
  GetBucketCorsOutput,
  GetBucketCorsRequest,
  GetBucketLoggingOutput,
  GetBucketLoggingRequest,
  GetBucketRequestPaymentOutput,
  GetBucketRequestPaymentRequest,
  GetBucketWebsiteOutput,
  GetBucketWebsiteRequest,
  PutBucketAccelerateConfigurationRequest,
  PutBucketCorsRequest,
  PutBucketLoggingRequest,
  PutBucketRequestPaymentRequest,
  PutBucketWebsiteRequest,
} from '@aws-sdk/client-s3';
import { AwsError, type CallContext } from '../../service.ts';
import { bucketOf } from './access.ts';
import type { Bucket } from './bucket.ts';
import { invalidArgument, invalidRequest, malformedXml, notSet, requireOneOf } from './errors.ts';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketCors.html */
function getBucketCors(input: GetBucketCorsRequest, call: CallContext): GetBucketCorsOutput {
  const { name, cors } = bucketOf(input, call);
  if (!cors) throw notSet('NoSuchCORSConfiguration', 'The CORS configuration does not exist', name);
  return structuredClone(cors);
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html */
function putBucketCors(input: PutBucketCorsRequest, call: CallContext): void {
  const bucket = bucketOf(input, call);
  const rules = input.CORSConfiguration?.CORSRules ?? [];
  if (rules.length === 0 || rules.length > 100) throw malformedXml();
  rules.forEach(requireCorsRule);
  bucket.cors = { CORSRules: structuredClone(rules) };
}

function requireCorsRule({ AllowedMethods: methods = [], AllowedOrigins: origins = [] }: CORSRule): void {
  if (methods.length === 0 || origins.length === 0) throw malformedXml();
  const unknown = methods.find((method) => !['GET', 'PUT', 'HEAD', 'POST', 'DELETE'].includes(method));
  if (unknown !== undefined)
    throw invalidRequest(`Found unsupported HTTP method in CORS config. Unsupported method is ${unknown}`);
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketCors.html */
function deleteBucketCors(input: DeleteBucketCorsRequest, call: CallContext): void {
  bucketOf(input, call).cors = undefined;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketWebsite.html */
function getBucketWebsite(input: GetBucketWebsiteRequest, call: CallContext): GetBucketWebsiteOutput {
  const { name, website } = bucketOf(input, call);
  if (!website) throw notSet('NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration', name);
  return structuredClone(website);
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketWebsite.html */
function putBucketWebsite(input: PutBucketWebsiteRequest, call: CallContext): void {
  const bucket = bucketOf(input, call);
  const website = input.WebsiteConfiguration;
  const {
    RedirectAllRequestsTo: redirect,
    IndexDocument: index,
    ErrorDocument: error,
    RoutingRules: routing = [],
  } = website ?? {};
  if (redirect && (index || error || routing.length > 0)) {
    const message = 'RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.';
    throw invalidArgument(message, 'RedirectAllRequestsTo', 'not null');
  }
  if (!redirect && !index) {
    throw invalidArgument(
      'A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty',
      'IndexDocument',
      'null',
    );
  }
  if (index && (!index.Suffix || index.Suffix.includes('/'))) {
    throw invalidArgument('The IndexDocument Suffix is not well formed', 'IndexDocument', index.Suffix);
  }
  bucket.website = structuredClone(website);
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketWebsite.html */
function deleteBucketWebsite(input: DeleteBucketWebsiteRequest, call: CallContext): void {
  bucketOf(input, call).website = undefined;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLogging.html */
function getBucketLogging(input: GetBucketLoggingRequest, call: CallContext): GetBucketLoggingOutput {
  const { logging } = bucketOf(input, call);
  return logging ? { LoggingEnabled: structuredClone(logging) } : {};
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLogging.html */
function putBucketLogging(input: PutBucketLoggingRequest, call: CallContext): void {
  const bucket = bucketOf(input, call);
  if (!input.BucketLoggingStatus) throw malformedXml();
  const logging = input.BucketLoggingStatus.LoggingEnabled;
  if (logging) {
    if (!logging.TargetBucket || logging.TargetPrefix === undefined) throw malformedXml();
    requireLogTarget(logging.TargetBucket, bucket, call);
  }
  bucket.logging = structuredClone(logging);
}

/** Logs stay in the region and the account. */
function requireLogTarget(name: string, bucket: Bucket, call: CallContext): void {
  const target = call.world.s3.buckets.get(name);
  const details = { TargetBucket: name };
  if (!target)
    throw new AwsError('InvalidTargetBucketForLogging', 'The target bucket for logging does not exist', 400, { details });
  if (target.account !== bucket.account) {
    throw new AwsError(
      'InvalidTargetBucketForLogging',
      'The owner for the bucket to be logged and the target bucket must be the same.',
      400,
      { details },
    );
  }
  if (target.region !== bucket.region) {
    const where = { TargetBucketLocation: target.region };
    // The code's odd spelling is S3's own.
    throw new AwsError('CrossLocationLoggingProhibitted', 'Cross S3 location logging not allowed. ', 403, { details: where });
  }
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAccelerateConfiguration.html */
function getBucketAccelerateConfiguration(
  input: GetBucketAccelerateConfigurationRequest,
  call: CallContext,
): GetBucketAccelerateConfigurationOutput {
  const { acceleration } = bucketOf(input, call);
  return acceleration ? { Status: acceleration } : {};
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAccelerateConfiguration.html */
function putBucketAccelerateConfiguration(input: PutBucketAccelerateConfigurationRequest, call: CallContext): void {
  const bucket = bucketOf(input, call);
  const status = input.AccelerateConfiguration?.Status;
  requireOneOf(status, ['Enabled', 'Suspended']);
  if (bucket.name.includes('.')) {
    throw invalidRequest('S3 Transfer Acceleration is not supported for buckets with periods (.) in their names');
  }
  bucket.acceleration = status;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketRequestPayment.html */
function getBucketRequestPayment(input: GetBucketRequestPaymentRequest, call: CallContext): GetBucketRequestPaymentOutput {
  return { Payer: bucketOf(input, call).requestPayer };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketRequestPayment.html */
function putBucketRequestPayment(input: PutBucketRequestPaymentRequest, call: CallContext): void {
  const bucket = bucketOf(input, call);
  const payer = input.RequestPaymentConfiguration?.Payer;
  requireOneOf(payer, ['BucketOwner', 'Requester']);
  bucket.requestPayer = payer;
}

export const servingHandlers = {
  GetBucketCors: getBucketCors,
  PutBucketCors: putBucketCors,
  DeleteBucketCors: deleteBucketCors,
  GetBucketWebsite: getBucketWebsite,
  PutBucketWebsite: putBucketWebsite,
  DeleteBucketWebsite: deleteBucketWebsite,
  GetBucketLogging: getBucketLogging,
  PutBucketLogging: putBucketLogging,
  GetBucketAccelerateConfiguration: getBucketAccelerateConfiguration,
  PutBucketAccelerateConfiguration: putBucketAccelerateConfiguration,
  GetBucketRequestPayment: getBucketRequestPayment,
  PutBucketRequestPayment: putBucketRequestPayment,
};
