// SPDX-License-Identifier: Apache-2.0
// H08: ranked retrieval.
#include <functional>

#include "cupel/algorithm/biometric/mean_of_queries.h"
#include "cupel/algorithm/biometric/rankings.h"
#include "cupel/algorithm/biometric/themes.h"
#include "cupel/algorithm/scheme/parameter.h"

namespace cupel::algorithm::biometric {
namespace {

using scheme::Evaluation;
using scheme::Options;

Result<Evaluation> Mean(const Rankings& input, const check::Parameters& parameters,
                        const std::function<double(const RankedQuery&)>& value, std::string_view stream,
                        const Options& options) {
  std::vector<double> values;
  const bool skips = parameters.Text("empty") == "skip";
  for (const RankedQuery& query : input.queries) {
    if (query.relevant > 0 || !skips) values.push_back(value(query));
  }
  if (values.empty()) return Fail(ErrorCode::kInvalidArgument, "no query has a relevant document");
  Evaluation evaluation;
  evaluation.metrics.push_back(MeanOfQueries(values, stream, options));
  return evaluation;
}

Result<Evaluation> Precision(const Rankings& input, const check::Parameters& p, const Options& options) {
  const std::int64_t k = p.Integer("k");
  return Mean(
      input, p, [k](const RankedQuery& q) { return PrecisionAt(q, k); }, "precision_at_k.value", options);
}

Result<Evaluation> Recall(const Rankings& input, const check::Parameters& p, const Options& options) {
  const std::int64_t k = p.Integer("k");
  return Mean(input, p, [k](const RankedQuery& q) { return RecallAt(q, k); }, "recall_at_k.value", options);
}

Result<Evaluation> Mrr(const Rankings& input, const check::Parameters& p, const Options& options) {
  return Mean(input, p, ReciprocalRank, "mrr.value", options);
}

Result<Evaluation> Map(const Rankings& input, const check::Parameters& p, const Options& options) {
  return Mean(input, p, AveragePrecisionOf, "retrieval_map.value", options);
}

Result<Evaluation> RPrec(const Rankings& input, const check::Parameters& p, const Options& options) {
  return Mean(input, p, RPrecision, "r_precision.value", options);
}

Result<Evaluation> NdcgOf(const Rankings& input, const check::Parameters& p, const Options& options) {
  const std::int64_t k = p.Integer("k");
  const Gain gain = p.Text("gain") == "linear" ? Gain::kLinear : Gain::kExponential;
  const GainTies ties = p.Text("ties") == "ranked" ? GainTies::kRanked : GainTies::kAveraged;
  return Mean(input, p, [=](const RankedQuery& q) { return Ndcg(q, k, gain, ties); }, "ndcg.value", options);
}

scheme::Scheme Entry(std::string_view id, check::Text title, std::string_view definition) {
  scheme::Scheme entry;
  entry.id = id;
  entry.row = "H08";
  entry.title = std::move(title);
  entry.definition = definition;
  entry.rules.ties = "equal scores by falling document name, or in the file's order";
  entry.rules.empty = "a query without a relevant document counts 0 (empty=zero) or is left out (empty=skip)";
  entry.rules.averaging = "mean over queries; bootstrap of queries";
  entry.reference = "trec_eval 10.0-rc3";
  entry.test = "RetrievalSchemesTest.EqualsTrecEval";
  entry.input = &kRankings;
  entry.parameters = {scheme::ChoiceParameter("empty", {"zero", "skip"},
                                              {"Queries without a relevant document", "没有相关文档的查询"})};
  return entry;
}

}  // namespace

std::vector<scheme::Scheme> RetrievalSchemes() {
  const check::ParameterSpec k =
      scheme::IntegerParameter("k", 10, 1, 1000000, {"Places that are looked at", "查看的位置数"});
  scheme::Scheme precision = Entry("precision_at_k", {"Precision at k", "前 k 精确率"},
                                   "relevant among the first k / k, also where fewer are retrieved");
  precision.parameters.insert(precision.parameters.begin(), k);
  precision.evaluate = scheme::On<Rankings, Precision>;
  scheme::Scheme recall =
      Entry("recall_at_k", {"Recall at k", "前 k 召回率"}, "relevant among the first k / relevant");
  recall.parameters.insert(recall.parameters.begin(), k);
  recall.evaluate = scheme::On<Rankings, Recall>;
  scheme::Scheme mrr =
      Entry("mrr", {"Mean reciprocal rank", "平均倒数排名"}, "1 / place of the first relevant");
  mrr.evaluate = scheme::On<Rankings, Mrr>;
  scheme::Scheme map = Entry("retrieval_map", {"Mean average precision of retrieval", "检索平均精度均值"},
                             "sum over relevant retrieved of the precision there / relevant");
  map.evaluate = scheme::On<Rankings, Map>;
  scheme::Scheme r_precision = Entry("r_precision", {"R-precision", "R 精确率"},
                                     "precision at as many places as there are relevant documents");
  r_precision.evaluate = scheme::On<Rankings, RPrec>;
  scheme::Scheme ndcg = Entry("ndcg", {"Normalised discounted cumulative gain", "归一化折损累计增益"},
                              "sum of gain / log2(place + 1) over the first k places / the largest possible");
  ndcg.reference = "trec_eval ndcg and ndcg_cut (ties=ranked), scikit-learn ndcg_score (ties=averaged)";
  ndcg.parameters.insert(ndcg.parameters.begin(),
                         {scheme::IntegerParameter(
                              "k", 0, 0, 1000000, {"Places that count; 0 for all", "计入的位置数；0 为全部"}),
                          scheme::ChoiceParameter("gain", {"linear", "exponential"},
                                                  {"gain, or 2^gain - 1", "增益，或 2^增益 - 1"}),
                          scheme::ChoiceParameter("ties", {"ranked", "averaged"},
                                                  {"averaged: equal scores share the mean of their discounts",
                                                   "averaged：同分文档共享折损的平均值"})});
  ndcg.evaluate = scheme::On<Rankings, NdcgOf>;
  return {precision, recall, mrr, map, r_precision, ndcg};
}

}  // namespace cupel::algorithm::biometric
