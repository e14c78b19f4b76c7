// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a command is, and what all commands share. A command is one file with one function; main.cc lists
/// them.
///
/// stdout carries the result (text, or JSON with --json); everything else goes to stderr. A command parses,
/// calls the library and renders; it holds no logic of its own.

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "cupel/base/json.h"
#include "cupel/base/progress.h"
#include "cupel/cli/exit_code.h"

namespace cupel::cli {

class Session {
 public:
  bool json = false;
  bool quiet = false;
  std::string color = "auto";  ///< "auto", "always", "never"; NO_COLOR is honoured.
  int exit_code = kOk;

  /// Result text, or the JSON form when --json was given.
  void Print(const std::string& text, const Json& as_json) const;

  /// One line on stderr, unless --quiet.
  void Say(const std::string& line) const;

  /// Reports the error on stderr ("cupel: ...") and sets the exit code; with --json also {"error": ...} on
  /// stdout.
  void Report(const Error& error);

  /// The bar on stderr; silent with --quiet or --json without a terminal.
  Progress& progress();

  bool UseColor() const;
  /// Wraps `text` in a terminal style when colours are on. style: "bold", "red", "green", "yellow", "dim".
  std::string Styled(const std::string& text, std::string_view style) const;

 private:
  std::unique_ptr<Progress> progress_;
};

/// A command's body: what it does after the arguments are parsed; its error is reported by the caller.
using Body = std::function<Status()>;

/// Adds a subcommand with --help that starts with examples. examples: one command line a line.
CLI::App* AddCommand(CLI::App& parent, const std::string& name, const std::string& what,
                     const std::string& examples);

/// Runs `body` when the command is chosen.
void OnRun(CLI::App* command, Session& session, Body body);

// One function a command file.
void AddInit(CLI::App& app, Session& session);
void AddAssess(CLI::App& app, Session& session);
void AddInspect(CLI::App& app, Session& session);
void AddEvaluate(CLI::App& app, Session& session);
void AddExplain(CLI::App& app, Session& session);
void AddVerify(CLI::App& app, Session& session);
void AddReport(CLI::App& app, Session& session);
void AddExport(CLI::App& app, Session& session);
void AddChecks(CLI::App& app, Session& session);
void AddModel(CLI::App& app, Session& session);
void AddFit(CLI::App& app, Session& session);
void AddPhysical(CLI::App& app, Session& session);
void AddData(CLI::App& app, Session& session);
void AddSign(CLI::App& app, Session& session);
void AddVerifyModel(CLI::App& app, Session& session);
void AddEvidence(CLI::App& app, Session& session);
void AddLedger(CLI::App& app, Session& session);
void AddDoctor(CLI::App& app, Session& session);
void AddHallmark(CLI::App& app, Session& session);
void AddRun(CLI::App& app, Session& session);

}  // namespace cupel::cli
