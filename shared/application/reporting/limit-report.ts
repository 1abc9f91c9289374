import type { ReportDocument } from './report-document.ts';
import type { Selection } from './selection.ts';

/** What a report has of the connections that a filter selects, and a notice that there are others. The runs stay whole. */
export function limitReport(report: ReportDocument, selection: Selection): ReportDocument {
  const connections = report.connections.filter((row) => selection.includesRow(row));
  const ids = new Set(connections.map(({ connectionId }) => connectionId));
  const roles = new Set(connections.map(({ roleArn }) => roleArn));
  const isShown = ({ connectionId }: { readonly connectionId: string }) => ids.has(connectionId);
  const left = report.connections.length - connections.length;
  return {
    ...report,
    notices: [
      `A filter limits this report to ${connections.length} of ${report.connections.length} connections.`,
      ...report.notices,
    ].slice(left === 0 ? 1 : 0),
    connections,
    staticKeys: report.staticKeys.filter(isShown),
    doors: report.doors.filter(({ roleArn }) => roles.has(roleArn)),
    adoption: {
      ...report.adoption,
      roles: report.adoption.roles.filter(({ connections: of }) => of.some(isShown)),
    },
    issuers: report.issuers.filter(isShown),
    events: report.events.filter(isShown),
  };
}
