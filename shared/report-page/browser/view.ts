import { viewKeys, type View } from '../view-keys.ts';

let current: View = {};
const listeners: ((view: View, isByLink: boolean) => void)[] = [];

export const readView = (): View => current;

/** `isByLink`: somebody followed a link, or came by it; otherwise a control of the page has changed. */
export function watchView(listener: (view: View, isByLink: boolean) => void): void {
  listeners.push(listener);
}

export function formatViewHref(view: View): string {
  const entries = Object.entries(view).filter(([, value]) => value !== '');
  return `#${new URLSearchParams(entries).toString().replaceAll('+', '%20')}`;
}

/** The connection over the page, with the filters as they are. */
export const formatConnectionHref = (id: string): string => formatViewHref({ ...current, connection: id });

/** Changes a part of what is shown. An empty value takes its key away. */
export function changeView(change: View): void {
  current = prune({ ...current, ...change });
  const href = formatViewHref(current);
  history.replaceState(null, '', href === '#' ? '#connections' : href);
  for (const listener of listeners) listener(current, false);
}

export function startView(): void {
  const follow = () => {
    const { hash } = location;
    if (hash.length > 1 && !hash.includes('=')) return;
    current = parseView(hash);
    for (const listener of listeners) listener(current, true);
  };
  addEventListener('hashchange', follow);
  follow();
}

function parseView(hash: string): View {
  const given = new URLSearchParams(hash.slice(1));
  return prune(Object.fromEntries(viewKeys.map((key) => [key, given.get(key) ?? ''])));
}

const prune = (view: View): View =>
  Object.fromEntries(Object.entries(view).filter(([, value]) => value !== ''));
