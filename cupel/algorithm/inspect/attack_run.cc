// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/attack_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "cupel/base/parallel.h"

namespace cupel::algorithm::inspect {
namespace {

using Piece = std::vector<SampleRecord>;

struct Selection {
  std::int64_t samples = 0;
  std::vector<Piece> pieces;
  std::int64_t attacked = 0;
};

Result<Selection> SelectPieces(const AttackPlan& plan, const check::Context& context) {
  const data::dataset::Dataset& data = *context.data;
  CUPEL_TRY(const data::dataset::Predictions* predictions, context.predictions());
  if (predictions->n != data.size()) {
    return Fail(
        ErrorCode::kInvalidArgument,
        fmt::format("the predictions are for {} samples, the data set has {}", predictions->n, data.size()));
  }
  Selection selection;
  selection.samples = plan.samples == 0 ? data.size() : std::min(plan.samples, data.size());
  if (selection.samples == 0) return Fail(ErrorCode::kInvalidArgument, "the data set is empty");
  std::map<std::int64_t, Piece> blocks;
  for (std::int64_t i = 0; i < selection.samples; ++i) {
    SampleRecord record{.index = i,
                        .original = data.OriginalIndex(i),
                        .label = data.labels()[static_cast<std::size_t>(i)],
                        .outcomes = {}};
    if (predictions->Predicted(i) == record.label)
      blocks[record.original / kPieceSamples].push_back(std::move(record));
  }
  for (auto& [block, piece] : blocks) {
    std::sort(piece.begin(), piece.end(),
              [](const auto& a, const auto& b) { return a.original < b.original; });
    selection.attacked += static_cast<std::int64_t>(piece.size());
    selection.pieces.push_back(std::move(piece));
  }
  return selection;
}

Result<std::vector<float>> ReadFeatures(const data::dataset::Dataset& data,
                                        const std::vector<std::int64_t>& indices) {
  std::vector<float> features(indices.size() * static_cast<std::size_t>(data.info().SampleSize()));
  CUPEL_TRY_STATUS(data.Read(indices, features));
  return features;
}

Result<Stability> MeasureOn(const AttackTarget& target, const data::dataset::Dataset& data) {
  std::vector<std::int64_t> first;
  for (std::int64_t i = 0; i < std::min(data.size(), kTileRows); ++i) first.push_back(i);
  CUPEL_TRY(const std::vector<float> features, ReadFeatures(data, first));
  return MeasureStability(target, features, data.labels().first(first.size()));
}

class Runner {
 public:
  Runner(const AttackTarget& target, const AttackPlan& plan, const check::Context& context,
         const Stability& stability)
      : target_(target), plan_(plan), context_(context), stability_(stability) {}

  Status RunPiece(Piece& piece) {
    tensor::UseOneThreadPerOperator();
    const std::string key = Key(piece);
    if (std::optional<Json> saved = Load(key); saved && Restore(*saved, piece)) {
      context_.progress->Advance(static_cast<std::int64_t>(piece.size() * plan_.epsilons.size()));
      return {};
    }
    for (double epsilon : plan_.epsilons) CUPEL_TRY_STATUS(AttackAt(epsilon, piece));
    DropInputsBeyondLimit(piece);
    return Save(key, piece);
  }

 private:
  Status AttackAt(double epsilon, Piece& piece) const {
    const data::dataset::DatasetInfo& info = context_.data->info();
    AttackOptions options = plan_.options;
    options.threat.epsilon = epsilon;
    options.threat.box_low = info.box_low;
    options.threat.box_high = info.box_high;
    options.step = epsilon * plan_.relative_step;
    std::vector<SampleRecord*> open;
    std::vector<std::int64_t> indices;
    std::vector<AttackJob> jobs;
    for (SampleRecord& record : piece) {
      if (plan_.inherit && !record.outcomes.empty() && record.outcomes.back().broken) continue;
      open.push_back(&record);
      indices.push_back(record.index);
      jobs.push_back({record.original, record.label});
    }
    context_.progress->Advance(static_cast<std::int64_t>(piece.size() - open.size()));
    CUPEL_TRY(const std::vector<float> features, ReadFeatures(*context_.data, indices));
    CUPEL_TRY(std::vector<AttackOutcome> outcomes,
              AttackPiece(target_, options, stability_, features, jobs, *context_.progress));
    for (std::size_t i = 0; i < open.size(); ++i) open[i]->outcomes.push_back(std::move(outcomes[i]));
    return {};
  }

  // The run keeps the first `stored_inputs` of all pieces together, so no piece needs more than that. Inputs
  // of smaller budgets are proof only where they are inherited.
  void DropInputsBeyondLimit(Piece& piece) const {
    std::int64_t kept = 0;
    for (SampleRecord& record : piece) {
      for (std::size_t budget = 0; budget < record.outcomes.size(); ++budget) {
        AttackOutcome& outcome = record.outcomes[budget];
        const bool proof = plan_.inherit || budget + 1 == plan_.epsilons.size();
        if (!outcome.broken || !proof || kept++ >= plan_.stored_inputs) outcome.adversarial = {};
      }
    }
  }

  static std::string Key(const Piece& piece) {
    return fmt::format("samples={}-{};n={}", piece.front().original, piece.back().original, piece.size());
  }

  std::optional<Json> Load(const std::string& key) {
    const std::lock_guard lock(mutex_);
    return context_.journal->Load(key);
  }

  Status Save(const std::string& key, const Piece& piece) {
    Json saved = Json::Array{};
    for (const SampleRecord& record : piece) {
      Json outcomes = Json::Array{};
      for (const AttackOutcome& outcome : record.outcomes) outcomes.Append(OutcomeToJson(outcome));
      saved.Append(std::move(outcomes));
    }
    const std::lock_guard lock(mutex_);
    return context_.journal->Save(key, saved);
  }

  // Every budget, or those up to the one that broke the sample when larger ones inherit it; inputs of the
  // right size.
  bool IsWhole(const SampleRecord& record) const {
    const std::vector<AttackOutcome>& outcomes = record.outcomes;
    const bool ended_early = plan_.inherit && !outcomes.empty() && outcomes.back().broken;
    const bool counted =
        outcomes.size() == plan_.epsilons.size() || (outcomes.size() < plan_.epsilons.size() && ended_early);
    const auto size = static_cast<std::size_t>(context_.data->info().SampleSize());
    return counted && std::all_of(outcomes.begin(), outcomes.end(), [size](const AttackOutcome& outcome) {
             return outcome.adversarial.empty() || outcome.adversarial.size() == size;
           });
  }

  // A piece that does not read back whole is attacked anew.
  bool Restore(const Json& saved, Piece& piece) const {
    if (!saved.IsArray() || saved.AsArray().size() != piece.size()) return false;
    Piece restored = piece;
    for (std::size_t i = 0; i < piece.size(); ++i) {
      if (!saved.AsArray()[i].IsArray()) return false;
      for (const Json& json : saved.AsArray()[i].AsArray()) {
        Result<AttackOutcome> outcome = OutcomeFromJson(json);
        if (!outcome) return false;
        restored[i].outcomes.push_back(*std::move(outcome));
      }
      if (!IsWhole(restored[i])) return false;
    }
    piece = std::move(restored);
    return true;
  }

  const AttackTarget& target_;
  const AttackPlan& plan_;
  const check::Context& context_;
  const Stability& stability_;
  std::mutex mutex_;
};

}  // namespace

int SampleRecord::BrokenAt(std::size_t budget, bool inherit) const {
  for (std::size_t i = inherit ? 0 : budget; i <= budget && i < outcomes.size(); ++i) {
    if (outcomes[i].broken) return static_cast<int>(i);
  }
  return -1;
}

Result<AttackRun> RunAttack(const AttackTarget& target, const AttackPlan& plan, const check::Context& context,
                            std::string_view what) {
  tensor::UseOneThreadPerOperator();
  CUPEL_TRY(Selection selection, SelectPieces(plan, context));
  AttackRun run;
  run.samples = selection.samples;
  CUPEL_TRY(run.stability, MeasureOn(target, *context.data));
  context.progress->Begin(what, selection.attacked * static_cast<std::int64_t>(plan.epsilons.size()),
                          "images");
  Runner runner(target, plan, context, run.stability);
  const Status status = ForEachPiece(
      static_cast<std::int64_t>(selection.pieces.size()), context.workers, [&](std::int64_t piece, int) {
        return runner.RunPiece(selection.pieces[static_cast<std::size_t>(piece)]);
      });
  context.progress->End();
  CUPEL_TRY_STATUS(status);
  for (Piece& piece : selection.pieces) {
    for (SampleRecord& record : piece) run.attacked.push_back(std::move(record));
  }
  return run;
}

Json OutcomeToJson(const AttackOutcome& outcome) {
  Json json;
  json["broken"] = outcome.broken;
  json["cycled"] = outcome.cycled;
  json["evaluations"] = outcome.evaluations;
  json["unconfirmed"] = outcome.unconfirmed;
  if (!outcome.broken) return json;
  json["restart"] = outcome.restart;
  json["step"] = outcome.step;
  json["predicted"] = std::int64_t{outcome.predicted};
  json["margin"] = outcome.margin;
  json["noise"] = outcome.noise;
  json["linf"] = outcome.moved.linf;
  json["l2"] = outcome.moved.l2;
  if (!outcome.adversarial.empty()) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(outcome.adversarial.data());
    json["adversarial"] = ToBase64({bytes, outcome.adversarial.size() * sizeof(float)});
  }
  return json;
}

Result<AttackOutcome> OutcomeFromJson(const Json& json) {
  AttackOutcome outcome;
  CUPEL_TRY(outcome.broken, json.BoolAt("broken"));
  CUPEL_TRY(outcome.cycled, json.BoolAt("cycled"));
  CUPEL_TRY(outcome.evaluations, json.IntegerAt("evaluations"));
  CUPEL_TRY(outcome.unconfirmed, json.IntegerAt("unconfirmed"));
  if (!outcome.broken) return outcome;
  CUPEL_TRY(const std::int64_t restart, json.IntegerAt("restart"));
  CUPEL_TRY(const std::int64_t step, json.IntegerAt("step"));
  CUPEL_TRY(const std::int64_t predicted, json.IntegerAt("predicted"));
  outcome.restart = static_cast<int>(restart);
  outcome.step = static_cast<int>(step);
  outcome.predicted = static_cast<std::int32_t>(predicted);
  CUPEL_TRY(outcome.margin, json.NumberAt("margin"));
  CUPEL_TRY(outcome.noise, json.NumberAt("noise"));
  CUPEL_TRY(outcome.moved.linf, json.NumberAt("linf"));
  CUPEL_TRY(outcome.moved.l2, json.NumberAt("l2"));
  if (json.Find("adversarial") != nullptr) {
    CUPEL_TRY(const std::string text, json.StringAt("adversarial"));
    CUPEL_TRY(const Bytes bytes, FromBase64(text));
    if (bytes.size() % sizeof(float) != 0)
      return Fail(ErrorCode::kCorrupt, "adversarial: not a list of float32");
    outcome.adversarial.resize(bytes.size() / sizeof(float));
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<std::uint8_t*>(outcome.adversarial.data()));
  }
  return outcome;
}

}  // namespace cupel::algorithm::inspect
