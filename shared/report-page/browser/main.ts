import { adoption } from './adoption.ts';
import { connectionList } from './connection-list.ts';
import { detailDialog } from './detail.ts';
import { element } from './elements.ts';
import { happenings } from './happenings.ts';
import { issuers } from './issuers.ts';
import { doors, failures, findings, retirements, staticKeys } from './open-points.ts';
import { picture } from './picture.ts';
import { heading, tiles } from './summary.ts';
import { trend } from './trend.ts';

/** Builds the page out of the JSON beside it. */
document.body.append(
  element('a', { class: 'skip', href: '#search' }, ['Skip to the connections']),
  heading(),
  element('main', {}, [
    tiles(),
    picture(),
    failures() ?? '',
    connectionList(),
    findings(),
    adoption() ?? '',
    doors() ?? '',
    staticKeys(),
    issuers(),
    retirements() ?? '',
    trend(),
    happenings(),
  ]),
  element('footer', { class: 'faint' }, ['Made by azfed report. This file asks nobody for anything.']),
  detailDialog(),
);
