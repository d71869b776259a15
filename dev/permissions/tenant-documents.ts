import { tenantTrust } from '../../core/domain/tenant-role-template.ts';
import { tenantDocuments, tenantFeatures, tenantPermissions } from '../../infra/permissions/tenant-permissions.ts';
import type { PolicyDocument } from '../../local/kernel/service.ts';
import { EXTERNAL_ID, PLACE, TENANT } from './place.ts';
import { roleArn } from './service-documents.ts';
import { type ShippedDocument, sessionOf, statementsOf } from './shipped.ts';

export const TENANT_ROLE_NAME = 'holdfast-tenant';

/** All that a tenant account can be asked to allow, whichever features it took. */
export const tenantShipped = (): readonly ShippedDocument[] => [
  {
    name: 'tenant',
    kind: 'identity',
    statements: statementsOf(tenantPermissions(tenantFeatures) as PolicyDocument),
    holder: sessionOf(TENANT, TENANT_ROLE_NAME),
  },
  {
    name: `trust of ${TENANT_ROLE_NAME}`,
    kind: 'trust',
    statements: statementsOf(
      tenantTrust({ hubRoleArn: roleArn(`holdfast-${PLACE.stage}-hub`), externalId: EXTERNAL_ID }) as PolicyDocument,
    ),
    of: { arn: roleArn(TENANT_ROLE_NAME, TENANT), accountId: TENANT },
  },
];

/** The file below infra/permissions/tenant/ that a statement is in. */
export const fileOf = (sid: string): string | undefined =>
  Object.entries(tenantDocuments).find(([, { Statement }]) => Statement.some((one) => one.Sid === sid))?.[0];
