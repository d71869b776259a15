/** Rows of a CSV text: quotes may hold delimiters, line ends and doubled quotes. Blank lines are rows of one empty cell. */
export const parseCsv = (text: string, delimiter = ','): string[][] => {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  const endCell = (): void => {
    row.push(cell);
    cell = '';
  };
  const endRow = (): void => {
    endCell();
    rows.push(row);
    row = [];
  };
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text.charAt(at + 1) === '"') {
        cell += '"';
        at++;
      } else quoted = false;
    } else if (char === '"' && cell === '') quoted = true;
    else if (char === delimiter) endCell();
    else if (char === '\n') endRow();
    else if (char !== '\r' || text.charAt(at + 1) !== '\n') cell += char;
  }
  if (cell !== '' || row.length > 0) endRow();
  return rows;
};

/** Rows as objects: values stay strings, extra cells are dropped, missing ones are `""`. */
export const rowsToItems = (headers: readonly string[], rows: readonly string[][]): Record<string, string>[] =>
  rows.map((row) => Object.fromEntries(headers.map((header, column) => [header, row[column] ?? ''])));
