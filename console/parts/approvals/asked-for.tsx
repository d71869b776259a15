import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { texts } from '../../texts.ts';
import type { Shown } from './routes.ts';

const words = texts.approval;

/** For reading only: what is copied, and hashed, is the text as it is. */
const laidOut = (request: string): string => {
  try {
    return JSON.stringify(JSON.parse(request), undefined, 2);
  } catch {
    return request;
  }
};

/** The request itself, with its hash. Tenants are not shown it. */
export const AskedFor = ({ approval: { request, requestHash } }: { readonly approval: Shown }) => {
  if (request === undefined) return null;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={words.requestAbout}
          actions={
            <CopyToClipboard
              textToCopy={request}
              copyButtonText={words.copyRequest}
              copySuccessText={words.copied}
              copyErrorText={request}
            />
          }
        >
          {words.request}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <Box variant="code">
          <pre className="code">{laidOut(request)}</pre>
        </Box>
        <KeyValuePairs columns={1} items={[{ label: words.hash, value: <Box variant="code">{requestHash}</Box> }]} />
      </SpaceBetween>
    </Container>
  );
};
