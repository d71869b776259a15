import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { texts } from '../../texts.ts';

const words = texts.hypervisor;

const download = (text: string, fileName: string): void => {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(address);
};

interface CopyTextProps {
  /** What it is, in words. */
  readonly label: string;
  readonly text: string;
  /** Under this name it can be kept as a file. */
  readonly fileName?: string;
}

/** A text to be used elsewhere: a template, a policy, a command. Long ones are scrolled. */
export const CopyText = ({ label, text, fileName }: CopyTextProps) => (
  <SpaceBetween size="xxs">
    <div className="copy-head">
      <Box variant="awsui-key-label">{label}</Box>
      <SpaceBetween direction="horizontal" size="xs">
        <CopyToClipboard
          variant="icon"
          textToCopy={text}
          copyButtonAriaLabel={words.copy(label)}
          copySuccessText={words.copied}
          copyErrorText={words.notCopied}
        />
        {fileName === undefined ? null : (
          <Button
            variant="icon"
            iconName="download"
            ariaLabel={`${words.download}: ${fileName}`}
            onClick={() => download(text, fileName)}
          />
        )}
      </SpaceBetween>
    </div>
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is scrolled is reached by keyboard, too */}
    <section className="copy-text" aria-label={label} tabIndex={0}>
      <Box variant="pre">{text}</Box>
    </section>
  </SpaceBetween>
);

/** An id or an ARN within facts, with its copy button. */
export const CopyId = ({ label, children }: { readonly label: string; readonly children: string }) => (
  <CopyToClipboard
    variant="inline"
    textToCopy={children}
    textToDisplay={
      <Box variant="span" fontSize="body-s">
        {children}
      </Box>
    }
    copyButtonAriaLabel={words.copy(label)}
    copySuccessText={words.copied}
    copyErrorText={words.notCopied}
  />
);
