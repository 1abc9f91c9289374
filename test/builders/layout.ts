import type { Layout } from '../../functions/cli/output/layout.ts';
import { createStyle } from '../../functions/cli/output/style.ts';

/** How texts are laid out for a pipe: without colours, as wide as they take. */
export const layout = (fields: Partial<Layout> = {}): Layout => ({
  style: createStyle(false),
  columns: undefined,
  isWide: false,
  now: Date.parse('2026-11-22T12:00:00Z'),
  accounts: new Map(),
  ...fields,
});
