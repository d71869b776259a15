import type { Plugin } from 'vite';

/** The file that the first script has read by `import()`, with all that it needs, is named in the page itself: it is read beside the script and not after it. */
export const preload = (file: string): Plugin => ({
  name: 'holdfast-preload',
  transformIndexHtml: {
    order: 'post',
    handler(_, { bundle = {} }) {
      const chunks = Object.values(bundle).filter((each) => each.type === 'chunk');
      const needed = new Set<string>();
      const need = (fileName: string): void => {
        if (needed.has(fileName)) return;
        needed.add(fileName);
        for (const each of chunks.find((chunk) => chunk.fileName === fileName)?.imports ?? []) need(each);
      };
      const wanted = chunks.find(({ facadeModuleId }) => facadeModuleId === file);
      if (!wanted) throw new Error(`There is no chunk of ${file}.`);
      need(wanted.fileName);
      const ofThese = chunks.filter(({ fileName, isEntry }) => needed.has(fileName) && !isEntry);
      const styles = new Set(ofThese.flatMap(({ viteMetadata }) => [...(viteMetadata?.importedCss ?? [])]));
      const link = (attrs: Readonly<Record<string, string>>, name: string) => ({
        tag: 'link',
        attrs: { ...attrs, crossorigin: true, href: `/${name}` },
        injectTo: 'head' as const,
      });
      return [
        ...ofThese.map(({ fileName }) => link({ rel: 'modulepreload' }, fileName)),
        // whoever imports it has them put in place, and waits for them: a stylesheet of the page itself would hold up the first script
        ...[...styles].map((name) => link({ rel: 'preload', as: 'style' }, name)),
      ];
    },
  },
});
