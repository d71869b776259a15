/** Placeholders of the control plane's permissions: the framework's variables, and one resource that is made with it. */

export interface Places {
  /** By the variable's expression: `aws:region`, `self:custom.table`. */
  readonly variables: Readonly<Record<string, string>>;
  /** Of the library's key: its id is known only once it is made. */
  readonly libraryKeyArn: string;
}

/** Errors: TypeError for a placeholder that is not known. */
export const fillIn = (node: unknown, places: Places): unknown => {
  if (typeof node === 'string') {
    return node.replaceAll(/\$\{([^{}]+)\}/g, (_, expression: string) => {
      const value = places.variables[expression];
      if (value === undefined) throw new TypeError(`the permissions have a placeholder \${${expression}}`);
      return value;
    });
  }
  if (Array.isArray(node)) return node.map((each) => fillIn(each, places));
  if (!node || typeof node !== 'object') return node;
  if ('Fn::GetAtt' in node) {
    const [resource, attribute] = node['Fn::GetAtt'] as readonly string[];
    if (resource === 'LibraryKey' && attribute === 'Arn') return places.libraryKeyArn;
    throw new TypeError(`the permissions refer to ${resource}.${attribute}`);
  }
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, fillIn(value, places)]));
};
