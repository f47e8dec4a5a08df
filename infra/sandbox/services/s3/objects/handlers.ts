/** Every operation on objects. */
import { objectAclHandlers } from './acl.ts';
import { completeHandlers } from './complete.ts';
import { copyHandlers } from './copy.ts';
import { deleteHandlers } from './delete.ts';
import { getHandlers } from './get.ts';
import { listHandlers } from './list.ts';
import { objectRetentionHandlers } from './lock.ts';
import { multipartHandlers } from './multipart.ts';
import { putHandlers } from './put.ts';
import { objectTaggingHandlers } from './tagging.ts';

export const objectHandlers = {
  ...putHandlers,
  ...getHandlers,
  ...copyHandlers,
  ...deleteHandlers,
  ...listHandlers,
  ...multipartHandlers,
  ...completeHandlers,
  ...objectTaggingHandlers,
  ...objectAclHandlers,
  ...objectRetentionHandlers,
};
