// SPDX-License-Identifier: Apache-2.0
// cupel report: the report of a finished run in another form, from its report.json.
#include "cupel/application/report/trust_report.h"
#include "cupel/base/file.h"
#include "cupel/cli/command.h"

namespace cupel::cli {
namespace {

Status Report(Session& session, const std::filesystem::path& run, const std::string& format,
              const std::string& out) {
  CUPEL_TRY(const std::string text, ReadTextFile(run / "report.json"));
  Result<Json> report = Json::Parse(text);
  if (!report) return FailAt((run / "report.json").string(), std::move(report).error());
  if ((*report)["format"] != Json("cupel-report/1")) {
    return Fail(ErrorCode::kUnsupported, "not a report of format cupel-report/1",
                (run / "report.json").string());
  }
  std::string rendered = application::report::RenderMarkdown(*report);
  if (format == "html") {
    CUPEL_TRY(rendered, application::report::RenderHtml(*report));
  }
  if (!out.empty()) return WriteFileAtomic(out, rendered);
  session.Print(rendered, *report);
  return {};
}

}  // namespace

void AddReport(CLI::App& app, Session& session) {
  CLI::App* command =
      AddCommand(app, "report", "Prints the report of a finished run, as Markdown or as one HTML file.",
                 "  cupel report run\n  cupel report run --format html --out report.html\n");
  struct Arguments {
    std::string run, format = "md", out;
  };
  auto arguments = std::make_shared<Arguments>();
  command->add_option("run", arguments->run, "Folder of the run")->required();
  command->add_option("--format", arguments->format, "md or html")->check(CLI::IsMember({"md", "html"}));
  command->add_option("--out,-o", arguments->out, "File to write (default: stdout)");
  OnRun(command, session,
        [&session, arguments] { return Report(session, arguments->run, arguments->format, arguments->out); });
}

}  // namespace cupel::cli
