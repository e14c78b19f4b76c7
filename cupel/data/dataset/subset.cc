// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/subset.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>

#include "cupel/base/json.h"
#include "cupel/base/nearest.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/crypto/hash.h"
#include "cupel/data/dataset/source_dataset.h"

namespace cupel::data::dataset {
namespace {

const std::vector<std::string>& KindNames() {
  static const std::vector<std::string> names = {"all", "first", "random", "stratified"};
  return names;
}

class PartOfDataset : public Dataset {
 public:
  /// choice: what makes the digest another one; the whole, chosen as a part, keeps its digest.
  PartOfDataset(DatasetPointer whole, std::vector<std::int64_t> indices, const std::string& choice)
      : whole_(std::move(whole)),
        indices_(std::move(indices)),
        info_(whole_->info()),
        groups_(whole_->group_attributes()) {
    if (indices_.size() < static_cast<std::size_t>(whole_->size())) {
      Json identity;
      identity["of"] = info_.digest.Hex();
      identity["subset"] = choice;
      info_.digest = crypto::Sha256(AsBytes(identity.Canonical()));
    }
    labels_ = Pick(whole_->labels());
    for (GroupAttribute& group : groups_) group.group_of = Pick(group.group_of);
  }

  const DatasetInfo& info() const override { return info_; }
  std::int64_t size() const override { return static_cast<std::int64_t>(indices_.size()); }
  std::span<const std::int32_t> labels() const override { return labels_; }
  const std::vector<GroupAttribute>& group_attributes() const override { return groups_; }

  std::int64_t OriginalIndex(std::int64_t index) const override {
    return whole_->OriginalIndex(indices_[static_cast<std::size_t>(index)]);
  }

  Status Read(std::span<const std::int64_t> indices, std::span<float> features) const override {
    CUPEL_TRY_STATUS(CheckRead(*this, indices, features));
    std::vector<std::int64_t> inside(indices.size());
    std::ranges::transform(indices, inside.begin(),
                           [&](std::int64_t i) { return indices_[static_cast<std::size_t>(i)]; });
    return whole_->Read(inside, features);
  }

 private:
  std::vector<std::int32_t> Pick(std::span<const std::int32_t> values) const {
    std::vector<std::int32_t> picked(indices_.size());
    std::ranges::transform(indices_, picked.begin(),
                           [&](std::int64_t i) { return values[static_cast<std::size_t>(i)]; });
    return picked;
  }

  DatasetPointer whole_;
  std::vector<std::int64_t> indices_;  ///< Into the whole, ascending.
  DatasetInfo info_;
  std::vector<GroupAttribute> groups_;
  std::vector<std::int32_t> labels_;
};

/// How many of each class: shares of `count`, rounded by largest remainders.
std::vector<std::int64_t> Quotas(const std::vector<std::vector<std::int64_t>>& members, std::int64_t count,
                                 std::int64_t size) {
  std::vector<std::int64_t> quotas(members.size()), remainders(members.size());
  std::int64_t left = count;
  for (std::size_t i = 0; i < members.size(); ++i) {
    // 128 bits: the product of two counts may exceed 64.
    const auto product = static_cast<__int128>(members[i].size()) * count;
    quotas[i] = static_cast<std::int64_t>(product / size);
    remainders[i] = static_cast<std::int64_t>(product % size);
    left -= quotas[i];
  }
  std::vector<std::size_t> order(members.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
  for (std::int64_t i = 0; i < left; ++i) ++quotas[order[static_cast<std::size_t>(i)]];
  return quotas;
}

std::vector<std::int64_t> ChooseStratified(const Dataset& whole, const Subset& subset) {
  std::vector<std::vector<std::int64_t>> members(whole.info().class_names.size());
  for (std::int64_t i = 0; i < whole.size(); ++i) {
    members[static_cast<std::size_t>(whole.labels()[static_cast<std::size_t>(i)])].push_back(i);
  }
  const std::vector<std::int64_t> quotas = Quotas(members, subset.count, whole.size());
  std::vector<std::int64_t> chosen;
  for (std::size_t i = 0; i < members.size(); ++i) {
    ReproducibleStream stream(subset.seed, "data.subset.stratified", i);
    stream.Shuffle(std::span(members[i]));
    chosen.insert(chosen.end(), members[i].begin(), members[i].begin() + quotas[i]);
  }
  return chosen;
}

std::vector<std::int64_t> Choose(const Dataset& whole, const Subset& subset) {
  if (subset.kind == SubsetKind::kStratified) return ChooseStratified(whole, subset);
  std::vector<std::int64_t> chosen;
  if (subset.kind == SubsetKind::kRandom) {
    chosen = ReproducibleStream(subset.seed, "data.subset.random").Permutation(whole.size());
  } else {
    chosen.resize(static_cast<std::size_t>(whole.size()));
    std::iota(chosen.begin(), chosen.end(), std::int64_t{0});
  }
  if (subset.kind != SubsetKind::kAll) chosen.resize(static_cast<std::size_t>(subset.count));
  return chosen;
}

template <typename Integer>
bool ParseWhole(std::string_view text, Integer& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

}  // namespace

std::string Subset::ToString() const {
  const std::string& name = KindNames()[static_cast<std::size_t>(kind)];
  if (kind == SubsetKind::kAll) return name;
  if (kind == SubsetKind::kFirst) return fmt::format("{} {}", name, count);
  return fmt::format("{} {} seed {}", name, count, seed);
}

Result<Subset> Subset::Parse(std::string_view text) {
  const std::vector<std::string_view> words = Words(text);
  const std::string_view first = words.empty() ? "" : words.front();
  const auto name = std::ranges::find(KindNames(), first);
  if (name == KindNames().end()) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("unknown subset \"{}\"", text), "",
                NearestRemedy(first, KindNames()));
  }
  Subset subset{static_cast<SubsetKind>(name - KindNames().begin()), 0, 0};
  const bool takes_seed = subset.kind == SubsetKind::kRandom || subset.kind == SubsetKind::kStratified;
  bool is_right = subset.kind == SubsetKind::kAll ? words.size() == 1
                                                  : words.size() >= 2 && ParseWhole(words[1], subset.count);
  if (is_right && words.size() > 2) {
    is_right = takes_seed && words.size() == 4 && words[2] == "seed" && ParseWhole(words[3], subset.seed);
  }
  if (is_right && (subset.kind == SubsetKind::kAll || subset.count > 0)) return subset;
  return Fail(ErrorCode::kInvalidArgument, fmt::format("cannot read the subset \"{}\"", text), "",
              "write \"all\", \"first 1000\", \"random 1000 seed 7\" or \"stratified 1000 seed 7\"");
}

Result<std::unique_ptr<Dataset>> TakeSubset(DatasetPointer whole, const Subset& subset) {
  if (subset.kind != SubsetKind::kAll && (subset.count < 1 || subset.count > whole->size())) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("a subset has 1 to {} samples, got {}", whole->size(), subset.count),
                whole->info().name);
  }
  std::vector<std::int64_t> chosen = Choose(*whole, subset);
  std::ranges::sort(chosen);
  return std::make_unique<PartOfDataset>(std::move(whole), std::move(chosen), subset.ToString());
}

Result<std::unique_ptr<Dataset>> TakeShard(DatasetPointer whole, std::int64_t k, std::int64_t m) {
  if (k < 0 || k >= m || k >= whole->size()) {
    return Fail(
        ErrorCode::kInvalidArgument,
        fmt::format("shard {} of {} of {} samples is empty; k must be in 0 .. m-1", k, m, whole->size()),
        whole->info().name);
  }
  std::vector<std::int64_t> chosen;
  // Not i += m first: m may be as large as the type.
  for (std::int64_t i = k;; i += m) {
    chosen.push_back(i);
    if (m >= whole->size() - i) break;
  }
  return std::make_unique<PartOfDataset>(std::move(whole), std::move(chosen),
                                         fmt::format("shard {} of {}", k, m));
}

}  // namespace cupel::data::dataset
