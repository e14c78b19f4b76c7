// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/biometric/galleries.h"

#include <algorithm>
#include <array>
#include <map>

#include "cupel/algorithm/scheme/rows.h"

namespace cupel::algorithm::biometric {
namespace {

using scheme::Row;

struct Scored {
  double score = 0;
  RankedImage image;
};

struct Query {
  std::int32_t identity = -1;
  std::int32_t camera = -1;
  std::vector<Scored> images;
};

Result<std::unique_ptr<scheme::Input>> Read(const scheme::Sources& sources) {
  CUPEL_TRY(Galleries galleries, ReadGalleries(sources.predictions));
  return std::make_unique<Galleries>(std::move(galleries));
}

struct Names {
  scheme::NameNumbers queries, identities, cameras;
};

Status AddImage(const Row& row, Names& names, std::vector<Query>& queries) {
  CUPEL_TRY(const std::string query_name, row.Name("query"));
  CUPEL_TRY(const std::string identity_name, row.Name("identity"));
  CUPEL_TRY(const std::string gallery_name, row.Name("gallery_identity"));
  CUPEL_TRY(const double score, row.Real("score"));
  const std::int32_t identity = names.identities.Of(identity_name);
  const std::int32_t camera = names.cameras.Of(row.Text("camera"));
  const auto number = static_cast<std::size_t>(names.queries.Of(query_name));
  if (number == queries.size()) queries.push_back({identity, camera, {}});
  Query& query = queries[number];
  if (query.identity != identity || query.camera != camera) {
    return row.Corrupt("the rows of one query differ in identity or camera");
  }
  const std::int32_t other = names.identities.Of(gallery_name);
  const std::int32_t other_camera = names.cameras.Of(row.Text("gallery_camera"));
  const bool is_match = other == identity;
  if (is_match && camera >= 0 && other_camera == camera) return {};
  query.images.push_back({score, {other, is_match}});
  return {};
}

}  // namespace

Result<Galleries> ReadGalleries(const std::filesystem::path& path) {
  static const std::array<scheme::ColumnSpec, 6> kColumns{{{"query", true},
                                                           {"identity", true},
                                                           {"camera", true},
                                                           {"gallery_identity", true},
                                                           {"gallery_camera", true},
                                                           {"score", true}}};
  std::vector<Query> queries;
  Names names;
  CUPEL_TRY_STATUS(
      scheme::ReadRows(path, kColumns, [&](const Row& row) { return AddImage(row, names, queries); }));
  Galleries result;
  for (Query& query : queries) {
    std::ranges::stable_sort(query.images,
                             [](const Scored& a, const Scored& b) { return a.score > b.score; });
    std::vector<RankedImage> ranked;
    for (const Scored& scored : query.images) ranked.push_back(scored.image);
    if (std::ranges::any_of(ranked, &RankedImage::is_match)) {
      result.queries.push_back(std::move(ranked));
    } else {
      ++result.without_match;
    }
  }
  return result;
}

double AveragePrecision(std::span<const RankedImage> ranked) {
  double matches = 0;
  double sum = 0;
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    if (!ranked[i].is_match) continue;
    matches += 1;
    sum += matches / static_cast<double>(i + 1);
  }
  return sum / matches;
}

double InverseNegativePenalty(std::span<const RankedImage> ranked) {
  double matches = 0;
  double last = 0;
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    if (!ranked[i].is_match) continue;
    matches += 1;
    last = static_cast<double>(i + 1);
  }
  return matches / last;
}

bool IsHit(std::span<const RankedImage> ranked, std::int64_t rank) {
  const auto first = ranked.first(std::min(ranked.size(), static_cast<std::size_t>(rank)));
  return std::ranges::any_of(first, &RankedImage::is_match);
}

double SingleShotHit(std::span<const RankedImage> ranked, std::int64_t rank) {
  struct Other {
    double before = 0;
    double all = 0;
  };
  std::map<std::int32_t, Other> others;
  double matches = 0;
  for (const RankedImage& image : ranked) {
    if (image.is_match) {
      matches += 1;
    } else {
      others[image.identity].all += 1;
    }
  }
  const auto width = static_cast<std::size_t>(rank);
  double sum = 0;
  for (const RankedImage& image : ranked) {
    if (!image.is_match) {
      others[image.identity].before += 1;
      continue;
    }
    // chance[j]: exactly j other identities come before this match; those beyond rank - 1 are dropped.
    std::vector<double> chance(width);
    chance[0] = 1;
    for (const auto& [identity, other] : others) {
      const double share = other.before / other.all;
      if (share == 0) continue;
      for (std::size_t j = width; j-- > 0;) {
        chance[j] = chance[j] * (1 - share) + (j > 0 ? chance[j - 1] * share : 0);
      }
    }
    for (const double probability : chance) sum += probability;
  }
  return sum / matches;
}

const scheme::InputFormat kGalleries{
    .name = "galleries",
    .meaning = {"CSV, one row a query and a gallery image: query, identity, camera, gallery_identity, "
                "gallery_camera, score (higher is more alike)",
                "CSV，每行一个查询与底库图像对：query、identity、camera、gallery_identity、gallery_camera、"
                "score（越大越相似）"},
    .read = Read};

}  // namespace cupel::algorithm::biometric
