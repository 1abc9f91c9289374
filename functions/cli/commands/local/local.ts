import { addVerbs } from '../../command-line/command-table.ts';
import type { VerbTable } from '../../command-line/command-table.ts';
import type { Verb } from '../../command-line/command.ts';

const verbs = {
  up: {
    does: 'start it with a sample organization, keep it in .azfed/, run until interrupted',
    load: async () => (await import('./local-up.ts')).upVerb,
  },
  serve: {
    does: 'the whole service on it, automatically: see it discover, repair and tell, until interrupted',
    load: async () => (await import('./local-serve.ts')).serveVerb,
  },
  tamper: {
    does: 'be somebody at the AWS console who changes a role',
    load: async () => (await import('./local-tamper.ts')).tamperVerb,
  },
  azdo: {
    does: 'be a project admin in the embedded Azure DevOps',
    load: async () => (await import('./local-azdo.ts')).azdoVerb,
  },
  story: {
    does: 'the whole job on the embedded cloud, every claim checked as it is made',
    load: async () => (await import('./local-story.ts')).storyVerb,
  },
} satisfies VerbTable;

export const localVerb: Verb = (command, run) => {
  addVerbs(command, run, verbs);
};
