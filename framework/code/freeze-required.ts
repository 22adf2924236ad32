import module from 'node:module';
import { pathToFileURL } from 'node:url';
import type { LoaderHooks } from './loader-hooks.ts';

/** The part of a CommonJS module that its loaders use. */
interface RequiredModule {
  exports: unknown;
  _compile(content: string, filename: string): void;
}
type Loader = (required: RequiredModule, filename: string) => void;

/**
 * Has `require()`, and the import of CommonJS, run what the run began with, where Node asks no hook about them: `.js`, `.cjs` (which Node loads by the
 * same function) and `.json` of the user's. For Node 22.13 and 22.14 alone; later ones ask (`module.registerHooks`).
 */
export function freezeRequired(hooks: Pick<LoaderHooks, 'plain'>): void {
  const { _extensions: loaders } = module as unknown as { readonly _extensions: Record<string, Loader> };
  const wrap = (
    extension: '.js' | '.json',
    give: (required: RequiredModule, text: string, file: string) => void,
  ): void => {
    const original = loaders[extension];
    loaders[extension] = (required, filename) => {
      const text = hooks.plain(pathToFileURL(filename).href, undefined);
      if (text === undefined) original?.(required, filename);
      else give(required, text, filename);
    };
  };
  wrap('.js', (required, text, file) => required._compile(text, file));
  wrap('.json', (required, text) => {
    required.exports = JSON.parse(text.replace(/^\uFEFF/, ''));
  });
}
