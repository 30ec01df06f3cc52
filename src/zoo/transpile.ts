import ts from 'typescript';

export interface Transpiled {
  readonly output: string;
  /** What is no TypeScript about it. */
  readonly problem?: string;
}

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.Node20,
  esModuleInterop: true,
};

/** Makes JavaScript of a file, without a look at its types or at other files. */
export function transpile(fileName: string, text: string): Transpiled {
  const { diagnostics = [], outputText: output } = ts.transpileModule(text, {
    fileName,
    compilerOptions: OPTIONS,
    reportDiagnostics: true,
  });
  const [first] = diagnostics;
  if (first === undefined) return { output };
  return { output, problem: ts.flattenDiagnosticMessageText(first.messageText, ' ') };
}
