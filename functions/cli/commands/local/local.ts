import { verbGroup } from '../../command-line/command-table.ts';

export const localVerb = verbGroup({
  up: {
    does: 'start the embedded cloud with a sample organization, store it in .azfed/, and run until interrupted',
    load: async () => (await import('./local-up.ts')).upVerb,
  },
  serve: {
    does: 'run the whole service on the embedded cloud, with discovery, repairs and notifications, until interrupted',
    load: async () => (await import('./local-serve.ts')).serveVerb,
  },
  tamper: {
    does: 'change a role, as somebody at the AWS console could',
    load: async () => (await import('./local-tamper.ts')).tamperVerb,
  },
  azdo: {
    does: 'change service connections, as a project admin in the embedded Azure DevOps',
    load: async () => (await import('./local-azdo.ts')).azdoVerb,
  },
  story: {
    does: 'show every feature on the embedded cloud, and check every statement',
    load: async () => (await import('./local-story.ts')).storyVerb,
  },
});
