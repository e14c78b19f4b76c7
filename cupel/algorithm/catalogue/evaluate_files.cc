// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/catalogue/evaluate_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cupel/algorithm/catalogue/catalogue.h"
#include "cupel/base/nearest.h"

namespace cupel::algorithm::catalogue {
namespace {

Status CheckSources(const std::vector<scheme::Call>& calls, const scheme::Sources& sources) {
  bool wanted = false;
  for (const scheme::Call& call : calls) {
    if (!call.scheme->input->needs_truth) continue;
    wanted = true;
    if (!sources.truth) {
      return Fail(
          ErrorCode::kInvalidArgument,
          fmt::format("{} compares predictions with a file of truth, and none is given", call.scheme->id), "",
          "add --truth FILE");
    }
  }
  if (sources.truth && !wanted) {
    return Fail(
        ErrorCode::kInvalidArgument,
        fmt::format("{} needs no file of truth: the predictions file holds it", calls.front().scheme->id),
        sources.truth->string(), "leave --truth out");
  }
  return {};
}

}  // namespace

Result<std::vector<Outcome>> EvaluateFiles(const std::vector<scheme::Call>& calls,
                                           const scheme::Sources& sources, const scheme::Options& options) {
  CUPEL_CHECK(!calls.empty());
  CUPEL_TRY_STATUS(CheckSources(calls, sources));
  std::map<const scheme::InputFormat*, std::unique_ptr<scheme::Input>> inputs;
  for (const scheme::Call& call : calls) {
    const scheme::InputFormat* format = call.scheme->input;
    if (inputs.contains(format)) continue;
    CUPEL_TRY(inputs[format], format->read(sources));
  }
  std::vector<Outcome> outcomes;
  for (const scheme::Call& call : calls) {
    outcomes.push_back(
        {call, call.scheme->evaluate(*inputs.at(call.scheme->input), call.parameters, options)});
  }
  return outcomes;
}

Result<const scheme::Scheme*> FindScheme(std::string_view id) {
  std::vector<std::string> ids;
  for (const scheme::Scheme* scheme : AllSchemes()) {
    if (scheme->id == id) return scheme;
    ids.emplace_back(scheme->id);
  }
  return Fail(ErrorCode::kInvalidArgument, fmt::format("no scheme is called \"{}\"", id), "",
              NearestRemedy(id, ids));
}

}  // namespace cupel::algorithm::catalogue
