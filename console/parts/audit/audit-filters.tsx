import DateRangePicker from '@cloudscape-design/components/date-range-picker';
import Input from '@cloudscape-design/components/input';
import { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router';
import { texts } from '../../texts.ts';
import { TenantChoice } from '../tenant-choice.tsx';
import { useDebounced } from '../use-debounced.ts';
import { RELATIVE, rangeOf, setRange } from './range.ts';

const words = texts.audit;
const SETTLED_MS = 400;

/** Whose, by whom and when; all of it in the address. */
export const AuditFilters = () => {
  const [search, setSearch] = useSearchParams();
  const [typed, setTyped] = useState(search.get('principal') ?? '');
  const settled = useDebounced(typed.trim(), SETTLED_MS);
  useEffect(() => {
    setSearch(
      (before) => {
        if ((before.get('principal') ?? '') === settled) return before;
        const after = new URLSearchParams(before);
        if (settled === '') after.delete('principal');
        else after.set('principal', settled);
        return after;
      },
      { replace: true },
    );
  }, [settled, setSearch]);
  return (
    <div className="filters">
      <TenantChoice everyTenant={words.everyTenant} />
      <Input
        type="search"
        ariaLabel={words.principal}
        placeholder={words.principal}
        value={typed}
        onChange={({ detail }) => setTyped(detail.value)}
      />
      <DateRangePicker
        ariaLabel={words.rangeLabel}
        placeholder={words.range}
        value={rangeOf(search) ?? null}
        relativeOptions={RELATIVE}
        i18nStrings={{
          formatRelativeRange: ({ amount, unit }) =>
            words.ranges[`${amount}-${unit}` as keyof typeof words.ranges] ?? `${amount} ${unit}`,
        }}
        isValidRange={(range) => {
          if (range?.type !== 'absolute') return { valid: true };
          if (range.startDate === '' || range.endDate === '')
            return { valid: false, errorMessage: words.badRange.title };
          if (Date.parse(range.startDate) >= Date.parse(range.endDate))
            return { valid: false, errorMessage: words.badRange.order };
          return { valid: true };
        }}
        onChange={({ detail }) => setSearch((before) => setRange(before, detail.value))}
      />
    </div>
  );
};
