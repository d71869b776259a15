/** Details beside a list: the page says what is in the panel, the frame shows it. */
import SplitPanel from '@cloudscape-design/components/split-panel';
import { createContext, type ReactNode, useContext, useEffect } from 'react';

export interface Panel {
  readonly content: ReactNode;
  onClose(): void;
}

/** Of the frame. */
export const SidePanelContext = createContext<(panel: Panel | undefined) => void>(() => undefined);

interface Props {
  readonly header: string;
  readonly children: ReactNode;
  onClose(): void;
}

/** Open as long as it is rendered. */
export const SidePanel = ({ header, children, onClose }: Props) => {
  const show = useContext(SidePanelContext);
  useEffect(() => {
    const content = (
      <SplitPanel header={header} closeBehavior="hide" hidePreferencesButton>
        {children}
      </SplitPanel>
    );
    show({ content, onClose });
  });
  useEffect(() => () => show(undefined), [show]);
  return null;
};
