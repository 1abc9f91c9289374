import { toList, type Statement } from '../../domain/policy/policy-document.ts';
import { formatStatement, listAdmitted } from '../../domain/policy/statement-text.ts';
import { compareTrusts } from './detail-words.ts';
import { countedText, element, type Children } from './elements.ts';
import { report, type Connection, type Row } from './report.ts';

/** Lanes that a screen has room for. */
const MOST_LANES = 6;

/** Who gets in: tokens, the provider that vouches for them, the role, and what it may do. One lane for each who is let in. */
export function drawChain(row: Row): readonly Node[] {
  const { connection, role, accountName } = row;
  const { liveTrust } = connection;
  if (!liveTrust) return [];
  const allowing = compareTrusts(connection).filter(
    ({ change, statement }) => change !== 'removed' && statement.Effect !== 'Deny',
  );
  const expected = new Set(
    compareTrusts(connection).flatMap(({ change, statement }) =>
      change === 'added' ? [] : listAdmitted(statement),
    ),
  );
  const providers = new Set(
    (connection.expectedTrust ? toList<Statement>(connection.expectedTrust.Statement) : []).map(nameProvider),
  );
  const lanes = new Map(
    allowing.flatMap(({ statement }) =>
      listAdmitted(statement).map((who) => {
        const provider = nameProvider(statement);
        return [JSON.stringify([who, provider]), { who, provider }] as const;
      }),
    ),
  );
  const drawn = [...lanes.values()]
    .slice(0, MOST_LANES)
    .map(({ who, provider }) =>
      element('div', { class: 'lane' }, [
        buildBox('Token', [who], !expected.has(who)),
        buildBox('Provider', [element('code', {}, [shortenProvider(provider)])], !providers.has(provider)),
      ]),
    );
  const more = lanes.size - drawn.length;
  if (more > 0) drawn.push(buildBox('Token', [`${more} more, see the statements`]));
  const figure = element('div', { class: 'chain', role: 'group', 'aria-labelledby': 'gets-in' }, [
    element('div', { class: 'lanes' }, drawn.length > 0 ? drawn : [buildBox('Token', ['nobody'])]),
    buildBox('Role', [element('b', {}, [role]), element('small', { class: 'faint' }, [`in ${accountName}`])]),
    buildBox('Permissions', describePermissions(connection)),
  ]);
  return [element('h3', { id: 'gets-in' }, ['Who gets in']), figure];
}

const nameProvider = (statement: Statement) => formatStatement(statement).principals.join(', ');

const buildBox = (title: string, children: Children, isForeign = false) =>
  element('div', { class: isForeign ? 'box bad' : 'box' }, [
    element('span', { class: 'title' }, [title]),
    ...children,
  ]);

/** The GUID of an organization says nothing to people. */
export const shortenProvider = (text: string) =>
  text.replace(/^(vstoken\.dev\.azure\.com)\/[0-9a-f-]{36}$/, '$1');

function describePermissions({ permissionSet, permissions }: Connection): Children {
  const set = permissionSet === undefined ? undefined : report.permissionSets?.[permissionSet];
  if (!set) return ['not known'];
  const { managedPolicies, inlinePolicies, boundary } = set;
  const names = [
    ...managedPolicies.map((arn) => arn.slice(arn.lastIndexOf('/') + 1)),
    ...Object.keys(inlinePolicies),
  ];
  return [
    element('b', {}, [names.length > 0 ? names.join(', ') : 'none']),
    element('small', { class: 'faint' }, [
      boundary === null ? 'no boundary' : `within ${boundary.slice(boundary.lastIndexOf('/') + 1)}`,
    ]),
    ...(permissions === 'unmanaged' ? [element('small', { class: 'faint' }, ['kept by somebody else'])] : []),
  ];
}

/** What the policies of the role allow, in short. */
export function describePolicies({ permissionSet }: Connection): readonly Node[] {
  const set = permissionSet === undefined ? undefined : report.permissionSets?.[permissionSet];
  if (!set) return [];
  const { managedPolicies, inlinePolicies, boundary, maxSessionDuration } = set;
  const items = [
    ...managedPolicies.map((arn) => [element('code', {}, [arn])]),
    ...Object.entries(inlinePolicies).map(([name, document]) => [
      element('b', {}, [name]),
      ' (inline): ',
      toList<Statement>(document.Statement).map(summarizeStatement).join('; '),
    ]),
    [
      boundary === null ? 'No permissions boundary' : 'Boundary: ',
      boundary === null ? '' : element('code', {}, [boundary]),
    ],
    [`Sessions of at most ${maxSessionDuration / 3_600} h`],
  ];
  return [
    element('h3', {}, ['What it may do']),
    element(
      'ul',
      { class: 'plain' },
      items.map((item) => element('li', {}, item)),
    ),
  ];
}

/** Actions and resources that a line has room for. */
const MOST = 4;

export function summarizeStatement(statement: Statement): string {
  const { effect, actions, resources, conditions } = formatStatement(statement);
  const shorten = (texts: readonly string[], noun: string) =>
    texts.length > MOST
      ? `${texts.slice(0, MOST).join(', ')} and ${countedText(texts.length - MOST, `more ${noun}`)}`
      : texts.join(', ');
  const where =
    resources.length === 0 || resources.join() === '*' ? 'everything' : shorten(resources, 'resource');
  const when = conditions.length > 0 ? ` where ${conditions.join(', ')}` : '';
  return `${effect === 'Deny' ? 'denies' : 'allows'} ${shorten(actions, 'action')} on ${where}${when}`;
}
