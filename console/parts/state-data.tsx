import Box from '@cloudscape-design/components/box';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import Header from '@cloudscape-design/components/header';
import type { Shown } from '../graph/path.ts';
import { texts } from '../texts.ts';

const words = texts.job.path;

interface Props {
  readonly header: string;
  readonly data: Shown | undefined;
  /** Said where there is none. */
  readonly none: string;
}

/** What went into a state, or came out, as JSON to be read and copied. */
export const StateData = ({ header, data, none }: Props) => (
  <div>
    <Header
      variant="h3"
      actions={
        data ? (
          <CopyToClipboard
            variant="icon"
            textToCopy={data.text}
            copyButtonAriaLabel={words.copy(header)}
            copySuccessText={words.copied}
            copyErrorText={header}
          />
        ) : undefined
      }
    >
      {header}
    </Header>
    {data ? (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
      <section className="data" aria-label={header} tabIndex={0}>
        <Box variant="pre" fontSize="body-s">
          {data.text}
        </Box>
      </section>
    ) : (
      <Box color="text-body-secondary">{none}</Box>
    )}
    {data?.cut ? <Box color="text-body-secondary">{words.cut}</Box> : null}
  </div>
);
