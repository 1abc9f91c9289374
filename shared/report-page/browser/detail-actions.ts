import { roleLink } from '../../domain/attribution/actor.ts';
import { parseRoleArn } from '../../domain/kernel/arn.ts';
import { copyable, element } from './elements.ts';
import { report, type Connection, type Row } from './report.ts';

/** The commands that help with it, each with what it does. */
export function buildCommands(row: Row): readonly Node[] {
  const items = listCommands(row).map(([command, does]) =>
    element('li', {}, [copyable(command), element('span', { class: 'faint' }, [does])]),
  );
  return [element('h3', {}, ['Commands that help']), element('ul', { class: 'commands' }, items)];
}

type Command = readonly [command: string, does: string];

function listCommands({ connection, word }: Row): readonly Command[] {
  const { connectionId: id, state, retirement, roleArn } = connection;
  const key = report.staticKeys.find(({ connectionId }) => connectionId === id)?.next;
  const byWord: Partial<Record<typeof word, readonly Command[]>> = {
    drifted: [
      ['azfed apply', 'repairs it now, after a confirmation'],
      [`azfed accept ${id}`, 'takes the live state as intended instead'],
    ],
    blocked: [['azfed plan', 'shows the change and what holds it']],
    pending: [['azfed apply', 'makes the change now, after a confirmation']],
    unknown:
      state === 'missing'
        ? [[`azfed retire ${id}`, 'confirms that the connection is deleted']]
        : [['azfed doctor', 'finds out what cannot be read']],
    unmanaged:
      state === 'left alone'
        ? [[`azfed adopt ${id}`, 'shows what an adoption of its role would change']]
        : [],
    closed: retirement?.isRestorable
      ? [[`azfed restore ${id}`, 'recreates the role, with a closed trust']]
      : [],
  };
  const always: readonly Command[] =
    roleArn === ''
      ? []
      : [
          [`azfed explain ${id}`, 'says who may assume the role, and why'],
          [`azfed verify ${id}`, 'checks that its pipelines get in, and nobody else'],
          [`azfed history ${id}`, 'lists everything that happened to it'],
        ];
  return [...(byWord[word] ?? []), ...(key ? [[key, 'takes its keys away'] as const] : []), ...always];
}

/** Where people look further; whoever follows them is signed in there. */
export function buildLinks({ connectionId, roleArn, projectId, organization }: Connection): readonly Node[] {
  const role = parseRoleArn(roleArn);
  const url = report.organizations?.find(({ name }) => name === organization)?.url;
  const links = [
    ...(role ? [buildLink(roleLink(role), 'The role in the AWS console')] : []),
    ...(url?.startsWith('https://') && projectId !== undefined
      ? [
          buildLink(
            `${url}/${encodeURIComponent(projectId)}/_settings/adminservices?resourceId=${encodeURIComponent(connectionId)}`,
            'The connection in Azure DevOps',
          ),
        ]
      : []),
  ];
  return links.length > 0 ? [element('p', { class: 'links' }, links)] : [];
}

export const buildLink = (href: string, says: string): HTMLElement =>
  element('a', { href, rel: 'noopener noreferrer', target: '_blank' }, [says]);
