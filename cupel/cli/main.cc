// SPDX-License-Identifier: Apache-2.0
// The `cupel` program: lists the commands, parses the line, maps errors to exit codes.
#include <cstdio>

#include "cupel/base/interrupt.h"
#include "cupel/base/nearest.h"
#include "cupel/base/version.h"
#include "cupel/cli/command.h"

namespace {

constexpr const char* kWhat =
    "Tests an AI model for security, privacy, fairness and explainability, and signs what it found.\n"
    "Exit codes: 0 all requirements hold, 1 a requirement fails, 2 usage, 3 bad input, 4 verification "
    "failed,\n"
    "5 internal, 130 interrupted.";

/// A first word that is no command; CLI11 would only say that one is missing.
bool NamesUnknownCommand(const CLI::App& app) {
  const std::vector<std::string> rest = app.remaining();
  return app.get_subcommands().empty() && !rest.empty() && !rest[0].starts_with('-');
}

cupel::Error UnknownCommand(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  const std::string word = app.remaining()[0];
  return {cupel::ErrorCode::kInvalidArgument, "there is no command \"" + word + "\"", "",
          cupel::NearestRemedy(word, names)};
}

int Run(cupel::cli::Session& session, int argc, char** argv) {
  using namespace cupel::cli;  // NOLINT: a main file
  CLI::App app(kWhat, "cupel");
  app.set_version_flag("--version", std::string("cupel ") + cupel::kVersion);
  app.add_flag("--json", session.json, "Result as JSON on stdout");
  app.add_flag("--quiet,-q", session.quiet, "No progress and no remarks on stderr");
  app.add_option("--color", session.color, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  app.require_subcommand(1);
  app.fallthrough();

  for (auto* add : {AddInit,   AddAssess,      AddInspect,  AddEvaluate, AddExplain, AddVerify,   AddReport,
                    AddExport, AddLedger,      AddChecks,   AddModel,    AddFit,     AddPhysical, AddData,
                    AddSign,   AddVerifyModel, AddEvidence, AddHallmark, AddRun,     AddDoctor}) {
    add(app, session);
  }

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (NamesUnknownCommand(app)) {
      session.Report(UnknownCommand(app));
      return session.exit_code;
    }
    const int code = app.exit(error);
    return code == 0 ? kOk : kUsage;
  }
  return session.exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  cupel::Interrupt::Install();
  cupel::cli::Session session;
  const int code = Run(session, argc, argv);
  // A result that did not arrive must not look like one that did.
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  session.Report({cupel::ErrorCode::kResourceLimit, "the result could not be written completely", "stdout",
                  "free some disk space, or look where the output goes"});
  return session.exit_code;
}
