import { serviceDocuments } from './service-documents.ts';
import { sessionDocuments } from './session-documents.ts';
import type { ShippedDocument } from './shipped.ts';
import { tenantShipped } from './tenant-documents.ts';

/** All that says who may do what, in tenants' accounts and in our own. */
export const shippedDocuments = (): readonly ShippedDocument[] => [
  ...tenantShipped(),
  ...sessionDocuments(),
  ...serviceDocuments(),
];
