/** Names of what the report page is made of and becomes. */
export const reportFiles = {
  /** Beside the bundle of the function `report`: what the page is built with. */
  script: 'page.js',
  style: 'page.css',
  /** Keys of the objects in the bucket. */
  page: 'report.html',
  document: 'report.json',
} as const;
