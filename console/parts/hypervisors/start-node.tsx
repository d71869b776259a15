import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { AddedAccessNode } from '../../../core/contracts/api.ts';
import { texts } from '../../texts.ts';
import { CopyText } from './copy-text.tsx';

const words = texts.accessNodes;

// docs/access-nodes.md, install
const LINUX =
  'sudo install -d -m 0700 /etc/holdfast\nsudo install -m 0600 node.env /etc/holdfast/node.env\nsudo ./install.sh';
const WINDOWS = '.\\install.ps1 -WinSW .\\WinSW-x64.exe';

interface StartNodeProps {
  readonly node: AddedAccessNode;
  onClose(): void;
}

/** What is run where for a node that was just added. */
export const StartNode = ({ node: { name, environment, instanceProfileName }, onClose }: StartNodeProps) => (
  <Modal
    visible
    size="large"
    onDismiss={onClose}
    header={words.addedHeader(name)}
    footer={
      <Box float="right">
        <Button variant="primary" onClick={onClose}>
          {words.close}
        </Button>
      </Box>
    }
  >
    <SpaceBetween size="m">
      <Alert type="info">{words.once}</Alert>
      <CopyText label={words.profile} text={instanceProfileName} />
      <CopyText
        label={words.environment}
        text={Object.entries(environment)
          .map(([variable, value]) => `${variable}=${value}\n`)
          .join('')}
        fileName="node.env"
      />
      <CopyText label={words.install} text={LINUX} />
      <CopyText label={words.installWindows} text={WINDOWS} />
    </SpaceBetween>
  </Modal>
);
