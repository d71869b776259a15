/** What is around every page: who looks, where to go, whether the API is there. */
import AppLayout from '@cloudscape-design/components/app-layout';
import SideNavigation from '@cloudscape-design/components/side-navigation';
import TopNavigation from '@cloudscape-design/components/top-navigation';
import { Mode } from '@cloudscape-design/global-styles';
import { type ReactNode, Suspense, useState } from 'react';
import { useLocation } from 'react-router';
import type { Who } from './ask-who.ts';
import { PAGES } from './pages.ts';
import { Boundary } from './parts/boundary.tsx';
import { useFollow } from './parts/go.tsx';
import { Lost } from './parts/lost.tsx';
import { type Panel, SidePanelContext } from './parts/side-panel.tsx';
import { Waiting } from './parts/states.tsx';
import { texts } from './texts.ts';
import { useTheme } from './theme.ts';
import { useWho } from './who.tsx';

/** Of an operator: a page of one thing of a tenant, which belongs to the list of such things. */
const OF_TENANT = /^\/tenants\/[^/]+/;
/** There is room for the navigation beside the page. */
const WIDE = '(min-width: 1000px)';

const nameOf = (who: Who): string =>
  who.kind === 'tenant' ? texts.who.tenant(who.name, who.accountId) : texts.who[who.kind];

export const Frame = ({ children }: { readonly children: ReactNode }) => {
  const who = useWho();
  const follow = useFollow();
  const { pathname } = useLocation();
  const { mode, choose } = useTheme();
  const [open, setOpen] = useState(() => matchMedia(WIDE).matches);
  const [panel, setPanel] = useState<Panel>();
  const [panelSize, setPanelSize] = useState(460);
  const entries = PAGES.filter((page) => page.for.includes(who.kind) && page.entry !== undefined);
  return (
    <>
      <div id="top">
        <TopNavigation
          identity={{ href: '/', title: texts.product, onFollow: follow }}
          utilities={[
            { type: 'button', iconName: 'user-profile', text: nameOf(who), disableUtilityCollapse: true },
            {
              type: 'menu-dropdown',
              iconName: 'settings',
              ariaLabel: texts.theme.change,
              title: texts.theme.change,
              items: [
                { id: Mode.Light, text: texts.theme.light, disabled: mode === Mode.Light },
                { id: Mode.Dark, text: texts.theme.dark, disabled: mode === Mode.Dark },
              ],
              onItemClick: ({ detail }) => choose(detail.id as Mode),
            },
          ]}
        />
      </div>
      <AppLayout
        headerSelector="#top"
        toolsHide
        navigationWidth={200}
        navigationOpen={open}
        onNavigationChange={({ detail }) => setOpen(detail.open)}
        notifications={<Lost />}
        splitPanel={panel?.content}
        splitPanelOpen={panel !== undefined}
        splitPanelSize={panelSize}
        splitPanelPreferences={{ position: 'side' }}
        onSplitPanelResize={({ detail }) => setPanelSize(detail.size)}
        onSplitPanelToggle={({ detail }) => (detail.open ? undefined : panel?.onClose())}
        ariaLabels={{ navigation: texts.navigation }}
        navigation={
          <SideNavigation
            activeHref={entries.find(({ path }) => pathname.replace(OF_TENANT, '').startsWith(path))?.path}
            items={entries.map(({ path, entry = '' }) => ({ type: 'link', href: path, text: entry }))}
            onFollow={follow}
          />
        }
        content={
          <SidePanelContext value={setPanel}>
            <Boundary>
              <Suspense fallback={<Waiting text={texts.loading} />}>{children}</Suspense>
            </Boundary>
          </SidePanelContext>
        }
      />
    </>
  );
};
