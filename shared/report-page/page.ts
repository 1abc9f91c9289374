import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { ReportDocument } from '../application/reporting/report-document.ts';
import { inert } from '../domain/kernel/sanitize.ts';
import { packTrusts } from './packed-trusts.ts';
import { formatMoment, formatTitle } from './title.ts';

/** What the page is built with, whatever the report says. */
export interface PageAssets {
  /** One script that needs nothing else. */
  readonly script: string;
  readonly style: string;
}

/** As a Content-Security-Policy names what it lets run (W3C CSP Level 3, hash sources). */
const sourceHash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** What the page may do: run its own script, wear its own style, and nothing else. */
export function pagePolicy({ script, style }: PageAssets): string {
  return [
    "default-src 'none'",
    `script-src ${sourceHash(script)}`,
    `style-src ${sourceHash(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/**
 * The report as one HTML file that asks nobody for anything: its only script and style are let in by their hashes, and
 * what comes from outside is data in it, never markup.
 */
export function reportPage(report: ReportDocument, assets: PageAssets): string {
  const { script, style } = assets;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${pagePolicy(assets)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeText(`${formatTitle(report)}, ${formatMoment(report.madeAt)}`)}</title>
<style>${style}</style>
</head>
<body>
<noscript>This report is shown by a script inside it. Allow it, or read the same with: azfed report --json</noscript>
${embedded(report)}
<script>${script}</script>
</body>
</html>
`;
}

/** Characters. Below it the document stays readable in the file; beyond it is packed, to a twentieth of its size. */
const MOST_PLAIN = 1_000_000;

/** What turns around or hides what a person reads of a name is shown as what it is. */
const formatJson = (document: unknown) =>
  JSON.stringify(document, (_key, value: unknown) => (typeof value === 'string' ? inert(value) : value));

/** JSON in which nothing can end the element that it stands in (HTML Standard, restrictions for contents of script elements). */
function embedded(report: ReportDocument): string {
  const json = formatJson(report);
  if (json.length <= MOST_PLAIN)
    return `<script type="application/json" id="report">${json.replaceAll('<', '\\u003c')}</script>`;
  const packed = formatJson({ ...report, connections: report.connections.map(packTrusts) });
  return `<script type="application/gzip" id="report">${gzipSync(packed).toString('base64')}</script>`;
}

/** As the text of an element (HTML Standard, escapable raw text elements). */
const escapeText = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
