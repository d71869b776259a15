/** One word for a POSIX shell, whatever is in it: for commands that are shown to be pasted. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
