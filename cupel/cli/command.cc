// SPDX-License-Identifier: Apache-2.0
#include "cupel/cli/command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace cupel::cli {
namespace {

/// Help that starts with the examples, which CLI11 would print last.
class ExamplesFirst : public CLI::Formatter {
 public:
  std::string make_description(const CLI::App* app) const override {
    const std::string examples = app->get_footer();
    return (examples.empty() ? "" : "Examples:\n" + examples + "\n") + CLI::Formatter::make_description(app);
  }
  std::string make_footer(const CLI::App*) const override { return ""; }
};

}  // namespace

void Session::Print(const std::string& text, const Json& as_json) const {
  const std::string out = json ? as_json.Indented() : text;
  std::fwrite(out.data(), 1, out.size(), stdout);
  std::fflush(stdout);
}

void Session::Say(const std::string& line) const {
  if (!quiet) std::fprintf(stderr, "%s\n", line.c_str());
}

void Session::Report(const Error& error) {
  exit_code = ToExitCode(error.code);
  std::fprintf(stderr, "cupel: %s\n", error.ToString().c_str());
  if (json) {
    Json report;
    report["error"] = Json::Object{{"code", ErrorCodeName(error.code)},
                                   {"message", error.message},
                                   {"place", error.place},
                                   {"remedy", error.remedy},
                                   {"exit", exit_code}};
    std::fputs(report.Indented().c_str(), stdout);
  }
}

Progress& Session::progress() {
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  if (quiet || (json && !terminal)) return SilentProgress();
  if (!progress_) progress_ = MakeTerminalProgress(stderr, terminal);
  return *progress_;
}

bool Session::UseColor() const {
  if (color == "always") return true;
  if (color == "never" || json) return false;
  const char* no_color = std::getenv("NO_COLOR");
  return (no_color == nullptr || *no_color == '\0') && ::isatty(STDOUT_FILENO) == 1;
}

std::string Session::Styled(const std::string& text, std::string_view style) const {
  if (!UseColor()) return text;
  const std::string_view code = style == "bold"     ? "1"
                                : style == "red"    ? "31"
                                : style == "green"  ? "32"
                                : style == "yellow" ? "33"
                                                    : "2";
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

CLI::App* AddCommand(CLI::App& parent, const std::string& name, const std::string& what,
                     const std::string& examples) {
  CLI::App* command = parent.add_subcommand(name, what);
  command->footer(examples);
  command->formatter(std::make_shared<ExamplesFirst>());
  return command;
}

void OnRun(CLI::App* command, Session& session, Body body) {
  command->callback([&session, body = std::move(body)] {
    if (Status status = body(); !status) session.Report(status.error());
  });
}

}  // namespace cupel::cli
