import type { ReportedCandidate } from '../../application/reporting/reported-adoption.ts';
import { adoptionGroups, groupTitles } from '../../domain/adoption/adoption-groups.ts';
import { buildTable, connectionLink, countedText, element, section } from './elements.ts';
import { findRow, report } from './report.ts';

/** Roles inside a grant that somebody else made, by what their adoption would change. */
export function adoption(): HTMLElement | undefined {
  const { roles, unreadAccounts } = report.adoption;
  if (roles.length + unreadAccounts.length === 0) return undefined;
  const groups = adoptionGroups.flatMap((group) => {
    const here = roles.filter((role) => role.group === group);
    if (here.length === 0) return [];
    const id = `adoption-${group}`;
    return [
      element('h3', { id }, [`${groupTitles[group]} (${here.length.toLocaleString('en-US')})`]),
      buildTable(['Connection', 'Role', 'What'], here.map(toCells), id),
    ];
  });
  const unread = `Not known of ${countedText(unreadAccounts.length, 'account')}, whose roles could not be read: ${unreadAccounts.join(', ')}`;
  return section('Roles that azfed does not manage yet', 'adoption', [
    ...(unreadAccounts.length > 0 ? [element('p', {}, [unread])] : []),
    ...(roles.length > 0
      ? [element('p', {}, ['To adopt them: ', element('code', {}, ['azfed adopt --all'])])]
      : []),
    ...groups,
  ]);
}

function toCells({ connections, roleArn, what, isUseUnknown, refusal }: ReportedCandidate) {
  const links = connections.flatMap(({ connectionId, name }, at) => [
    ...(at > 0 ? [', '] : []),
    findRow(connectionId) ? connectionLink(connectionId) : name,
  ]);
  const words = [
    what,
    ...(isUseUnknown ? ['who used it is not known here; azfed adopt --all asks CloudTrail'] : []),
    ...(refusal ? [refusal.fix] : []),
  ];
  return [
    element('span', {}, links.length > 0 ? links : ['several connections']),
    roleArn,
    words.filter((word) => word !== '').join('; '),
  ];
}
