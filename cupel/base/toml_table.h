// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Strict reading of the TOML files that people write (plans, manifests): every error names file, line and
/// key, and an unknown key is an error that names the nearest known one.
///
///     CUPEL_TRY(const TomlTable plan, TomlTable::Parse(text, "plan.toml"));
///     CUPEL_TRY_STATUS(plan.OnlyKeys({"name", "seed", "model"}));
///     CUPEL_TRY(std::string name, plan.Text("name"));
///     CUPEL_TRY(std::int64_t seed, plan.IntegerOr("seed", 0));

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/json.h"

namespace cupel {

class TomlTable {
 public:
  /// Errors: kCorrupt with line and column. file_name: how messages call the text.
  static Result<TomlTable> Parse(std::string_view text, std::string file_name);

  /// Errors: kInvalidArgument for the first key that is not in `known`.
  Status OnlyKeys(const std::vector<std::string>& known) const;

  bool Has(std::string_view key) const { return value_->Find(key) != nullptr; }

  /// Errors: kNotFound when the key is missing, kInvalidArgument when its value has another type.
  Result<std::string> Text(std::string_view key) const;
  Result<std::int64_t> Integer(std::string_view key) const;
  Result<double> Real(std::string_view key) const;  ///< An integer converts.
  Result<bool> Boolean(std::string_view key) const;
  Result<std::vector<std::string>> Texts(std::string_view key) const;
  Result<std::vector<double>> Reals(std::string_view key) const;
  Result<std::vector<std::int64_t>> Integers(std::string_view key) const;
  Result<TomlTable> Table(std::string_view key) const;
  Result<std::vector<TomlTable>> Tables(std::string_view key) const;  ///< An array of tables.

  /// As above, with a value for a missing key; a wrong type is still an error.
  Result<std::string> TextOr(std::string_view key, std::string fallback) const;
  Result<std::int64_t> IntegerOr(std::string_view key, std::int64_t fallback) const;
  Result<double> RealOr(std::string_view key, double fallback) const;
  Result<bool> BooleanOr(std::string_view key, bool fallback) const;
  Result<std::vector<std::string>> TextsOr(std::string_view key, std::vector<std::string> fallback) const;
  Result<std::vector<double>> RealsOr(std::string_view key, std::vector<double> fallback) const;

  /// "plan.toml:12" for a key of this table (or the table itself for ""), for messages of the caller's own.
  std::string Place(std::string_view key = "") const;

  /// Everything, dates and times as text.
  const Json& AsJson() const { return *value_; }

 private:
  struct Document;
  Result<const Json*> Required(std::string_view key, bool (Json::*is)() const,
                               std::string_view expected) const;

  // Shared: tables of one document outlive each other in any order.
  std::shared_ptr<const Document> document_;
  const Json* value_ = nullptr;
  std::string path_;  ///< "/checks/2": where this table is in the document.
};

}  // namespace cupel
