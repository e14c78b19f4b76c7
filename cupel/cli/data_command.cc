// SPDX-License-Identifier: Apache-2.0
// cupel data check: is a data set what its manifest says?
#include <fmt/format.h>

#include "cupel/application/export/croissant.h"
#include "cupel/base/file.h"
#include "cupel/cli/command.h"
#include "cupel/cli/text_table.h"
#include "cupel/data/dataset/open.h"

namespace cupel::cli {
namespace {

using data::dataset::FileCheck;

/// The first file whose digest is wrong or missing, as an error with the line to write.
Status FirstMismatch(const std::vector<FileCheck>& checks) {
  for (const FileCheck& check : checks) {
    if (check.Matches()) continue;
    const bool missing = !check.file.sha256;
    return Fail(
        missing ? ErrorCode::kInvalidArgument : ErrorCode::kVerificationFailed,
        missing ? "the manifest has no sha256 for this file"
                : fmt::format("expected sha256 {}, found {}", check.file.sha256->Hex(), check.found.Hex()),
        fmt::format("{}: {}", check.file.place, check.file.path.string()),
        fmt::format("if the file is right, write sha256 = \"{}\"", check.found.Hex()));
  }
  return {};
}

Status CheckData(Session& session, const std::filesystem::path& path) {
  CUPEL_TRY(const data::dataset::Manifest manifest, data::dataset::ReadManifest(path));
  CUPEL_TRY(const std::vector<FileCheck> checks, CheckFiles(manifest));
  CUPEL_TRY_STATUS(FirstMismatch(checks));
  TextTable table({"role", "file", "sha256"});
  Json files = Json::Array{};
  for (const FileCheck& check : checks) {
    table.Add({FileRoleName(check.file.role), check.file.path.string(), check.found.Hex()});
    files.Append(Json::Object{{"role", FileRoleName(check.file.role)},
                              {"path", check.file.path.string()},
                              {"sha256", check.found.Hex()}});
  }
  if (manifest.format == data::dataset::DataFormat::kPredictions) {
    CUPEL_TRY(const auto predictions, OpenPredictions(manifest));
    session.Print(table.ToString() + fmt::format("\n{}: {} predictions, {} classes\n", manifest.name,
                                                 predictions.n, predictions.c),
                  Json::Object{{"name", manifest.name}, {"files", files}, {"samples", predictions.n}});
    return {};
  }
  CUPEL_TRY(const auto dataset, OpenDataset(manifest));
  std::vector<std::int64_t> counts(dataset->info().class_names.size());
  for (std::int32_t label : dataset->labels()) ++counts[static_cast<std::size_t>(label)];
  TextTable classes({"class", "samples"});
  Json by_class = Json::Object{};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    classes.Add({dataset->info().class_names[i], std::to_string(counts[i])});
    by_class[dataset->info().class_names[i]] = counts[i];
  }
  session.Print(table.ToString() +
                    fmt::format("\n{}: {} samples, licence {}, digest {}\n\n", manifest.name, dataset->size(),
                                manifest.licence, dataset->info().digest.Hex()) +
                    classes.ToString(),
                Json::Object{{"name", manifest.name},
                             {"files", files},
                             {"samples", dataset->size()},
                             {"classes", by_class},
                             {"digest", dataset->info().digest.Hex()}});
  return {};
}

/// Only for files that are what the manifest says.
Status WriteCroissant(Session& session, const std::filesystem::path& path, const std::string& out) {
  CUPEL_TRY(const data::dataset::Manifest manifest, data::dataset::ReadManifest(path));
  CUPEL_TRY(const std::vector<FileCheck> checks, CheckFiles(manifest));
  CUPEL_TRY_STATUS(FirstMismatch(checks));
  CUPEL_TRY(const Json document, application::exporting::Croissant(manifest, path.parent_path()));
  if (!out.empty()) return WriteFileAtomic(out, document.Indented());
  session.Print(document.Indented(), document);
  return {};
}

}  // namespace

void AddData(CLI::App& app, Session& session) {
  CLI::App* data = AddCommand(app, "data", "Data sets and their manifests.",
                              "  cupel data check dataset.toml\n  cupel data croissant dataset.toml\n");
  data->require_subcommand(1);
  CLI::App* check =
      AddCommand(*data, "check", "Verifies a data set against its manifest and counts its classes.",
                 "  cupel data check dataset.toml\n");
  auto path = std::make_shared<std::string>();
  check->add_option("manifest", *path, "dataset.toml")->required();
  OnRun(check, session, [&session, path] { return CheckData(session, *path); });
  CLI::App* croissant =
      AddCommand(*data, "croissant", "Writes a manifest as Croissant 1.1 with RAI, after checking its files.",
                 "  cupel data croissant dataset.toml --out croissant.json\n");
  auto out = std::make_shared<std::string>();
  croissant->add_option("manifest", *path, "dataset.toml")->required();
  croissant->add_option("--out,-o", *out, "File to write (default: stdout)");
  OnRun(croissant, session, [&session, path, out] { return WriteCroissant(session, *path, *out); });
}

}  // namespace cupel::cli
