import { z } from 'zod';
import { type Operation, operation } from '../kernel/service.ts';
import { type Secrets, secretAccess, secretId, tagContext, tagList, tagRecord } from './secrets.ts';

export const createTagResource = (secrets: Secrets): Operation =>
  operation({
    name: 'TagResource',
    input: z.strictObject({ SecretId: secretId, Tags: tagList.min(1) }),
    access: ({ SecretId, Tags }, call) => [secretAccess(secrets, 'TagResource', SecretId, call, tagContext(Tags))],
    run({ SecretId, Tags }, call) {
      const secret = secrets.find(SecretId, call);
      secrets.put({ ...secret, tags: { ...secret.tags, ...tagRecord(Tags) } });
      return {};
    },
  });

export const createUntagResource = (secrets: Secrets): Operation =>
  operation({
    name: 'UntagResource',
    input: z.strictObject({ SecretId: secretId, TagKeys: z.array(z.string()).min(1) }),
    access: ({ SecretId, TagKeys }, call) => [
      secretAccess(secrets, 'UntagResource', SecretId, call, { 'aws:TagKeys': TagKeys }),
    ],
    run({ SecretId, TagKeys }, call) {
      const secret = secrets.find(SecretId, call);
      const kept = Object.entries(secret.tags).filter(([key]) => !TagKeys.includes(key));
      secrets.put({ ...secret, tags: Object.fromEntries(kept) });
      return {};
    },
  });
