import { DeleteObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { ClientModule } from '../clients.ts';
import { module as settings } from './s3.ts';

/** S3 with the three commands on objects that a probe needs. Everything else is without them: what cannot be sent destroys nothing. */
export const module: ClientModule = {
  ...settings,
  commands: {
    ...settings.commands,
    HeadObject: HeadObjectCommand,
    PutObject: PutObjectCommand,
    DeleteObject: DeleteObjectCommand,
  },
};
