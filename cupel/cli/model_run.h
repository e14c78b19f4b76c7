// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Running a model on data and showing its answers: what `cupel model run` does, and `cupel run` once the
/// model is admitted.

#include <CLI/CLI.hpp>
#include <string>

#include "cupel/algorithm/graph/graph.h"
#include "cupel/cli/command.h"

namespace cupel::cli {

struct ModelRunArguments {
  std::string model;
  std::string data;
  std::string subset = "first 10";
  std::string out;
  std::string device = "cpu";
  double scale = 1;
  int jobs = 0;
};

/// --data, --subset, --scale, --out, --device, --jobs.
void AddModelRunOptions(CLI::App& command, ModelRunArguments& arguments);

/// Prints the answers of this graph, or writes them as a predictions file. `arguments.model` is its name in
/// messages, and is not opened. Errors: reading the data; writing.
Status RunModel(Session& session, const ModelRunArguments& arguments, const algorithm::graph::Graph& graph);

}  // namespace cupel::cli
