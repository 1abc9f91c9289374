import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { ReportDocument } from './report-document.ts';

const folder = join(import.meta.dirname, 'page');

/** The modules of `page/` as one script that needs nothing else. */
function script(): string {
  const { outputFiles } = buildSync({
    entryPoints: [join(folder, 'main.ts')],
    ...{ bundle: true, minify: true, write: false, format: 'iife', target: 'es2022', charset: 'ascii' },
  });
  return outputFiles[0]?.text ?? '';
}

/** As a Content-Security-Policy names what it lets run (W3C CSP Level 3, hash sources). */
const sourceHash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/**
 * The report as one HTML file that asks nobody for anything: its only script and style are let in by their hashes, and
 * what comes from outside is data in it, never markup.
 */
export function reportPage(report: ReportDocument): string {
  const [style, code] = [readFileSync(join(folder, 'style.css'), 'utf8'), script()];
  const policy = [
    "default-src 'none'",
    `script-src ${sourceHash(code)}`,
    `style-src ${sourceHash(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>azfed report</title>
<style>${style}</style>
</head>
<body>
<noscript>This report is shown by a script inside it. Allow it, or read the same with: azfed report --json</noscript>
<script type="application/json" id="report">${embedded(report)}</script>
<script>${code}</script>
</body>
</html>
`;
}

/** JSON in which nothing can end the element that it stands in (HTML Standard, restrictions for contents of script elements). */
function embedded(document: unknown): string {
  return JSON.stringify(document).replaceAll('<', '\\u003c');
}
