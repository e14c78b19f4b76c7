// SPDX-License-Identifier: Apache-2.0
//
// Prints the sample report. Every number is made up (seeded, so the file is the same each time); intervals follow from
// the made-up counts by Wilson's formula, so the page is tried on numbers of a real shape.

import { createHash } from 'node:crypto';
import { FORMAT, type Check, type Evidence, type Metric, type Report, type RequirementTested } from '../src/report.ts';
import { crosswalk } from './crosswalk.ts';
import { adversarialFigure, attributionFigure } from './pictures.ts';
import { noise, randomAt } from './random.ts';
import { scorecardOf } from './scorecard.ts';
import { heatFigure, timelineFigure, treeFigure } from './events.ts';

const digest = (name: string) => createHash('sha256').update(`cupel sample: ${name}`).digest('hex');
const KEY = digest('key');
const LABELS = [
  { en: 'T-shirt', zh: 'T恤' }, { en: 'Trouser', zh: '裤子' }, { en: 'Pullover', zh: '套衫' }, { en: 'Dress', zh: '连衣裙' },
  { en: 'Coat', zh: '外套' }, { en: 'Sandal', zh: '凉鞋' }, { en: 'Shirt', zh: '衬衫' }, { en: 'Sneaker', zh: '运动鞋' },
  { en: 'Bag', zh: '包' }, { en: 'Boot', zh: '短靴' },
];

function wilson(count: number, n: number): { low: number; high: number } {
  const z = 1.959963984540054;
  const p = count / n;
  const centre = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  return { low: round(centre - half), high: round(centre + half) };
}

const round = (x: number) => Math.round(x * 1e6) / 1e6;

function share(name: string, en: string, zh: string, count: number, n: number, higherIsBetter = true): Metric {
  return { name, title: { en, zh }, value: round(count / n), ...wilson(count, n), level: 0.95, method: 'Wilson', n, count, unit: 'fraction', higherIsBetter };
}

const TOO_FEW = { en: 'The measured value holds, its bound does not: too few samples to support this claim.', zh: '测得值满足要求而其界限不满足：样本不足以支持这一断言。' };

/** Tests metric >= threshold on its lower bound (or <= on its upper), as the engine does. */
function tested(metric: Metric, comparator: '>=' | '<=', threshold: number): RequirementTested {
  const compared = (comparator === '>=' ? metric.low : metric.high) ?? null;
  const holds = (x: number | null) => x !== null && (comparator === '>=' ? x >= threshold : x <= threshold);
  const verdict = holds(compared) ? 'pass' : holds(metric.value) ? 'warn' : 'fail';
  return {
    expression: `${metric.name} ${comparator} ${threshold.toFixed(2)}`, metric: metric.name,
    bound: comparator === '>=' ? 'lower' : 'upper', compared, comparator, threshold, verdict,
    ...(verdict === 'warn' ? { reason: TOO_FEW } : {}),
  };
}

let next = 0;
function evidence(id: string): Evidence {
  const ledgerIndex = next++;
  const file = `evidence/${String(ledgerIndex + 1).padStart(4, '0')}-${id}.sigstore.json`;
  return { file, sha256: digest(file), ledgerIndex, keyId: KEY };
}

/** Rows of 1000 with more confusion among tops (0, 2, 3, 4, 6) and among shoes (5, 7, 9). */
function confusionCounts(): number[][] {
  const kin = [0, 1, 0, 0, 0, 2, 0, 2, 3, 2];
  return LABELS.map((_, i) => {
    const row = LABELS.map((__, j) => {
      if (i === j) return 0;
      const near = kin[i] === kin[j];
      const hard = i === 6 || j === 6 ? 3 : 1;
      return Math.round((near ? 16 * hard : 1.2) * (0.4 + 1.2 * randomAt(i * 10 + j)));
    });
    row[i] = 1000 - row.reduce((a, b) => a + b, 0);
    return row;
  });
}

function accuracy(): Check {
  const counts = confusionCounts();
  const overall = share('accuracy', 'Accuracy', '准确率', counts.reduce((sum, row, i) => sum + (row[i] ?? 0), 0), 10000);
  const perClass = LABELS.map((l, i) => share(`recall.${i}`, `Recall, ${l.en}`, `召回率：${l.zh}`, counts[i]?.[i] ?? 0, 1000));
  return {
    id: 'evaluate.accuracy', principle: 'reliability', verdict: 'pass',
    title: { en: 'Accuracy, overall and by class', zh: '总体与各类别的准确率' },
    summary: { en: 'Share of test samples whose class is named correctly, for all samples and for each class.', zh: '测试样本被正确归类的比例，包括总体与各个类别。' },
    requirements: ['A1'], seconds: 3.42,
    parameters: [{ name: 'samples', value: 10000 }, { name: 'level', value: 0.95 }, { name: 'stratified', value: false }],
    requirementsTested: [tested(overall, '>=', 0.9)],
    metrics: [overall, ...perClass],
    figures: [{ type: 'confusion', title: { en: 'Confusion matrix', zh: '混淆矩阵' }, labels: LABELS, counts }, heatFigure, treeFigure, timelineFigure],
    evidence: evidence('evaluate.accuracy'),
  };
}

function calibration(): Check {
  const bins = Array.from({ length: 15 }, (_, i) => {
    const lower = i / 15;
    const upper = (i + 1) / 15;
    const count = i < 3 ? 0 : Math.round(14 * Math.exp(i / 2.35));
    const confidence = count === 0 ? null : round(lower + (upper - lower) * 0.55);
    const measured = confidence === null ? null : round(Math.max(0, confidence - 0.11 * Math.sin(Math.PI * confidence) + 0.03 * noise(i)));
    return { lower: round(lower), upper: round(upper), confidence, accuracy: measured, count };
  });
  const ece: Metric = { name: 'ece', title: { en: 'Expected calibration error', zh: '期望校准误差' }, value: 0.0317, low: 0.0279, high: 0.0361, method: 'bootstrap, 2000', n: 10000, unit: 'fraction', higherIsBetter: false };
  return {
    id: 'evaluate.calibration', principle: 'reliability', verdict: 'pass',
    title: { en: 'Calibration', zh: '置信度校准' },
    summary: { en: 'Whether a stated confidence of 80% is right in 80 of 100 cases.', zh: '当模型声称有八成把握时，是否真有八成正确。' },
    requirements: ['A1'], seconds: 1.9, parameters: [{ name: 'bins', value: 15 }],
    requirementsTested: [tested(ece, '<=', 0.05)],
    metrics: [ece, { name: 'nll', title: { en: 'Negative log-likelihood', zh: '负对数似然' }, value: 0.2514, low: 0.2389, high: 0.2643, method: 'bootstrap, 2000', n: 10000, unit: 'nat', higherIsBetter: false }],
    figures: [{ type: 'reliability', title: { en: 'Reliability diagram', zh: '可靠性图' }, bins }],
    evidence: evidence('evaluate.calibration'),
  };
}

function corruption(): Check {
  const kinds: [string, string, number][] = [['Gaussian noise', '高斯噪声', 0.12], ['Blur', '模糊', 0.085], ['Brightness', '亮度', 0.045], ['Contrast', '对比度', 0.07], ['JPEG', 'JPEG 压缩', 0.02], ['Rotation', '旋转', 0.1]];
  const mean = share('mean_corrupted_accuracy', 'Mean accuracy over corruptions', '各类破坏下的平均准确率', 22310, 30000);
  return {
    id: 'evaluate.corruption', principle: 'reliability', verdict: 'warn',
    title: { en: 'Accuracy under corruption', zh: '受损图像上的准确率' },
    summary: { en: 'Noise, blur, light and compression as a camera and a channel bring them, at five strengths.', zh: '相机与信道常见的噪声、模糊、光照和压缩，各五级强度。' },
    requirements: ['A1'], seconds: 11.7,
    requirementsTested: [tested(mean, '>=', 0.74)],
    metrics: [mean],
    figures: [{
      type: 'curve', title: { en: 'Accuracy by strength of corruption', zh: '准确率随破坏强度的变化' },
      xLabel: { en: 'Strength', zh: '强度' }, yLabel: { en: 'Accuracy', zh: '准确率' }, yUnit: 'fraction', yMin: 0, yMax: 1, xMin: 0, xMax: 5,
      series: kinds.map(([en, zh, slope]) => {
        const y = [0, 1, 2, 3, 4, 5].map((x) => round(0.916 - slope * x * (0.75 + 0.05 * x)));
        return { name: { en, zh }, x: [0, 1, 2, 3, 4, 5], y };
      }),
    }],
    evidence: evidence('evaluate.corruption'),
  };
}

function pgd(): Check {
  const robust = share('robust_accuracy', 'Robust accuracy, PGD-20', '鲁棒准确率，PGD-20', 312, 1000);
  const clean = share('clean_accuracy', 'Accuracy without attack', '无攻击时的准确率', 917, 1000);
  const strengths = [0, 2, 4, 8, 12, 16, 24, 32];
  const survived = [917, 806, 671, 447, 312, 214, 92, 31];
  return {
    id: 'inspect.pgd', principle: 'security', verdict: 'fail',
    title: { en: 'Projected gradient attack', zh: '投影梯度攻击' },
    summary: { en: 'White-box attack within a box of 12/255 around each image. An image counts as lost if any step of any restart changes its class.', zh: '在每幅图像周围 12/255 的范围内做白盒攻击；任何一次重启的任何一步改变了类别，该图像即算失守。' },
    source: 'Madry et al. 2018', requirements: ['A2'], seconds: 48.3,
    parameters: [{ name: 'norm', value: 'linf' }, { name: 'epsilon', value: 0.047059 }, { name: 'steps', value: 20 }, { name: 'restarts', value: 2 }, { name: 'samples', value: 1000 }],
    requirementsTested: [tested(robust, '>=', 0.4), tested(clean, '>=', 0.88)],
    metrics: [robust, clean, { name: 'median_margin', title: { en: 'Median margin of witnesses', zh: '见证样本的中位裕度' }, value: 1.83, n: 605, higherIsBetter: false }],
    figures: [
      {
        type: 'curve', title: { en: 'Robust accuracy by strength of attack', zh: '鲁棒准确率随攻击强度的变化' },
        xLabel: { en: 'Largest change of a pixel (of 255)', zh: '像素的最大改变（满幅 255）' }, yLabel: { en: 'Robust accuracy', zh: '鲁棒准确率' }, yUnit: 'fraction', yMin: 0, yMax: 1, xMin: 0, xMax: 32,
        series: [{ name: 'PGD-20', x: strengths, y: survived.map((c) => c / 1000), low: survived.map((c) => wilson(c, 1000).low), high: survived.map((c) => wilson(c, 1000).high) }],
      },
      {
        type: 'bars', title: { en: 'Robust accuracy by class', zh: '各类别的鲁棒准确率' }, unit: 'fraction', reference: 0.4, min: 0, max: 1, valueLabel: { en: 'Robust accuracy', zh: '鲁棒准确率' },
        series: LABELS.map((label, i) => {
          const count = [28, 71, 15, 34, 17, 39, 6, 36, 52, 44][i] ?? 0;
          return { label, value: count / 100, ...wilson(count, 100) };
        }),
      },
      adversarialFigure(),
    ],
    notes: [{ en: 'Every adversarial image was confirmed in fp32 on the unmodified graph, one at a time, with a margin above the measured float noise.', zh: '每幅对抗图像都在未改动的计算图上以 fp32 逐一确认，裕度高于测得的浮点噪声。' }],
    evidence: evidence('inspect.pgd'),
  };
}

function membership(): Check {
  const auc: Metric = { name: 'auc', title: { en: 'AUC of the attack', zh: '攻击的 AUC' }, value: 0.5634, low: 0.5487, high: 0.5781, method: 'DeLong', n: 5000, higherIsBetter: false };
  const tpr = { ...share('tpr_at_fpr_0.001', 'True positives at 0.1% false positives', '误报 0.1% 时的检出率', 6, 2500, false), method: 'Clopper-Pearson' };
  const fpr = Array.from({ length: 61 }, (_, i) => 10 ** (-3 + i / 20));
  return {
    id: 'inspect.membership', principle: 'privacy', verdict: 'pass',
    title: { en: 'Membership inference', zh: '成员推断' },
    summary: { en: 'Tries to tell from the loss whether a sample was in the training set.', zh: '试图由损失判断某个样本是否在训练集中。' },
    requirements: ['A2', 'D4'], seconds: 2.8, parameters: [{ name: 'members', value: 2500 }, { name: 'non_members', value: 2500 }],
    requirementsTested: [tested(auc, '<=', 0.6)],
    metrics: [auc, tpr],
    figures: [{
      type: 'curve', title: { en: 'ROC of the membership attack', zh: '成员推断攻击的 ROC 曲线' }, xLog: true, yLog: true, xMin: 0.001, xMax: 1, yMin: 0.001, yMax: 1, diagonal: true, xUnit: 'fraction', yUnit: 'fraction',
      xLabel: { en: 'False positive rate', zh: '误报率' }, yLabel: { en: 'True positive rate', zh: '检出率' },
      series: [{ name: { en: 'Loss threshold', zh: '损失阈值' }, x: fpr.map(round), y: fpr.map((f) => round(Math.min(1, f ** 0.86 * (1 + 0.02 * Math.sin(9 * f))))) }],
    }],
    notes: [{ en: '2500 non-members cannot support a claim at false positive rates below 0.1%.', zh: '2500 个非成员样本不足以支持误报率低于 0.1% 的断言。' }],
    evidence: evidence('inspect.membership'),
  };
}

function subgroups(): Check {
  return {
    id: 'evaluate.subgroups', principle: 'fairness', verdict: 'not-run',
    title: { en: 'Gap between groups', zh: '群体间差距' }, requirements: ['A5'],
    reason: { en: 'The data manifest declares no group attribute, so there are no groups to compare.', zh: '数据清单没有声明群体属性，没有可比较的群体。' },
    evidence: evidence('evaluate.subgroups'),
  };
}

function faithfulness(): Check {
  const gain: Metric = { name: 'deletion_gain', title: { en: 'Deletion AUC, gain over a random map', zh: '删除 AUC 相对随机图的提升' }, value: 0.183, low: 0.171, high: 0.195, method: 'bootstrap, 2000', n: 500, higherIsBetter: true };
  const steps = Array.from({ length: 21 }, (_, i) => i / 20);
  return {
    id: 'explain.faithfulness', principle: 'explainability', verdict: 'pass',
    title: { en: 'Faithfulness of attributions', zh: '归因的忠实度' },
    summary: { en: 'Integrated gradients: do the pixels it names matter to the answer, and do they change when the weights are scrambled?', zh: '积分梯度：所指出的像素是否真的影响回答？权重被打乱后归因是否随之改变？' },
    source: 'Sundararajan et al. 2017', requirements: ['A6'], seconds: 9.6, parameters: [{ name: 'steps', value: 64 }, { name: 'baseline', value: 'black' }, { name: 'samples', value: 500 }],
    requirementsTested: [tested(gain, '>=', 0.1)],
    metrics: [gain, { name: 'completeness_error', title: { en: 'Completeness error, largest', zh: '完备性误差，最大值' }, value: 0.00042, n: 500, higherIsBetter: false }, { name: 'randomised_similarity', title: { en: 'Similarity after randomising weights', zh: '权重随机化后的相似度' }, value: 0.061, low: 0.047, high: 0.075, method: 'bootstrap, 2000', n: 500, higherIsBetter: false }],
    figures: [
      {
        type: 'curve', title: { en: 'Deletion of the most important pixels', zh: '删除最重要的像素' }, xLabel: { en: 'Pixels deleted', zh: '被删除的像素' }, yLabel: { en: 'Probability of the class', zh: '该类别的概率' }, xUnit: 'fraction', yUnit: 'fraction', yMin: 0, yMax: 1, xMin: 0, xMax: 1,
        series: [
          { name: { en: 'Integrated gradients', zh: '积分梯度' }, x: steps, y: steps.map((x) => round(0.05 + 0.88 * Math.exp(-6 * x))) },
          { name: { en: 'Random map', zh: '随机图' }, x: steps, y: steps.map((x) => round(0.05 + 0.88 * Math.exp(-2.6 * x))) },
        ],
      },
      attributionFigure(),
    ],
    evidence: evidence('explain.faithfulness'),
  };
}

const checks = [accuracy(), calibration(), corruption(), pgd(), membership(), subgroups(), faithfulness()];
const report: Report = {
  format: FORMAT, sample: true,
  title: { en: 'Garment classifier for a sorting line (sample)', zh: '分拣线服装分类器（样例）' },
  verdict: 'fail',
  summary: { en: 'The model does its job and keeps its training data to itself, but it does not hold against a white-box attack of the strength the plan names.', zh: '该模型能够胜任，也没有泄露训练数据，但经不起计划所规定强度的白盒攻击。' },
  generated: '2026-01-01T09:30:00Z',
  tool: { name: 'Cupel', version: '0.1.0', engineBuild: digest('engine') },
  plan: { file: 'plan.toml', digest: digest('plan') },
  model: {
    name: 'sample-cnn.onnx', sha256: digest('model'), rootDigest: digest('model root'), parameters: 61706, flops: 842560,
    inputs: [{ name: 'image', type: 'float32', shape: ['n', 1, 28, 28] }], outputs: [{ name: 'logits', type: 'float32', shape: ['n', 10] }],
    operators: [{ name: 'Conv', count: 2 }, { name: 'Gemm', count: 3 }, { name: 'MaxPool', count: 2 }, { name: 'Relu', count: 4 }, { name: 'Flatten', count: 1 }],
  },
  data: { name: 'sample-garments, test split', sha256: digest('data'), samples: 10000, provenance: { en: 'Made up for this sample.', zh: '为本样例虚构。' }, licence: 'none' },
  seed: '20260101', machine: 'sample machine, 2 cores', seconds: 84.2,
  checks,
  scorecard: scorecardOf(checks),
  crosswalk,
  ledger: {
    origin: 'sample.invalid/cupel', size: 9, root: digest('ledger root'), checkpoint: 'ledger/checkpoint',
    publicKeys: [
      { name: 'evidence', algorithm: 'ECDSA P-256, SHA-256', id: KEY, file: 'keys/evidence.pub.pem' },
      { name: 'ledger', algorithm: 'Ed25519', key: 'sample.invalid/cupel+00000000+U0FNUExFIEtFWSwgTk9UIEEgUkVBTCBPTkU=' },
    ],
  },
  verify: { commands: ['cupel verify .', 'cupel verify --rerun .'] },
};

process.stdout.write(`${JSON.stringify(report, null, 1)}\n`);
