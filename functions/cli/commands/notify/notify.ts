import { verbGroup } from '../../command-line/command-table.ts';

export const notifyVerb = verbGroup({
  test: {
    does: 'send one test event to each webhook, with the same signature and format as every event',
    load: async () => (await import('./notify-test.ts')).notifyTestVerb,
  },
});
