// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/crosswalk/crosswalk.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include "cupel/base/nearest.h"
#include "cupel/base/toml_table.h"
#include "cupel/crypto/hash.h"

namespace cupel::application::crosswalk {
namespace {

constexpr const char* kFormat = "cupel-crosswalk/1";

constexpr std::array kSufficiencies = {std::pair{Sufficiency::kSupporting, "supporting"},
                                       std::pair{Sufficiency::kPartial, "partial"},
                                       std::pair{Sufficiency::kFull, "full"}};

constexpr std::array kDocumentKinds = {std::pair{DocumentKind::kPlan, "plan"},
                                       std::pair{DocumentKind::kModelIdentity, "model-identity"},
                                       std::pair{DocumentKind::kDataIdentity, "data-identity"},
                                       std::pair{DocumentKind::kReport, "report"},
                                       std::pair{DocumentKind::kLedger, "ledger"},
                                       std::pair{DocumentKind::kHallmark, "hallmark"},
                                       std::pair{DocumentKind::kAdmission, "admission"}};

const std::vector<std::string> kConditions = {"always",        "model-file",    "data",
                                              "training-data", "personal-data", "groups",
                                              "images",        "operation",     "release"};
const std::vector<std::string> kBases = {"official-text", "source-code", "secondary"};

tl::unexpected<Error> Wrong(const TomlTable& table, std::string_view key, std::string message,
                            std::string remedy = {}) {
  return Fail(ErrorCode::kInvalidArgument, std::move(message), table.Place(key), std::move(remedy));
}

/// The value that has this name; the nearest name in the error.
template <typename Pairs>
auto Named(const Pairs& pairs, const std::string& name, const TomlTable& table, std::string_view key)
    -> Result<std::remove_const_t<decltype(pairs[0].first)>> {
  std::vector<std::string> names;
  for (const auto& [value, known] : pairs) {
    if (name == known) return value;
    names.emplace_back(known);
  }
  return Wrong(table, key, fmt::format("\"{}\" cannot be \"{}\"", key, name), NearestRemedy(name, names));
}

Result<std::string> OneOf(const TomlTable& table, std::string_view key,
                          const std::vector<std::string>& words) {
  CUPEL_TRY(std::string word, table.Text(key));
  if (std::find(words.begin(), words.end(), word) != words.end()) return word;
  return Wrong(table, key, fmt::format("\"{}\" cannot be \"{}\"", key, word), NearestRemedy(word, words));
}

/// Evidence is available or not; whether a law is kept is nobody's to say here.
bool ClaimsConformity(const std::string& text) {
  std::string lower;
  for (const char c : text) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  for (const char* word : {"complian", "complies", "conform", "certified", "\u5408\u89c4", "\u7b26\u5408"}) {
    if (lower.find(word) != std::string::npos) return true;
  }
  return false;
}

Result<std::string> Words(const TomlTable& table, std::string_view key) {
  CUPEL_TRY(std::string text, table.Text(key));
  if (text.empty()) return Wrong(table, key, fmt::format("\"{}\" must not be empty", key));
  if (ClaimsConformity(text)) {
    return Wrong(table, key, fmt::format("\"{}\" claims conformity: \"{}\"", key, text),
                 "say for what evidence is available");
  }
  return text;
}

Result<Title> ReadTitle(const TomlTable& table) {
  Title title;
  CUPEL_TRY(title.en, Words(table, "title"));
  CUPEL_TRY(title.zh, Words(table, "title_zh"));
  return title;
}

template <typename T>
const T* FindById(const std::vector<T>& items, std::string_view id) {
  const auto it = std::find_if(items.begin(), items.end(), [&](const T& item) { return item.id == id; });
  return it == items.end() ? nullptr : &*it;
}

template <typename T>
std::vector<std::string> IdsOf(const std::vector<T>& items) {
  std::vector<std::string> ids;
  for (const T& item : items) ids.push_back(item.id);
  return ids;
}

/// An id that no earlier item has.
template <typename T>
Result<std::string> NewId(const TomlTable& table, const std::vector<T>& items) {
  CUPEL_TRY(std::string id, Words(table, "id"));
  if (FindById(items, id) != nullptr) return Wrong(table, "id", fmt::format("\"{}\" is there twice", id));
  return id;
}

/// A list of different, non-empty words.
Result<std::vector<std::string>> Distinct(const TomlTable& table, std::string_view key) {
  CUPEL_TRY(std::vector<std::string> list, table.TextsOr(key, {}));
  std::set<std::string> seen;
  for (const std::string& word : list) {
    if (word.empty()) return Wrong(table, key, fmt::format("\"{}\" must not hold an empty text", key));
    if (!seen.insert(word).second) return Wrong(table, key, fmt::format("\"{}\" is there twice", word));
  }
  return list;
}

Result<Catalogue> ReadCatalogue(const TomlTable& table, const Crosswalk& so_far) {
  CUPEL_TRY_STATUS(table.OnlyKeys({"id", "title", "title_zh", "edition", "basis"}));
  Catalogue catalogue;
  CUPEL_TRY(catalogue.id, NewId(table, so_far.catalogues));
  CUPEL_TRY(catalogue.title, ReadTitle(table));
  CUPEL_TRY(catalogue.edition, Words(table, "edition"));
  CUPEL_TRY(catalogue.basis, OneOf(table, "basis", kBases));
  return catalogue;
}

Result<Requirement> ReadRequirement(const TomlTable& table, const Crosswalk& so_far) {
  CUPEL_TRY_STATUS(table.OnlyKeys({"id", "title", "title_zh"}));
  Requirement requirement;
  CUPEL_TRY(requirement.id, NewId(table, so_far.requirements));
  CUPEL_TRY(requirement.title, ReadTitle(table));
  return requirement;
}

Status ReadClauses(const TomlTable& table, const Crosswalk& so_far, Row& row) {
  CUPEL_TRY(const TomlTable clauses, table.Table("clauses"));
  CUPEL_TRY_STATUS(clauses.OnlyKeys(IdsOf(so_far.catalogues)));
  for (const Catalogue& catalogue : so_far.catalogues) {
    if (!clauses.Has(catalogue.id)) continue;
    CUPEL_TRY(std::vector<std::string> ids, Distinct(clauses, catalogue.id));
    for (const std::string& id : ids) {
      // Ids only: a sentence here would be the publisher's text.
      if (id.size() > 40) return Wrong(clauses, catalogue.id, fmt::format("\"{}\" is no clause id", id));
    }
    if (!ids.empty()) row.clauses.emplace(catalogue.id, std::move(ids));
  }
  if (row.clauses.empty()) return Wrong(table, "clauses", "a row must name a clause");
  return {};
}

Status ReadEvidence(const TomlTable& table, Row& row) {
  CUPEL_TRY(row.checks, Distinct(table, "checks"));
  CUPEL_TRY(const std::vector<std::string> kinds, Distinct(table, "documents"));
  for (const std::string& kind : kinds) {
    CUPEL_TRY(const DocumentKind document, Named(kDocumentKinds, kind, table, "documents"));
    row.documents.push_back(document);
  }
  const bool any = !row.checks.empty() || !row.documents.empty();
  if (any != table.Has("sufficiency")) {
    return Wrong(table, "sufficiency",
                 any ? "a row with evidence must say how far it reaches"
                     : "a row without evidence has no sufficiency");
  }
  if (!any) return {};
  CUPEL_TRY(const std::string word, table.Text("sufficiency"));
  CUPEL_TRY(row.sufficiency, Named(kSufficiencies, word, table, "sufficiency"));
  return {};
}

Result<Row> ReadRow(const TomlTable& table, const Crosswalk& so_far) {
  CUPEL_TRY_STATUS(table.OnlyKeys({"id", "title", "title_zh", "applies_when", "checks", "documents",
                                   "sufficiency", "requirements", "clauses"}));
  Row row;
  CUPEL_TRY(row.id, NewId(table, so_far.rows));
  CUPEL_TRY(row.title, ReadTitle(table));
  CUPEL_TRY(row.applies_when, OneOf(table, "applies_when", kConditions));
  CUPEL_TRY_STATUS(ReadEvidence(table, row));
  CUPEL_TRY(row.requirements, Distinct(table, "requirements"));
  if (row.requirements.empty()) return Wrong(table, "requirements", "a row must name a requirement");
  for (const std::string& id : row.requirements) {
    if (so_far.FindRequirement(id) == nullptr) {
      return Wrong(table, "requirements", fmt::format("no requirement is called \"{}\"", id),
                   NearestRemedy(id, IdsOf(so_far.requirements)));
    }
  }
  CUPEL_TRY_STATUS(ReadClauses(table, so_far, row));
  return row;
}

template <typename T>
Status ReadAll(const TomlTable& table, std::string_view key, const Crosswalk& so_far, std::vector<T>& items,
               Result<T> (*read)(const TomlTable&, const Crosswalk&)) {
  CUPEL_TRY(const std::vector<TomlTable> tables, table.Tables(key));
  for (const TomlTable& item : tables) {
    CUPEL_TRY(T value, read(item, so_far));
    items.push_back(std::move(value));
  }
  return {};
}

}  // namespace

std::string_view SufficiencyName(Sufficiency sufficiency) {
  for (const auto& [value, name] : kSufficiencies) {
    if (value == sufficiency) return name;
  }
  return "";
}

std::string_view DocumentKindName(DocumentKind kind) {
  for (const auto& [value, name] : kDocumentKinds) {
    if (value == kind) return name;
  }
  return "";
}

Result<Crosswalk> Crosswalk::Parse(std::string_view text, const std::string& file_name) {
  CUPEL_TRY(const TomlTable table, TomlTable::Parse(text, file_name));
  CUPEL_TRY_STATUS(table.OnlyKeys({"format", "version", "catalogue", "requirement", "row"}));
  CUPEL_TRY(const std::string format, table.Text("format"));
  if (format != kFormat) {
    return Fail(ErrorCode::kUnsupported, fmt::format("format must be {}, got \"{}\"", kFormat, format),
                table.Place("format"));
  }
  Crosswalk crosswalk;
  CUPEL_TRY(crosswalk.version, Words(table, "version"));
  crosswalk.digest = crypto::Sha256(AsBytes(text));
  CUPEL_TRY_STATUS(ReadAll(table, "catalogue", crosswalk, crosswalk.catalogues, ReadCatalogue));
  CUPEL_TRY_STATUS(ReadAll(table, "requirement", crosswalk, crosswalk.requirements, ReadRequirement));
  CUPEL_TRY_STATUS(ReadAll(table, "row", crosswalk, crosswalk.rows, ReadRow));
  return crosswalk;
}

const Catalogue* Crosswalk::FindCatalogue(std::string_view id) const { return FindById(catalogues, id); }

const Requirement* Crosswalk::FindRequirement(std::string_view id) const {
  return FindById(requirements, id);
}

std::vector<Finding> Match(const Crosswalk& crosswalk, const std::set<std::string, std::less<>>& checks,
                           const std::set<DocumentKind>& documents) {
  std::vector<Finding> findings;
  for (const Row& row : crosswalk.rows) {
    Finding finding{&row, {}, {}, std::nullopt};
    for (const std::string& check : row.checks) {
      if (checks.contains(check)) finding.checks.push_back(check);
    }
    for (const DocumentKind kind : row.documents) {
      if (documents.contains(kind)) finding.documents.push_back(kind);
    }
    if (finding.Any()) {
      const bool all =
          finding.checks.size() == row.checks.size() && finding.documents.size() == row.documents.size();
      finding.sufficiency = all ? *row.sufficiency : std::min(*row.sufficiency, Sufficiency::kPartial);
    }
    findings.push_back(std::move(finding));
  }
  return findings;
}

const Crosswalk& BuiltInCrosswalk() {
  static const Crosswalk crosswalk = [] {
    Result<Crosswalk> parsed = Crosswalk::Parse(CrosswalkText(), "crosswalk.toml");
    // A test parses the same bytes: a build whose data is wrong does not pass.
    CUPEL_CHECK(parsed.has_value());
    return *std::move(parsed);
  }();
  return crosswalk;
}

}  // namespace cupel::application::crosswalk
