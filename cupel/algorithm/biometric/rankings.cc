// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/biometric/rankings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "cupel/algorithm/scheme/rows.h"

namespace cupel::algorithm::biometric {
namespace {

using scheme::Row;

struct Document {
  std::string name;
  Retrieved retrieved;
};

struct Gathered {
  std::vector<Document> documents;
  RankedQuery query;
};

bool IsRelevant(double gain) { return gain >= 1; }

Status AddDocument(const Row& row, Gathered& gathered) {
  double gain = 0;
  if (!row.IsEmpty("relevance")) {
    CUPEL_TRY(gain, row.Real("relevance"));
    if (gain < 0) return row.Corrupt("column \"relevance\" must be at least 0");
    gathered.query.ideal_gains.push_back(gain);
    gathered.query.relevant += IsRelevant(gain) ? 1 : 0;
  }
  if (row.IsEmpty("score")) {
    if (row.IsEmpty("relevance")) return row.Corrupt("a document needs a relevance or a score");
    return {};
  }
  CUPEL_TRY(const double score, row.Real("score"));
  gathered.documents.push_back({row.Text("document"), {score, gain}});
  return {};
}

Result<std::unique_ptr<scheme::Input>> Read(const scheme::Sources& sources) {
  CUPEL_TRY(Rankings rankings, ReadRankings(sources.predictions));
  return std::make_unique<Rankings>(std::move(rankings));
}

double Discount(std::size_t place) { return 1 / std::log2(static_cast<double>(place) + 2); }

}  // namespace

Result<Rankings> ReadRankings(const std::filesystem::path& path) {
  static const std::array<scheme::ColumnSpec, 4> kColumns{
      {{"query", true}, {"document", false}, {"relevance", true}, {"score", true}}};
  std::vector<Gathered> gathered;
  scheme::NameNumbers names;
  CUPEL_TRY_STATUS(scheme::ReadRows(path, kColumns, [&](const Row& row) -> Status {
    CUPEL_TRY(const std::string name, row.Name("query"));
    const auto number = static_cast<std::size_t>(names.Of(name));
    if (number == gathered.size()) gathered.emplace_back();
    return AddDocument(row, gathered[number]);
  }));
  Rankings result;
  for (Gathered& one : gathered) {
    std::ranges::stable_sort(one.documents, [](const Document& a, const Document& b) {
      if (a.retrieved.score != b.retrieved.score) return a.retrieved.score > b.retrieved.score;
      return a.name > b.name;
    });
    for (const Document& document : one.documents) one.query.ranked.push_back(document.retrieved);
    std::ranges::sort(one.query.ideal_gains, std::greater<>());
    result.queries.push_back(std::move(one.query));
  }
  return result;
}

double PrecisionAt(const RankedQuery& query, std::int64_t k) {
  const auto places = std::min(query.ranked.size(), static_cast<std::size_t>(k));
  const auto hits =
      std::count_if(query.ranked.begin(), query.ranked.begin() + static_cast<std::ptrdiff_t>(places),
                    [](const Retrieved& r) { return IsRelevant(r.gain); });
  return static_cast<double>(hits) / static_cast<double>(k);
}

double RecallAt(const RankedQuery& query, std::int64_t k) {
  if (query.relevant == 0) return 0;
  return PrecisionAt(query, k) * static_cast<double>(k) / static_cast<double>(query.relevant);
}

double ReciprocalRank(const RankedQuery& query) {
  const auto first =
      std::ranges::find_if(query.ranked, [](const Retrieved& r) { return IsRelevant(r.gain); });
  return first == query.ranked.end() ? 0 : 1 / static_cast<double>(first - query.ranked.begin() + 1);
}

double AveragePrecisionOf(const RankedQuery& query) {
  if (query.relevant == 0) return 0;
  double found = 0;
  double sum = 0;
  for (std::size_t i = 0; i < query.ranked.size(); ++i) {
    if (!IsRelevant(query.ranked[i].gain)) continue;
    found += 1;
    sum += found / static_cast<double>(i + 1);
  }
  return sum / static_cast<double>(query.relevant);
}

double RPrecision(const RankedQuery& query) {
  return query.relevant == 0 ? 0 : PrecisionAt(query, query.relevant);
}

double Ndcg(const RankedQuery& query, std::int64_t k, Gain gain, GainTies ties) {
  const auto worth = [gain](double g) { return gain == Gain::kLinear ? g : std::exp2(g) - 1; };
  const auto limit = [k](std::size_t size) {
    return k == 0 ? size : std::min(size, static_cast<std::size_t>(k));
  };
  const auto discount = [&](std::size_t place) {
    return k == 0 || place < static_cast<std::size_t>(k) ? Discount(place) : 0;
  };
  double ideal = 0;
  for (std::size_t i = 0; i < limit(query.ideal_gains.size()); ++i)
    ideal += worth(query.ideal_gains[i]) * Discount(i);
  if (ideal == 0) return 0;
  double sum = 0;
  for (std::size_t begin = 0; begin < query.ranked.size();) {
    std::size_t end = begin + 1;
    while (ties == GainTies::kAveraged && end < query.ranked.size() &&
           query.ranked[end].score == query.ranked[begin].score) {
      ++end;
    }
    double gains = 0;
    double discounts = 0;
    for (std::size_t i = begin; i < end; ++i) {
      gains += worth(query.ranked[i].gain);
      discounts += discount(i);
    }
    sum += gains * discounts / static_cast<double>(end - begin);
    begin = end;
  }
  return sum / ideal;
}

const scheme::InputFormat kRankings{
    .name = "rankings",
    .meaning =
        {"CSV, one row a query and a document: query, optional document, relevance (gain; relevant from 1; "
         "empty is not judged), score (empty is not retrieved)",
         "CSV，每行一个查询与文档对：query、可选 document、relevance（增益，不小于 1 为相关；空为未标注）、"
         "score（空为未检索到）"},
    .read = Read};

}  // namespace cupel::algorithm::biometric
