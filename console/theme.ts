/** Light or dark: as the system says, until somebody chooses. */
import { applyMode, Mode } from '@cloudscape-design/global-styles';
import { useEffect, useState } from 'react';

const DARK = '(prefers-color-scheme: dark)';

export interface Theme {
  readonly mode: Mode;
  choose(mode: Mode): void;
}

export const useTheme = (): Theme => {
  const [system, setSystem] = useState(() => matchMedia(DARK).matches);
  const [chosen, choose] = useState<Mode>();
  useEffect(() => {
    const query = matchMedia(DARK);
    const changed = () => setSystem(query.matches);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  const mode = chosen ?? (system ? Mode.Dark : Mode.Light);
  useEffect(() => applyMode(mode), [mode]);
  return { mode, choose };
};
