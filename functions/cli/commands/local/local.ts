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
  clock: {
    does: 'set the clock of the embedded cloud ahead, for what ends or waits; it does not go back',
    load: async () => (await import('./local-clock.ts')).clockVerb,
  },
  as: {
    does: 'sign in another person, who can approve what the first one asks for; prints the variable to set',
    load: async () => (await import('./local-as.ts')).asVerb,
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
