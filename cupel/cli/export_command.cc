// SPDX-License-Identifier: Apache-2.0
// cupel export: a finished run in a form for others.
#include "cupel/cli/command.h"
#include "cupel/cli/export_audit.h"

namespace cupel::cli {

void AddExport(CLI::App& app, Session& session) {
  CLI::App* command = AddCommand(app, "export", "Writes a finished run in a form for others.",
                                 "  cupel export run --audit audit.zip\n"
                                 "  cupel export run --audit audit.zip --with-model model.onnx\n");
  struct Arguments {
    std::string run;
    AuditArguments audit;
  };
  auto arguments = std::make_shared<Arguments>();
  command->add_option("run", arguments->run, "Folder of the run")->required();
  AddAuditOptions(*command, arguments->audit);
  OnRun(command, session, [&session, arguments]() -> Status {
    if (arguments->audit.zip.empty())
      return Fail(ErrorCode::kInvalidArgument, "nothing to export", "", "give --audit OUT.zip");
    return ExportAudit(session, arguments->run, arguments->audit);
  });
}

}  // namespace cupel::cli
