// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The options of `cupel fit` that plant a backdoor, for testing detectors on a model that surely has one.

#include <CLI/CLI.hpp>
#include <string>

#include "cupel/base/json.h"
#include "cupel/data/dataset/poison.h"

namespace cupel::cli {

struct PoisonArguments {
  std::string method;  ///< "", "badnets" or "blended".
  data::dataset::PoisonOptions options;
  std::string position = "-2,-2";  ///< Of the patch: row,column.
  double alpha = 0;                ///< 0: the method's own, 1 for badnets and 0.2 for blended.
  std::string picture;
  std::string picture_sha256;
  std::string data_out;  ///< Folder for the poisoned training data; may be empty.
};

void AddPoisonOptions(CLI::App& command, PoisonArguments& arguments);

/// Options of the data set as the method wants them. Precondition: a method was given.
/// Errors: kInvalidArgument for a position or a digest that cannot be read.
Result<data::dataset::PoisonOptions> PoisonOptionsFrom(const PoisonArguments& arguments);

/// The part of the command line that says the same again; "" without a method.
std::string PoisonCommandLine(const PoisonArguments& arguments);

/// What the manifest holds: {"method", "target", "rate", "seed", "trigger", "samples", "of"}; `of` is the
/// digest of the data before.
Json PoisonRecord(const PoisonArguments& arguments, const data::dataset::PoisonOptions& options,
                  const std::vector<std::int64_t>& samples, const Digest& of);

}  // namespace cupel::cli
