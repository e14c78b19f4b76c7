// SPDX-License-Identifier: Apache-2.0
//
// Little drawings that stand for the pictures of a data set: garments made of rectangles.

import type { ImageRow, ImagesFigure } from '../src/report.ts';
import { png, type Rgb } from './png.ts';
import { noise } from './random.ts';

const SIZE = 28;

type Shape = (x: number, y: number) => number;

const within = (x: number, y: number, x0: number, x1: number, y0: number, y1: number) => x >= x0 && x <= x1 && y >= y0 && y <= y1;
const weave = (x: number, y: number) => 0.72 + 0.1 * Math.sin(x * 1.7) + 0.08 * Math.cos(y * 1.3);

const SHAPES: [Shape, en: string, zh: string, wrongEn: string, wrongZh: string][] = [
  [(x, y) => (within(x, y, 9, 18, 3, 25) || within(x, y, 3, 24, 4, 10) ? weave(x, y) : 0), 'T-shirt', 'T恤', 'Shirt', '衬衫'],
  [(x, y) => (within(x, y, 8, 19, 2, 8) || within(x, y, 8, 12, 8, 26) || within(x, y, 15, 19, 8, 26) ? weave(y, x) : 0), 'Trouser', '裤子', 'Dress', '连衣裙'],
  [(x, y) => (y > 18 && y < 24 && x > 2 && x < 26 ? weave(x, y) : x > 2 && x < 12 && y > 12 - (x - 3) / 3 && y <= 18 ? weave(y, x) : 0), 'Sneaker', '运动鞋', 'Sandal', '凉鞋'],
  [(x, y) => (within(x, y, 4, 23, 11, 25) ? weave(x, y) : Math.abs(Math.hypot(x - 13.5, y - 11) - 7) < 1.1 && y < 11 ? 0.6 : 0), 'Bag', '包', 'Pullover', '套衫'],
];

const grey = (v: number): Rgb => [v, v, v];

/** Blue below zero, white at zero, red above. */
const signed = (v: number): Rgb => (v >= 0 ? [1, 1 - v, 1 - v * 0.9] : [1 + v * 0.9, 1 + v * 0.6, 1]);

export function adversarialFigure(): ImagesFigure {
  const rows = SHAPES.map(([shape, en, zh, wrongEn, wrongZh], k): ImageRow => {
    const change = (x: number, y: number) => (noise(k * 997 + y * SIZE + x) > 0 ? 1 : -1) * (noise(k * 499 + x * SIZE + y) > -0.6 ? 1 : 0);
    return {
      cells: [
        { png: png(SIZE, (x, y) => grey(shape(x, y))), caption: { en: `${en}, 98.1%`, zh: `${zh}，98.1%` } },
        { png: png(SIZE, (x, y) => grey(shape(x, y) + (12 / 255) * change(x, y))), caption: { en: `${wrongEn}, 71.4%`, zh: `${wrongZh}，71.4%` } },
        { png: png(SIZE, (x, y) => signed(0.75 * change(x, y))), caption: { en: 'at most 12/255', zh: '至多 12/255' } },
      ],
    };
  });
  return {
    type: 'images', title: { en: 'Adversarial examples', zh: '对抗样本' },
    caption: { en: 'Difference is amplified; red is brighter, blue is darker.', zh: '差异已放大；红色为变亮，蓝色为变暗。' },
    columns: [{ en: 'Original', zh: '原图' }, { en: 'Adversarial', zh: '对抗图像' }, { en: 'Difference', zh: '差异' }],
    rows,
  };
}

export function attributionFigure(): ImagesFigure {
  const rows = SHAPES.map(([shape, en, zh], k): ImageRow => {
    const edge = (x: number, y: number) => 0.9 * (shape(x, y) - (shape(x - 1, y) + shape(x + 1, y) + shape(x, y - 1) + shape(x, y + 1)) / 4);
    return {
      cells: [
        { png: png(SIZE, (x, y) => grey(shape(x, y))), caption: { en, zh } },
        { png: png(SIZE, (x, y) => signed(Math.max(-1, Math.min(1, 2.4 * edge(x, y) + (shape(x, y) > 0 ? 0.12 * noise(k * 31 + x + y * SIZE) : 0))))) },
      ],
    };
  });
  return {
    type: 'images', title: { en: 'Attribution maps', zh: '归因热图' },
    caption: { en: 'Red pixels speak for the class, blue ones against it.', zh: '红色像素支持该类别，蓝色像素反对该类别。' },
    columns: [{ en: 'Original', zh: '原图' }, { en: 'Integrated gradients', zh: '积分梯度' }],
    rows,
  };
}
