import type { Terminal } from '../terminal.ts';
import { yamlText } from './inert.ts';

/** The same terminal, whose results are the documents of --json: they become YAML. */
export function tellingYaml(terminal: Terminal): Terminal {
  return {
    ...terminal,
    result: (text) => {
      terminal.result(yamlText(JSON.parse(text)));
    },
  };
}
