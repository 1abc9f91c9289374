import { reportFiles } from '../../contract/report-files.ts';
import type { ReportStore } from '../../ports/state.ts';
import { askForObject, type S3Options } from './signed-request.ts';

export function createS3ReportStore(options: S3Options): ReportStore {
  const put = (key: string, contentType: string, text: string) =>
    askForObject(options, {
      action: 's3:PutObject',
      key,
      text,
      // Nobody looks at an old one: neither a browser nor what lies between.
      headers: { 'content-type': contentType, 'cache-control': 'no-store' },
    });
  return {
    async put({ page, document }) {
      await put(reportFiles.document, 'application/json', document);
      await put(reportFiles.page, 'text/html; charset=utf-8', page);
    },
  };
}
