// SPDX-License-Identifier: Apache-2.0
//
// The sample's part of the crosswalk: some rows and catalogues of cupel/application/crosswalk/crosswalk.toml, matched with
// the sample's made-up checks.

import type { Crosswalk } from '../src/report.ts';

const catalogues: Crosswalk['catalogues'] = [
  { id: 'eu-ai-act', title: { en: 'EU AI Act', zh: '欧盟《人工智能法》' }, edition: 'Regulation (EU) 2024/1689' },
  { id: 'nist-ai-rmf', title: { en: 'NIST AI RMF', zh: 'NIST 人工智能风险管理框架' }, edition: '1.0' },
  { id: 'iso-42001', title: { en: 'ISO/IEC 42001', zh: 'ISO/IEC 42001 人工智能管理体系' }, edition: '2023' },
  { id: 'china', title: { en: 'China: standards and measures', zh: '中国标准与管理办法' }, edition: '2026-11' },
];

const rows: Crosswalk['rows'] = [
  { id: 'X03', title: { en: 'Accuracy with confidence interval and sample size', zh: '准确性（含置信区间与样本量）' }, sufficiency: 'partial', requirements: ['A1'],
    clauses: [{ catalogue: 'eu-ai-act', ids: ['Art. 15(1)', 'Art. 15(2)', 'Art. 15(3)'] }, { catalogue: 'nist-ai-rmf', ids: ['MEASURE 2.5'] }, { catalogue: 'iso-42001', ids: ['A.6.2.4'] }, { catalogue: 'china', ids: ['GB/T 42888-2023'] }],
    checks: ['evaluate.accuracy'], documents: [] },
  { id: 'X04', title: { en: 'Accuracy under attack', zh: '攻击下的准确性' }, sufficiency: 'partial', requirements: ['A2'],
    clauses: [{ catalogue: 'eu-ai-act', ids: ['Art. 15(4)', 'Art. 15(5)'] }, { catalogue: 'nist-ai-rmf', ids: ['MEASURE 2.7'] }, { catalogue: 'iso-42001', ids: ['A.6.2.4'] }, { catalogue: 'china', ids: ['GB/T 42888-2023', 'TC260 framework 2.0'] }],
    checks: ['inspect.pgd'], documents: [] },
  { id: 'X05', title: { en: 'Accuracy on corrupted and physical-world samples', zh: '受损与物理世界样本上的准确性' }, sufficiency: 'partial', requirements: ['A1', 'A2'],
    clauses: [{ catalogue: 'eu-ai-act', ids: ['Art. 15(4)'] }, { catalogue: 'nist-ai-rmf', ids: ['MEASURE 2.6', 'MEASURE 2.7'] }, { catalogue: 'iso-42001', ids: ['A.6.2.4'] }, { catalogue: 'china', ids: ['GB/T 42888-2023'] }],
    checks: ['evaluate.corruption'], documents: [] },
  { id: 'X07', title: { en: 'What the model gives away about its training data', zh: '模型对训练数据的泄露程度' }, sufficiency: 'partial', requirements: ['A2', 'D1'],
    clauses: [{ catalogue: 'eu-ai-act', ids: ['Art. 10', 'Art. 15(5)'] }, { catalogue: 'nist-ai-rmf', ids: ['MEASURE 2.10'] }, { catalogue: 'iso-42001', ids: ['A.7.2'] }, { catalogue: 'china', ids: ['GB/T 45652-2025', 'PIPL'] }],
    checks: ['inspect.membership'], documents: [] },
  { id: 'X09', title: { en: 'Metrics by group, with intervals and smallest group size', zh: '分群体指标（含区间与最小群体规模）' }, requirements: ['A5'],
    clauses: [{ catalogue: 'eu-ai-act', ids: ['Art. 10(2)(f)', 'Art. 10(2)(g)'] }, { catalogue: 'nist-ai-rmf', ids: ['MEASURE 2.11'] }, { catalogue: 'iso-42001', ids: ['A.5.4'] }, { catalogue: 'china', ids: ['TC260 framework 2.0'] }],
    checks: [], documents: [] },
  { id: 'X10', title: { en: 'Faithfulness of explanations', zh: '解释的忠实度' }, sufficiency: 'partial', requirements: ['A6'],
    clauses: [{ catalogue: 'eu-ai-act', ids: ['Art. 13', 'Art. 86'] }, { catalogue: 'nist-ai-rmf', ids: ['MEASURE 2.9'] }, { catalogue: 'iso-42001', ids: ['A.8.2'] }, { catalogue: 'china', ids: ['GB/T 42888-2023'] }],
    checks: ['explain.faithfulness'], documents: [] },
  { id: 'X11', title: { en: 'Calibration of confidence, unfamiliar inputs', zh: '置信度校准与陌生输入' }, sufficiency: 'partial', requirements: ['A1'],
    clauses: [{ catalogue: 'eu-ai-act', ids: ['Art. 14(4)', 'Art. 15'] }, { catalogue: 'nist-ai-rmf', ids: ['MEASURE 2.5'] }, { catalogue: 'iso-42001', ids: ['A.6.2.4'] }, { catalogue: 'china', ids: ['GB/T 42888-2023'] }],
    checks: ['evaluate.calibration'], documents: [] },
  { id: 'X14', title: { en: 'Review case: class, votes, conditions, reasons', zh: '审查案卷：分级、表决、条件与理由' }, requirements: ['G1', 'G2', 'G3'],
    clauses: [{ catalogue: 'eu-ai-act', ids: ['Art. 9', 'Art. 14', 'Art. 17'] }, { catalogue: 'nist-ai-rmf', ids: ['GOVERN 2', 'GOVERN 3', 'GOVERN 4'] }, { catalogue: 'iso-42001', ids: ['A.3.2', 'A.5.2'] }, { catalogue: 'china', ids: ['S&T ethics review measures 2023', 'AI ethics measures 2026'] }],
    checks: [], documents: [] },
  { id: 'X16', title: { en: 'Append-only log of all statements', zh: '只增不改的声明账本' }, sufficiency: 'partial', requirements: ['A8', 'G8'],
    clauses: [{ catalogue: 'eu-ai-act', ids: ['Art. 12', 'Art. 18'] }, { catalogue: 'nist-ai-rmf', ids: ['GOVERN 1.4'] }, { catalogue: 'iso-42001', ids: ['A.6.2.8'] }, { catalogue: 'china', ids: ['Record keeping'] }],
    checks: [], documents: [{ kind: 'ledger', file: 'ledger/checkpoint' }] },
  { id: 'X18', title: { en: 'Incident file: detection, report, mitigation, closure', zh: '事件档案：发现、报告、处置与关闭' }, requirements: ['G5'],
    clauses: [{ catalogue: 'eu-ai-act', ids: ['Art. 73'] }, { catalogue: 'nist-ai-rmf', ids: ['MANAGE 4.3'] }, { catalogue: 'iso-42001', ids: ['A.3.3', 'A.8.4'] }, { catalogue: 'china', ids: ['Emergency review'] }],
    checks: [], documents: [] },
];

export const crosswalk: Crosswalk = { version: 'sample', catalogues, rows };
