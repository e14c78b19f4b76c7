// SPDX-License-Identifier: Apache-2.0
import { defineConfig } from 'vitest/config';
import { sampleData, singleFile } from './scripts/single-file.ts';

export default defineConfig({
  plugins: [singleFile(), sampleData('sample/report.json')],
  esbuild: { jsx: 'automatic', legalComments: 'none' },
  build: {
    target: 'es2020',
    outDir: 'dist',
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    cssCodeSplit: false,
    modulePreload: false,
    reportCompressedSize: false,
    rollupOptions: {
      input: 'report.html',
      output: { format: 'iife', inlineDynamicImports: true },
    },
  },
  test: { include: ['test/**/*.test.ts', 'test/**/*.test.tsx'], environment: 'node' },
});
