// SPDX-License-Identifier: Apache-2.0
//
// Copies the built page to report-template.html, the committed template, so that building Cupel needs no Node.

import { copyFileSync, statSync } from 'node:fs';

const LIMIT = 1_500_000;
const size = statSync('dist/report.html').size;
if (size > LIMIT) throw new Error(`dist/report.html has ${size} bytes, more than ${LIMIT}: import fewer parts`);
copyFileSync('dist/report.html', 'report-template.html');
console.log(`report-template.html: ${size} bytes`);
