// SPDX-License-Identifier: Apache-2.0
#include "cupel/cli/export_audit.h"

#include <fmt/format.h>

#include "cupel/application/pack/pack.h"

namespace cupel::cli {

void AddAuditOptions(CLI::App& export_command, AuditArguments& arguments) {
  auto* zip = export_command.add_option(
      "--audit", arguments.zip,
      "Audit pack to write: one ZIP that a stranger verifies with OpenSSL and Node");
  export_command
      .add_option("--with-model", arguments.model, "With --audit: the model's file, to put it into the pack")
      ->needs(zip);
}

Status ExportAudit(const Session& session, const std::string& run, const AuditArguments& arguments) {
  application::pack::PackOptions options;
  if (!arguments.model.empty()) options.model = arguments.model;
  CUPEL_TRY(const auto written,
            application::pack::WritePack(application::assess::RunFolder(run), arguments.zip, options));
  Json json;
  json["audit"] = arguments.zip;
  json["files"] = written.files;
  json["bytes"] = static_cast<std::int64_t>(written.bytes);
  json["sha256"] = written.sha256.Hex();
  session.Print(
      fmt::format(
          "wrote   {}  ({} files, {} bytes)\nsha256  {}\nverify  cupel verify {}, or unpack it and follow "
          "VERIFY.md\n",
          arguments.zip, written.files, written.bytes, written.sha256.Hex(), arguments.zip),
      json);
  return {};
}

}  // namespace cupel::cli
