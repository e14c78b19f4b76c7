// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Parts of a data set: the first N samples, N at random, N that keep the shares of the classes, and shards.
///
/// Promises: the same arguments choose the same samples on every machine; samples stay in the order of the
/// whole; `OriginalIndex` stays that of the file, also for a part of a part; the digest depends on the whole
/// and the choice.

#include <memory>
#include <string_view>

#include "cupel/data/dataset/dataset.h"

namespace cupel::data::dataset {

enum class SubsetKind { kAll, kFirst, kRandom, kStratified };

struct Subset {
  SubsetKind kind = SubsetKind::kAll;
  std::int64_t count = 0;  ///< Not for kAll.
  std::uint64_t seed = 0;  ///< For kRandom and kStratified.

  bool operator==(const Subset&) const = default;

  /// "all", "first 1000", "random 1000 seed 7", "stratified 1000 seed 7".
  std::string ToString() const;

  /// The inverse; "seed" may be left out and is then 0. Errors: kInvalidArgument.
  static Result<Subset> Parse(std::string_view text);
};

/// Shared: several parts of one data set are in use at the same time. A unique_ptr converts.
using DatasetPointer = std::shared_ptr<const Dataset>;

/// kRandom: without replacement, every subset equally likely. kStratified: of each class its share of
/// `count`, rounded by largest remainders (the lower class first on a tie), chosen at random inside the
/// class. Errors: kInvalidArgument unless 1 <= count <= size().
Result<std::unique_ptr<Dataset>> TakeSubset(DatasetPointer whole, const Subset& subset);

/// Samples k, k + m, k + 2m, ...: the shards 0 .. m-1 are disjoint and together the whole.
/// Errors: kInvalidArgument unless 0 <= k < m and k < size().
Result<std::unique_ptr<Dataset>> TakeShard(DatasetPointer whole, std::int64_t k, std::int64_t m);

}  // namespace cupel::data::dataset
