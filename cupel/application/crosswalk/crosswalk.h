// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The crosswalk: which checks and documents are evidence for which clauses of public catalogues.
///
/// It is data (crosswalk.toml, built into the program), read strictly: unknown keys, unknown catalogues,
/// repeated ids, empty titles, and words that claim conformity are errors. Promises: a row says for what
/// evidence is *available*. Does not promise: that a clause is met; that a judgement is right which clause a
/// row belongs to (each catalogue says how its ids were read); any text of a catalogue, which is the
/// publisher's. Format: docs/formats/crosswalk.md.
///
///     for (const Finding& finding : Match(BuiltInCrosswalk(), {"inspect.pgd"}, {DocumentKind::kPlan})) {
///       if (finding.Any()) ... finding.row->clauses.at("eu-ai-act") ...
///     }

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/digest.h"
#include "cupel/base/json.h"

namespace cupel::application::crosswalk {

/// In both languages of the reports.
struct Title {
  std::string en;
  std::string zh;
  Json ToJson() const { return Json::Object{{"en", en}, {"zh", zh}}; }
};

struct Catalogue {
  std::string id;  ///< "eu-ai-act"
  Title title;
  std::string edition;
  std::string basis;  ///< How its ids were read: "official-text", "source-code" or "secondary".
};

/// One of the project's own requirements.
struct Requirement {
  std::string id;  ///< "A2"
  Title title;
};

/// How far the evidence that a row names reaches when all of it is there.
enum class Sufficiency {
  kSupporting,  ///< Touches the topic; says little by itself.
  kPartial,     ///< Covers a part of it.
  kFull,        ///< Covers the topic as the row's title words it.
};
std::string_view SufficiencyName(Sufficiency sufficiency);

/// Signed things beside the results of checks.
enum class DocumentKind {
  kPlan,           ///< The frozen plan, signed before the run.
  kModelIdentity,  ///< The model by digest, in that plan.
  kDataIdentity,   ///< The data set by digest, from its manifest, in that plan.
  kReport,         ///< The report, sealed.
  kLedger,         ///< The log with its checkpoint.
  kHallmark,       ///< A release certificate.
  kAdmission,      ///< What the run-time gate admitted or refused.
};
std::string_view DocumentKindName(DocumentKind kind);  ///< "plan", "model-identity", ...

struct Row {
  std::string id;  ///< "X04"
  Title title;
  std::string applies_when;  ///< One of a short list, "always", "training-data", ...
  std::vector<std::string> checks;
  std::vector<DocumentKind> documents;
  std::optional<Sufficiency> sufficiency;  ///< Absent when the row names no evidence.
  std::vector<std::string> requirements;   ///< The project's own, at least one.
  std::map<std::string, std::vector<std::string>, std::less<>> clauses;  ///< By catalogue id; ids only.
};

struct Crosswalk {
  std::string version;
  Digest digest;  ///< Of the file.
  std::vector<Catalogue> catalogues;
  std::vector<Requirement> requirements;
  std::vector<Row> rows;

  /// file_name: how messages call the text. Errors: kCorrupt (not TOML), kUnsupported (another format),
  /// kInvalidArgument and kNotFound with file and line. Does not check the ids of checks: the caller knows
  /// them.
  static Result<Crosswalk> Parse(std::string_view text, const std::string& file_name);

  const Catalogue* FindCatalogue(std::string_view id) const;
  const Requirement* FindRequirement(std::string_view id) const;
};

/// The text of crosswalk.toml, byte for byte (cmake/CupelEmbed.cmake), and what it says.
std::string_view CrosswalkText();
const Crosswalk& BuiltInCrosswalk();

/// What there is of the evidence that one row names.
struct Finding {
  const Row* row = nullptr;
  std::vector<std::string> checks;
  std::vector<DocumentKind> documents;
  std::optional<Sufficiency>
      sufficiency;  ///< The row's when all is there; at most partial when some is missing.

  bool Any() const { return !checks.empty() || !documents.empty(); }
};

/// One finding a row, in the rows' order. checks: ids of those that measured something, whatever the verdict;
/// the findings point into `crosswalk`.
std::vector<Finding> Match(const Crosswalk& crosswalk, const std::set<std::string, std::less<>>& checks,
                           const std::set<DocumentKind>& documents);

}  // namespace cupel::application::crosswalk
