// SPDX-License-Identifier: Apache-2.0
import { createRoot } from 'react-dom/client';
import { App } from './components/app.tsx';
import { parseReport } from './parse.ts';
import './styles/fonts.css';
import './styles/tokens.css';
import './styles/page.css';
import './styles/tables.css';
import './styles/figures.css';
import './styles/print.css';

async function start(): Promise<void> {
  // Charts measure their labels when drawn, so the typefaces (which are inside this file) come first.
  await Promise.allSettled(['400 16px "Source Sans 3 Variable"', '400 16px "Source Serif 4 Variable"'].map((f) => document.fonts.load(f)));
  const data = document.getElementById('cupel-report')?.textContent ?? '';
  const root = document.getElementById('root');
  if (root) createRoot(root).render(<App parsed={parseReport(data)} />);
}

void start();
