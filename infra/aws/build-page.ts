import { writePageAssets } from './page-assets.ts';

/** Run by `cdk` after the function `report` was bundled: the folder is its argument. */
const [, , folder] = process.argv;
if (folder === undefined) throw new Error('Say where to: build-page.ts <folder>.');
writePageAssets(folder);
