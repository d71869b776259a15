/** `YYYY-MM-DD`, and in the calendar: anybody may have typed it. */
export const isDay = (text: string): boolean => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = Date.parse(text);
  // the 31st of February is taken for the 3rd of March
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
};
