import type { LoopbackOutcome, LoopbackServer } from '../../../../../infra/local/loopback-server.ts';
import { startLoopbackServer } from '../../../../../infra/local/loopback-server.ts';
import type { ReportPorts } from '../../../../../shared/application/reporting/report.ts';
import { makeReport } from '../../../../../shared/application/reporting/report.ts';
import type { Configuration } from '../../../../../shared/domain/configuration/configuration.ts';
import { buildPageAssets } from '../../../../../shared/report-page/build-assets.ts';
import { pagePolicy, reportPage } from '../../../../../shared/report-page/page.ts';

/**
 * The report page as things are at each request, on this machine alone; who asks under another name than that of this
 * machine is not answered (startLoopbackServer).
 */
export async function startReportServer(
  ports: ReportPorts,
  configuration: Configuration,
): Promise<LoopbackServer> {
  const assets = buildPageAssets();
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    // A page cannot forbid by itself that others frame it (W3C CSP Level 3, meta elements).
    'content-security-policy': `${pagePolicy(assets)}; frame-ancestors 'none'`,
    'cross-origin-resource-policy': 'same-origin',
    ...common,
  };
  return startLoopbackServer(async ({ method, path }) => {
    if (path !== '/') return plain(404, 'Nothing is here. The report is at /.');
    if (method !== 'GET' && method !== 'HEAD') return plain(405, 'The report can only be read.', allowed);
    try {
      const report = await makeReport(ports, configuration);
      return { status: 200, headers, text: reportPage(report, assets) };
    } catch (error) {
      return plain(503, `The report cannot be made now. ${error instanceof Error ? error.message : ''}`);
    }
  });
}

const common = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
const allowed = { allow: 'GET, HEAD' };

function plain(status: number, says: string, more: Readonly<Record<string, string>> = {}): LoopbackOutcome {
  const headers = { 'content-type': 'text/plain; charset=utf-8', ...common, ...more };
  return { status, headers, text: `${says.trim()}\n` };
}
