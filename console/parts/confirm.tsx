import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { texts } from '../texts.ts';
import { Failed } from './states.tsx';

interface Props {
  readonly header: string;
  readonly children: ReactNode;
  /** What the button says that does it. */
  readonly yes: string;
  readonly pending: boolean;
  readonly error: Error | null;
  onYes(): void;
  onNo(): void;
}

/** Asks once more before something is taken away. Render it only while it asks. */
export const Confirm = ({ header, children, yes, pending, error, onYes, onNo }: Props) => (
  <Modal
    visible
    onDismiss={onNo}
    header={header}
    footer={
      <Box float="right">
        <SpaceBetween direction="horizontal" size="xs">
          <Button onClick={onNo}>{texts.confirm.no}</Button>
          <Button variant="primary" loading={pending} onClick={onYes}>
            {yes}
          </Button>
        </SpaceBetween>
      </Box>
    }
  >
    <SpaceBetween size="s">
      {children}
      {error ? <Failed error={error} /> : null}
    </SpaceBetween>
  </Modal>
);
