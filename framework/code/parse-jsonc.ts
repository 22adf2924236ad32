/** JSON with comments and trailing commas, as tsconfig.json has them. Undefined when it is not even that. */
export function parseJsonc(text: string): unknown {
  // A string, a comment or a trailing comma, whichever begins first: only the last two go.
  const plain = text.replace(/^\uFEFF/, '').replace(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, '$1');
  const json = plain.replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, '$1');
  try {
    return JSON.parse(json);
  } catch {
    // Whoever compiles the project hears of it from the compiler; here it only means: no aliases.
    return undefined;
  }
}
