// SPDX-License-Identifier: Apache-2.0
// cupel export: a verified assessment in the forms that other tools read, or packed for a stranger.
#include "cupel/application/export/croissant.h"
#include "cupel/application/export/exports.h"
#include "cupel/base/file.h"
#include "cupel/cli/command.h"
#include "cupel/cli/export_audit.h"

namespace cupel::cli {
namespace {

namespace exporting = application::exporting;

struct Arguments {
  std::string run;
  std::string format;
  std::string manifest;
  std::string out;
  std::string trust;
  AuditArguments audit;
};

Result<Json> Make(const Arguments& arguments, const exporting::RunRecord& record) {
  if (arguments.format == "cyclonedx") return exporting::CycloneDx(record);
  if (arguments.format == "model-card") return exporting::ModelCard(record);
  if (arguments.format == "sarif") return exporting::Sarif(record);
  if (arguments.manifest.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "a run names its data by digest only", arguments.run,
                "give the data's manifest with --manifest FILE");
  }
  return exporting::CroissantOfRun(record, arguments.manifest);
}

/// Nothing is written unless all of the run holds.
Status Export(Session& session, const Arguments& arguments) {
  if (arguments.format.empty() == arguments.audit.zip.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                arguments.format.empty() ? "nothing to export" : "one export at a time", "",
                "give --format cyclonedx, model-card, croissant or sarif, or --audit OUT.zip");
  }
  if (!arguments.audit.zip.empty()) return ExportAudit(session, arguments.run, arguments.audit);
  application::assess::VerifyOptions options;
  if (!arguments.trust.empty()) options.trust = arguments.trust;
  CUPEL_TRY(const exporting::RunRecord record, exporting::ReadRun(arguments.run, options));
  CUPEL_TRY(const Json document, Make(arguments, record));
  if (!arguments.out.empty()) return WriteFileAtomic(arguments.out, document.Indented());
  session.Print(document.Indented(), document);
  return {};
}

}  // namespace

void AddExport(CLI::App& app, Session& session) {
  CLI::App* command =
      AddCommand(app, "export",
                 "Writes a verified run as CycloneDX, model card, Croissant or SARIF, or as an audit pack.",
                 "  cupel export run --format cyclonedx --out bom.json\n"
                 "  cupel export run --audit audit.zip          # everything a stranger needs\n"
                 "  cupel export run --format sarif\n"
                 "  cupel export run --format croissant --manifest test.toml\n");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("run", arguments->run, "Folder of the run")->required();
  command->add_option("--format", arguments->format, "cyclonedx, model-card, croissant or sarif")
      ->check(CLI::IsMember({"cyclonedx", "model-card", "croissant", "sarif"}));
  command->add_option("--manifest", arguments->manifest,
                      "For croissant: the manifest of data that the run used");
  command->add_option("--out,-o", arguments->out, "File to write (default: stdout)");
  command->add_option("--trust", arguments->trust,
                      "Keys to believe: a folder of *.pem and *.vkey, or one file");
  AddAuditOptions(*command, arguments->audit);
  OnRun(command, session, [&session, arguments] { return Export(session, *arguments); });
}

}  // namespace cupel::cli
