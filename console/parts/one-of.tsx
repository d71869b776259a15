/** The page of one thing: the way back to the lists that it is in, its heading, and its parts below each other. */
import BreadcrumbGroup, { type BreadcrumbGroupProps } from '@cloudscape-design/components/breadcrumb-group';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { useParams } from 'react-router';
import { texts } from '../texts.ts';
import { useFollow } from './go.tsx';
import { useTenantName } from './tenants.ts';

interface OneOfProps {
  /** From the list inwards. */
  readonly of: readonly BreadcrumbGroupProps.Item[];
  readonly title: string;
  /** Its name among `of`, where that is another than the heading. */
  readonly crumb?: string;
  /** After whose it is, of what an operator looks at. */
  readonly about?: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export const OneOf = ({ of, title, crumb = title, about, actions, children }: OneOfProps) => {
  const tenantName = useTenantName(useParams().tenant);
  const whose = tenantName && texts.tenant.of(tenantName);
  return (
    <ContentLayout
      breadcrumbs={
        <BreadcrumbGroup
          ariaLabel={texts.breadcrumbs}
          items={[...of, { text: crumb, href: '' }]}
          onFollow={useFollow()}
        />
      }
      header={
        <Header variant="h1" description={[whose, about].filter(Boolean).join(' · ')} actions={actions}>
          {title}
        </Header>
      }
    >
      <SpaceBetween size="l">{children}</SpaceBetween>
    </ContentLayout>
  );
};
