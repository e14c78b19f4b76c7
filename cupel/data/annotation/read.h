// SPDX-License-Identifier: Apache-2.0
#pragma once

/// An annotation file of any known format, recognised by its content, never by its name.
///
/// Some formats keep facts about the recordings in a file of their own, a companion: DCASE the durations,
/// ActEV the file index. It is given, or else it lies beside the file under the same stem:
/// `truth.tsv` has `truth.durations.tsv`, `truth.json` has `truth.file-index.json`.

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cupel/base/error.h"
#include "cupel/data/annotation/annotation.h"

namespace cupel::data::annotation {

/// A text and how messages call it.
struct NamedText {
  std::string text;
  std::string name;
};

/// One format that `Read` knows. A new format is one line of the list in read.cc.
struct Format {
  std::string_view name;       ///< "jsonl", "actev", "coco", "dcase"
  std::string_view companion;  ///< Ending of the companion's name: ".durations.tsv"; empty: none.
  /// Whether a file is of this format; looks at the beginning only, and at most one format says yes.
  bool (*recognises)(std::string_view text) = nullptr;
  Result<Annotations> (*parse)(const NamedText& file, const std::optional<NamedText>& companion) = nullptr;
};

std::span<const Format> Formats();

/// Errors: kUnsupported when no format recognises it, and the format's own.
Result<Annotations> Parse(const NamedText& file, const std::optional<NamedText>& companion);

/// companion: takes the place of the one beside the file. Errors: kNotFound, kResourceLimit for a file of
/// more than 2 GiB, and those of Parse.
Result<Annotations> Read(const std::filesystem::path& path,
                         const std::optional<std::filesystem::path>& companion = std::nullopt);

/// The companion that lies beside a file, if there is one.
std::optional<std::filesystem::path> CompanionBeside(const std::filesystem::path& path);

}  // namespace cupel::data::annotation
