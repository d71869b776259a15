/** Every item of a list, page after page. */
interface Listed<T> {
  readonly items: readonly T[];
  readonly next?: string | undefined;
}

export const readAll = async <T>(read: (next: string | undefined) => Promise<Listed<T>>): Promise<readonly T[]> => {
  const all: T[] = [];
  for (let next: string | undefined; ; ) {
    const page = await read(next);
    all.push(...page.items);
    next = page.next;
    if (next === undefined) return all;
  }
};
