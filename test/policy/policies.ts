import { type PolicyRules, policyOf, type Statement } from '../../shared/policy/statements.ts';

export const bucket = 'arn:aws:s3:::orders-dr';
export const objects = `${bucket}/*`;
export const role = 'arn:aws:iam::111111111111:role/lockstep-orders';
export const otherRole = 'arn:aws:iam::111111111111:role/lockstep-bills';
export const key = 'arn:aws:kms:eu-west-1:111111111111:key/11111111-aaaa-4aaa-8aaa-111111111111';

export const rules: PolicyRules = { ownSids: new Set(['OurObjects', 'OurBucket', 'OurKey', 'OurOld']) };

export const ourObjects: Statement = {
  Sid: 'OurObjects',
  Effect: 'Allow',
  Principal: { AWS: [role] },
  Action: ['s3:ReplicateObject', 's3:ReplicateDelete'],
  Resource: objects,
};
export const ourBucket: Statement = {
  Sid: 'OurBucket',
  Effect: 'Allow',
  Principal: { AWS: [role] },
  Action: ['s3:ListBucket', 's3:GetBucketVersioning'],
  Resource: bucket,
};
export const ourKey: Statement = {
  Sid: 'OurKey',
  Effect: 'Allow',
  Action: ['kms:Encrypt', 'kms:Decrypt'],
  Resource: [key],
  Condition: {
    StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' },
    StringLike: { 'kms:EncryptionContext:aws:s3:arn': [bucket, objects] },
  },
};
export const ours = policyOf([ourObjects, ourBucket]);

export const foreignDeny: Statement = {
  Sid: 'DenyInsecure',
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:*',
  Resource: [bucket, objects],
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};
export const foreignOdd: Statement = {
  Effect: 'Deny',
  NotPrincipal: { AWS: '333333333333' },
  NotAction: 's3:Get*',
  NotResource: 'x',
  Future: [1],
};

export const spelled = (statement: Statement, elements: object): Statement => ({ ...statement, ...elements });
