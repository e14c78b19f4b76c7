// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Plugin, Rollup } from 'vite';

export const PLACEHOLDER = '__CUPEL_REPORT_JSON__';

const sourceHash = (text: string) => `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;

/** Nothing may be fetched; only this script and these styles run. Charts set style attributes, hence style-src-attr. */
function policy(script: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src ${sourceHash(script)}`,
    `style-src-elem ${sourceHash(style)}`,
    "style-src-attr 'unsafe-inline'",
    'img-src data:',
    'font-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** Puts script and styles into the page, under a content security policy that names them by digest. */
export function singleFile(): Plugin {
  return {
    name: 'cupel-single-file',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      let script = '';
      let style = '';
      let page: Rollup.OutputAsset | null = null;
      for (const [name, file] of Object.entries(bundle)) {
        if (file.type === 'chunk') script += file.code;
        else if (name.endsWith('.css')) style += file.source.toString();
        else if (name.endsWith('.html')) page = file;
        else this.error(`asset ${name} was not inlined`);
        if (!name.endsWith('.html')) delete bundle[name];
      }
      if (!page) this.error('there is no page to put the script into');
      script = script.trim();
      style = style.trim();
      if (script.includes(PLACEHOLDER)) this.error('the script holds the placeholder of the data');
      if (/<\/script|<!--/i.test(script)) this.error('the script holds text that would end or hide it');
      if (/<\/style/i.test(style)) this.error('the styles hold text that would end them');
      const meta = `<meta http-equiv="Content-Security-Policy" content="${policy(script, style)}" />`;
      const html = page.source
        .toString()
        .replace(/\s*<script type="module"[^>]*><\/script>/, '')
        .replace(/\s*<link rel="stylesheet"[^>]*>/, '')
        .replace('<meta charset="utf-8" />', () => `<meta charset="utf-8" />\n    ${meta}`)
        .replace('</head>', () => `  <style>${style}</style>\n  </head>`)
        .replace('</body>', () => `  <script>${script}</script>\n  </body>`);
      if (html.split(PLACEHOLDER).length !== 2) this.error('the page must hold the placeholder of the data exactly once');
      page.source = html;
    },
  };
}

/** For the development server: shows the sample report. */
export function sampleData(path: string): Plugin {
  return {
    name: 'cupel-sample-data',
    apply: 'serve',
    transformIndexHtml: (html) => html.replace(PLACEHOLDER, () => readFileSync(path, 'utf8').replaceAll('<', '\\u003c')),
  };
}
