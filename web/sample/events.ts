// SPDX-License-Identifier: Apache-2.0
//
// Figures of evaluations on video and on groups, made up for the sample.
import type { HeatFigure, TimelineFigure, TreeFigure } from '../src/report.ts';

export const timelineFigure: TimelineFigure = {
  type: 'timeline', title: { en: 'Jams on the belt, one hour', zh: '一小时内传送带上的卡阻' }, duration: 3600,
  rows: [
    {
      label: { en: 'camera 1', zh: '摄像机 1' },
      spans: [
        { start: 240, end: 410, kind: 'truth' }, { start: 252, end: 405, kind: 'hit' }, { start: 1300, end: 1390, kind: 'miss' },
        { start: 2210, end: 2260, kind: 'false-alarm' }, { start: 2900, end: 3300, kind: 'truth' }, { start: 2911, end: 3290, kind: 'hit' },
      ],
    },
    {
      label: { en: 'camera 2', zh: '摄像机 2' },
      spans: [{ start: 600, end: 612, kind: 'truth' }, { start: 601, end: 611, kind: 'hit' }, { start: 3590, end: 3600, kind: 'false-alarm' }],
    },
  ],
};

export const treeFigure: TreeFigure = {
  type: 'tree', title: { en: 'Where more garments go wrong', zh: '哪些服装更常被分错' }, unit: 'fraction',
  nodes: [
    { id: 'all', parent: null, label: { en: 'all garments', zh: '全部服装' }, value: 0.0853, low: 0.08, high: 0.0909, n: 10000 },
    { id: 'dark', parent: 'all', label: { en: 'dark', zh: '深色' }, value: 0.114, low: 0.102, high: 0.127, n: 2600 },
    { id: 'dark-creased', parent: 'dark', label: { en: 'dark, creased', zh: '深色且有褶皱' }, value: 0.203, low: 0.162, high: 0.251, n: 310, highlight: true },
    { id: 'light', parent: 'all', label: { en: 'light', zh: '浅色' }, value: 0.075, low: 0.069, high: 0.081, n: 7400 },
  ],
};

export const heatFigure: HeatFigure = {
  type: 'heat', title: { en: 'Accuracy by line and light', zh: '各产线与光照下的准确率' }, unit: 'fraction', min: 0.5, max: 1,
  lines: [{ en: 'line A', zh: '产线 A' }, { en: 'line B', zh: '产线 B' }],
  columns: [{ en: 'day', zh: '白天' }, { en: 'night', zh: '夜间' }, { en: 'strobe', zh: '频闪' }],
  values: [[0.93, 0.88, null], [0.91, 0.71, 0.64]],
};
