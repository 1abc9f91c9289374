import type { Terminal } from '../console/terminal.ts';
import { yamlText } from './sanitize.ts';

/** The same terminal, whose results are the documents of --json: they become YAML, and a stream where there are several. */
export function withYamlOutput(terminal: Terminal): Terminal {
  let isFirst = true;
  return {
    ...terminal,
    result: (text) => {
      const document = yamlText(JSON.parse(text));
      terminal.result(isFirst ? document : `---\n${document}`);
      isFirst = false;
    },
  };
}
