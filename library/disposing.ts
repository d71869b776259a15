/**
 * Does `work` with the resource, and gives it back however that ends. As `using` does, which the tool that checks the
 * house's import rules cannot read yet.
 */
export const disposing = async <R extends Disposable, T>(
  resource: R,
  work: (resource: R) => Promise<T>,
): Promise<T> => {
  try {
    return await work(resource);
  } finally {
    resource[Symbol.dispose]();
  }
};
