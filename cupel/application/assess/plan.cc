// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/assess/plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/base/nearest.h"
#include "cupel/base/toml_table.h"

namespace cupel::application::assess {
namespace {

using algorithm::check::Check;
using algorithm::check::Parameters;
using algorithm::check::ParseRequirement;
using data::dataset::SubsetKind;

/// A choice among a few words, with the nearest one in the error.
Result<std::string> OneOf(const TomlTable& table, std::string_view key, std::string fallback,
                          const std::vector<std::string>& choices) {
  CUPEL_TRY(std::string value, table.TextOr(key, std::move(fallback)));
  if (std::find(choices.begin(), choices.end(), value) == choices.end()) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\" cannot be \"{}\"", key, value),
                table.Place(key), NearestRemedy(value, choices));
  }
  return value;
}

Result<Subset> ReadSubset(const TomlTable& table, std::uint64_t plan_seed) {
  CUPEL_TRY(const std::string text, table.TextOr("subset", "all"));
  Result<Subset> subset = Subset::Parse(text);
  if (!subset) return FailAt(table.Place("subset"), std::move(subset).error());
  const bool drawn = subset->kind == SubsetKind::kRandom || subset->kind == SubsetKind::kStratified;
  if (drawn && text.find("seed") == std::string::npos) subset->seed = plan_seed;
  return subset;
}

const std::vector<std::string> kModelKeys = {"file", "scale", "mean", "std", "layout", "output"};

Result<ModelSpec> ReadModelSpec(const TomlTable& table) {
  ModelSpec model;
  CUPEL_TRY(model.file, table.Text("file"));
  CUPEL_TRY(model.scale, table.RealOr("scale", 1));
  CUPEL_TRY(model.mean, table.RealsOr("mean", {}));
  CUPEL_TRY(model.std, table.RealsOr("std", {}));
  for (double deviation : model.std) {
    if (!(deviation > 0)) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("std must be > 0, got {}", deviation),
                  table.Place("std"));
    }
  }
  CUPEL_TRY(model.layout,
            OneOf(table, "layout", "channels-first", {"channels-first", "channels-last", "flat"}));
  CUPEL_TRY(model.output, OneOf(table, "output", "logits", {"logits", "probabilities"}));
  return model;
}

/// Names must differ, since checks and metrics use them.
Result<SurrogateSpec> ReadSurrogate(const TomlTable& table, const std::vector<SurrogateSpec>& others) {
  std::vector<std::string> keys = kModelKeys;
  keys.emplace_back("name");
  CUPEL_TRY_STATUS(table.OnlyKeys(keys));
  SurrogateSpec surrogate;
  CUPEL_TRY(surrogate.model, ReadModelSpec(table));
  CUPEL_TRY(surrogate.name, table.TextOr("name", surrogate.model.file.stem().string()));
  if (std::ranges::find(others, surrogate.name, &SurrogateSpec::name) != others.end()) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("two surrogates are called \"{}\"", surrogate.name),
                table.Place("name"), "give each a name of its own");
  }
  return surrogate;
}

Result<DataSpec> ReadDataSpec(const TomlTable& table, std::uint64_t plan_seed) {
  CUPEL_TRY_STATUS(table.OnlyKeys({"manifest", "subset"}));
  DataSpec data;
  CUPEL_TRY(data.manifest, table.Text("manifest"));
  CUPEL_TRY(data.subset, ReadSubset(table, plan_seed));
  return data;
}

Status ReadSurrogates(const TomlTable& table, Plan& plan) {
  if (!table.Has("surrogate")) return {};
  CUPEL_TRY(const std::vector<TomlTable> surrogates, table.Tables("surrogate"));
  for (const TomlTable& surrogate : surrogates) {
    CUPEL_TRY(SurrogateSpec read, ReadSurrogate(surrogate, plan.surrogates));
    plan.surrogates.push_back(std::move(read));
  }
  return {};
}

/// Requirements may only name metrics that the check declares (names that end in "*" are prefixes).
Status CheckMetricIsDeclared(const algorithm::check::Requirement& requirement, const Check& check) {
  std::vector<std::string> names;
  for (const auto& metric : check.description().metrics) {
    const bool prefix = metric.name.ends_with('*');
    const std::string_view stem =
        std::string_view(metric.name).substr(0, metric.name.size() - (prefix ? 1 : 0));
    if (prefix ? requirement.metric.starts_with(stem) : requirement.metric == stem) return {};
    names.push_back(metric.name);
  }
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("{} reports no metric \"{}\"", check.description().id, requirement.metric), "",
              NearestRemedy(requirement.metric, names));
}

Result<PlannedCheck> ReadCheck(const TomlTable& table, std::uint64_t plan_seed,
                               const CheckFinder& find_check) {
  CUPEL_TRY_STATUS(table.OnlyKeys({"id", "subset", "parameters", "require"}));
  PlannedCheck planned;
  CUPEL_TRY(const std::string id, table.Text("id"));
  Result<const Check*> found = find_check(id);
  if (!found) return FailAt(table.Place("id"), std::move(found).error());
  planned.check = *found;
  CUPEL_TRY(planned.subset, ReadSubset(table, plan_seed));

  Json given = Json::Object{};
  if (table.Has("parameters")) {
    CUPEL_TRY(const TomlTable parameters, table.Table("parameters"));
    given = parameters.AsJson();
  }
  Result<Parameters> parameters = Parameters::Create(planned.check->description(), given);
  if (!parameters) return FailAt(table.Place("parameters"), std::move(parameters).error());
  planned.parameters = *std::move(parameters);

  CUPEL_TRY(const std::vector<std::string> lines, table.TextsOr("require", {}));
  for (const std::string& line : lines) {
    auto requirement = ParseRequirement(line);
    if (!requirement) return FailAt(table.Place("require"), std::move(requirement).error());
    if (Status declared = CheckMetricIsDeclared(*requirement, *planned.check); !declared) {
      return FailAt(table.Place("require"), std::move(declared).error());
    }
    planned.requirements.push_back(*std::move(requirement));
  }
  return planned;
}

/// A plan needs a model with data, or a predictions file; and each check needs what it needs.
Status CheckInputs(const Plan& plan, const TomlTable& table) {
  if (!plan.predictions && (!plan.model || !plan.data)) {
    return Fail(ErrorCode::kInvalidArgument, "a plan needs [model] and [data], or predictions = \"file.csv\"",
                table.Place());
  }
  if (plan.predictions && (plan.model || plan.data)) {
    return Fail(ErrorCode::kInvalidArgument,
                "predictions stand in for a model and its data; give one or the other",
                table.Place("predictions"));
  }
  if (plan.predictions && !plan.surrogates.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "surrogates stand in for a model, and there is none",
                table.Place("surrogate"), "add [model] and [data], or leave the surrogates out");
  }
  for (const PlannedCheck& planned : plan.checks) {
    if (planned.check->description().needs_model && !plan.model) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("{} needs a model", planned.check->description().id), table.Place("check"),
                  "add [model] and [data], or leave the check out");
    }
    if (plan.predictions && planned.subset != Subset{}) {
      return Fail(ErrorCode::kInvalidArgument, "a predictions file is used whole", table.Place("check"),
                  "leave `subset` out");
    }
  }
  return {};
}

}  // namespace

std::filesystem::path Plan::Resolve(const std::filesystem::path& written) const {
  return written.is_absolute() ? written : path.parent_path() / written;
}

Result<Plan> ParsePlan(std::string text, const std::filesystem::path& path, const CheckFinder& find_check) {
  CUPEL_TRY(const TomlTable table, TomlTable::Parse(text, path.string()));
  CUPEL_TRY_STATUS(table.OnlyKeys(
      {"name", "seed", "model", "data", "training_data", "surrogate", "predictions", "check"}));
  Plan plan;
  plan.path = path;
  plan.text = std::move(text);
  CUPEL_TRY(plan.name, table.TextOr("name", path.stem().string()));
  CUPEL_TRY(const std::int64_t seed, table.IntegerOr("seed", 0));
  if (seed < 0 || seed > std::int64_t{1} << 53) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("seed must be in [0, 2^53], got {}", seed),
                table.Place("seed"));
  }
  plan.seed = static_cast<std::uint64_t>(seed);
  if (table.Has("model")) {
    CUPEL_TRY(const TomlTable model, table.Table("model"));
    CUPEL_TRY_STATUS(model.OnlyKeys(kModelKeys));
    CUPEL_TRY(plan.model, ReadModelSpec(model));
  }
  if (table.Has("data")) {
    CUPEL_TRY(const TomlTable data, table.Table("data"));
    CUPEL_TRY(plan.data, ReadDataSpec(data, plan.seed));
  }
  if (table.Has("training_data")) {
    CUPEL_TRY(const TomlTable data, table.Table("training_data"));
    CUPEL_TRY(plan.training_data, ReadDataSpec(data, plan.seed));
  }
  CUPEL_TRY_STATUS(ReadSurrogates(table, plan));
  if (table.Has("predictions")) {
    CUPEL_TRY(plan.predictions, table.Text("predictions"));
  }
  std::vector<TomlTable> checks;
  if (table.Has("check")) {
    CUPEL_TRY(checks, table.Tables("check"));
  }
  for (const TomlTable& check : checks) {
    CUPEL_TRY(PlannedCheck planned, ReadCheck(check, plan.seed, find_check));
    plan.checks.push_back(std::move(planned));
  }
  if (plan.checks.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "the plan names no check", path.string(),
                "add a [[check]]; see `cupel checks`");
  }
  CUPEL_TRY_STATUS(CheckInputs(plan, table));
  return plan;
}

}  // namespace cupel::application::assess
