// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/biometric/searches.h"

#include <algorithm>
#include <array>
#include <limits>

#include "cupel/algorithm/scheme/rows.h"

namespace cupel::algorithm::biometric {
namespace {

using scheme::Row;

struct Candidates {
  Search search;
  std::vector<double> others;
};

Status AddCandidate(const Row& row, Candidates& list) {
  if (row.IsEmpty("score")) {
    if (!row.IsEmpty("mate")) return row.Corrupt("a candidate needs a score");
    return {};
  }
  CUPEL_TRY(const double score, row.Real("score"));
  CUPEL_TRY(const bool is_mate, row.Flag("mate"));
  if (is_mate && !list.search.is_enrolled) {
    return row.Corrupt("a search whose subject is not enrolled has no mate");
  }
  list.search.top_score = std::max(list.search.top_score, score);
  if (is_mate) {
    list.search.mate_score = std::max(list.search.mate_score, score);
  } else {
    list.others.push_back(score);
  }
  return {};
}

Result<std::unique_ptr<scheme::Input>> Read(const scheme::Sources& sources) {
  CUPEL_TRY(Searches searches, ReadSearches(sources.predictions));
  return std::make_unique<Searches>(std::move(searches));
}

}  // namespace

Result<Searches> ReadSearches(const std::filesystem::path& path) {
  static const std::array<scheme::ColumnSpec, 5> kColumns{
      {{"search", true}, {"enrolled", true}, {"mate", true}, {"score", true}, {"subject", false}}};
  constexpr double kNobody = -std::numeric_limits<double>::infinity();
  std::vector<Candidates> lists;
  scheme::NameNumbers names;
  scheme::NameNumbers subjects;
  CUPEL_TRY_STATUS(scheme::ReadRows(path, kColumns, [&](const Row& row) -> Status {
    CUPEL_TRY(const std::string name, row.Name("search"));
    CUPEL_TRY(const bool is_enrolled, row.Flag("enrolled"));
    const std::int32_t subject = subjects.Of(row.Text("subject"));
    const auto number = static_cast<std::size_t>(names.Of(name));
    if (number == lists.size()) lists.push_back({{is_enrolled, subject, kNobody, kNobody, 0}, {}});
    Candidates& list = lists[number];
    if (list.search.is_enrolled != is_enrolled || list.search.subject != subject) {
      return row.Corrupt("the rows of one search differ in enrolled or subject");
    }
    return AddCandidate(row, list);
  }));
  Searches result;
  for (Candidates& list : lists) {
    if (list.search.mate_score > kNobody) {
      list.search.mate_rank =
          1 + std::ranges::count_if(list.others, [&](double s) { return s >= list.search.mate_score; });
    }
    result.searches.push_back(list.search);
  }
  return result;
}

const scheme::InputFormat kSearches{
    .name = "searches",
    .meaning =
        {"CSV, one row a candidate: search, enrolled (0 or 1), mate (0 or 1), score (higher is more alike), "
         "optional subject; one row with empty mate and score for a search that returned nobody",
         "CSV，每行一个候选：search、enrolled（0 或 1）、mate（0 或 1）、score（越大越相似），可选 "
         "subject；未返回候选的检索占一行，mate 与 score 为空"},
    .read = Read};

}  // namespace cupel::algorithm::biometric
