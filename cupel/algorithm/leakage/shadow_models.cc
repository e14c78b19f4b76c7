// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/leakage/shadow_models.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <optional>

#include "cupel/algorithm/leakage/training_parameters.h"
#include "cupel/algorithm/onnx/writer.h"
#include "cupel/algorithm/train/untrained.h"
#include "cupel/base/parallel.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/crypto/hash.h"

namespace cupel::algorithm::leakage {
namespace {

constexpr const char* kStream = "inspect.shadow";

using Scores = std::shared_ptr<const ShadowScores>;

// The last result and what it was made from.
struct Memory {
  std::mutex mutex;
  Digest key;
  Scores scores;
};
Memory& LastScores() {
  static Memory memory;
  return memory;
}

std::vector<PoolSample> Joined(const std::vector<PoolSample>& a, const std::vector<PoolSample>& b,
                               const std::vector<PoolSample>& c) {
  std::vector<PoolSample> all = a;
  all.insert(all.end(), b.begin(), b.end());
  all.insert(all.end(), c.begin(), c.end());
  return all;
}

// Everything that decides the scores.
Result<Digest> KeyOf(const ShadowPlan& plan, const check::Context& context) {
  CUPEL_TRY(const Bytes model, onnx::WriteModel(context.model->graph()));
  const executor::Preprocessing& preprocessing = context.model->options().preprocessing;
  Json key;
  key["model"] = crypto::Sha256(model).Hex();
  key["preprocessing"] = fmt::format("{} {} {}", preprocessing.scale, static_cast<int>(preprocessing.layout),
                                     context.model->options().output_is_probability);
  for (const auto* values : {&preprocessing.mean, &preprocessing.std})
    key["channels"].Append(Json::ArrayOf(std::vector<double>(values->begin(), values->end())));
  key["inside"] = context.training_data->info().digest.Hex();
  key["outside"] = context.data->info().digest.Hex();
  key["architecture"] = plan.architecture;
  key["models"] = plan.models;
  key["training"] = plan.training.ToJson();
  key["population"] = fmt::format("{} {} {} {} {}", plan.population.samples, plan.population.reference,
                                  plan.population.further, plan.population.seed, plan.population.stream);
  key["queries"] = fmt::format("{} {}", plan.queries.mirror, plan.queries.shift);
  key["device"] = context.model->device().Name();
  return crypto::Sha256(AsBytes(key.Canonical()));
}

Json ToPiece(const std::vector<double>& scores) {
  Json piece;
  piece["scores"] = ToBase64({reinterpret_cast<const std::uint8_t*>(scores.data()), 8 * scores.size()});
  return piece;
}

// Nothing when the piece is damaged: then the model is trained again.
std::optional<std::vector<double>> FromPiece(const std::optional<Json>& piece, std::size_t size) {
  if (!piece) return std::nullopt;
  const Result<std::string> text = piece->StringAt("scores");
  if (!text) return std::nullopt;
  const Result<Bytes> bytes = FromBase64(*text);
  if (!bytes || bytes->size() != 8 * size) return std::nullopt;
  std::vector<double> scores(size);
  std::memcpy(scores.data(), bytes->data(), bytes->size());
  return scores;
}

class Shadows {
 public:
  Shadows(const ShadowPlan& plan, const check::Context& context, Population population)
      : plan_(plan),
        context_(context),
        pool_samples_(Joined(population.members, population.others, population.further)),
        asked_(*context.training_data, *context.data,
               Joined(population.members, population.others, population.reference)) {
    scores_.pairs = population.members.size();
    scores_.reference = population.reference.size();
    scores_.models = static_cast<std::size_t>(plan.models);
    scores_.queries = static_cast<std::size_t>(plan.queries.Count());
    scores_.shadows.resize(scores_.models * scores_.rows() * scores_.queries);
    const Pool pool(*context.training_data, *context.data, pool_samples_);
    for (std::int64_t i = 0; i < pool.size(); ++i)
      drawn_.push_back(DrawnInto(pool.OriginalIndex(i), scores_.models, plan.population.seed));
    for (std::size_t row = 0; row < 2 * scores_.pairs; ++row)
      scores_.inside.insert(scores_.inside.end(), drawn_[row].begin(), drawn_[row].end());
  }

  Result<Scores> Run(std::string_view what) {
    CUPEL_TRY(const graph::Graph first, train::UntrainedGraph(plan_.architecture, *context_.model, 0));
    // Dropout draws from a generator of the whole process, so such networks are trained one by one.
    const int workers = train::DrawsWhileTraining(first) ? 1 : context_.workers;
    context_.progress->Begin(what, TotalBatches(), "batches");
    Result<std::vector<double>> target =
        LogOddsOf(*context_.model, asked_, plan_.queries, context_.workers, SilentProgress());
    Status done;
    if (target) {
      done = ForEachPiece(plan_.models, workers, [&](std::int64_t model, int) {
        return ScoreModel(static_cast<std::size_t>(model));
      });
    }
    context_.progress->End();
    CUPEL_TRY(scores_.target, std::move(target));
    CUPEL_TRY_STATUS(std::move(done));
    return std::make_shared<const ShadowScores>(std::move(scores_));
  }

 private:
  std::vector<PoolSample> HalfOf(std::size_t model) const {
    std::vector<PoolSample> half;
    for (std::size_t i = 0; i < pool_samples_.size(); ++i) {
      if (drawn_[i][model]) half.push_back(pool_samples_[i]);
    }
    return half;
  }

  train::TrainOptions TrainingOf(std::size_t model, std::size_t samples) const {
    train::TrainOptions options = plan_.training;
    options.batch_size =
        static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(options.batch_size), samples));
    options.seed = TrainingSeed(plan_.population.seed, kStream, model);
    return options;
  }

  std::int64_t TotalBatches() const {
    std::int64_t total = 0;
    for (std::size_t model = 0; model < scores_.models; ++model) {
      const std::size_t samples = HalfOf(model).size();
      if (samples == 0) continue;
      const train::TrainOptions options = TrainingOf(model, samples);
      total += options.epochs * (static_cast<std::int64_t>(samples) / options.batch_size);
    }
    return total;
  }

  Status ScoreModel(std::size_t model) {
    const std::string key = fmt::format("shadow={}", model);
    const std::size_t size = scores_.rows() * scores_.queries;
    std::optional<std::vector<double>> scores = FromPiece(context_.journal->Load(key), size);
    if (!scores) {
      Result<std::vector<double>> made = TrainAndAsk(model);
      if (!made) return FailAt(fmt::format("shadow model {}", model), std::move(made).error());
      CUPEL_TRY_STATUS(context_.journal->Save(key, ToPiece(*made)));
      scores = *std::move(made);
    }
    std::ranges::copy(*scores, scores_.shadows.begin() + static_cast<std::ptrdiff_t>(model * size));
    return {};
  }

  Result<std::vector<double>> TrainAndAsk(std::size_t model) const {
    const Pool half(*context_.training_data, *context_.data, HalfOf(model));
    SharedProgress progress(*context_.progress);
    train::TrainJob job;
    job.options = TrainingOf(model, static_cast<std::size_t>(half.size()));
    CUPEL_TRY(job.graph, train::UntrainedGraph(plan_.architecture, *context_.model, job.options.seed));
    job.data = &half;
    job.progress = &progress;
    CUPEL_TRY(const train::Trained trained, train::Train(job));
    CUPEL_TRY(const auto classifier,
              executor::Classifier::Create(trained.graph, {.device = context_.model->device(),
                                                           .preprocessing = {},
                                                           .sample_shape = context_.model->sample_shape()}));
    return LogOddsOf(*classifier, asked_, plan_.queries, 1, SilentProgress());
  }

  const ShadowPlan& plan_;
  const check::Context& context_;
  std::vector<PoolSample> pool_samples_;
  Pool asked_;
  std::vector<std::vector<bool>> drawn_;  ///< [pool, models]
  ShadowScores scores_;
};

}  // namespace

std::vector<double> ShadowScores::Of(std::size_t row, std::size_t query, bool trained_on) const {
  std::vector<double> values;
  for (std::size_t model = 0; model < models; ++model) {
    const bool is_inside = row < 2 * pairs && inside[row * models + model];
    if (is_inside == trained_on) values.push_back(Shadow(model, row, query));
  }
  return values;
}

std::vector<check::ParameterSpec> ShadowSpecs() {
  std::vector<check::ParameterSpec> specs = {
      SamplesSpec(1000),
      IntegerSpec(
          "population", 200, 0, 1e9,
          {"Non-members kept apart from all shadow models, RMIA's population z; equal in inspect.lira and "
           "inspect.rmia, both read the same shadow models",
           "不参与任何影子模型训练的非成员样本（RMIA 的总体 z）；两项检查取值相同时共用影子模型"},
          "samples"),
      IntegerSpec("further", 0, 0, 1e9,
                  {"Samples beside the audited ones from which shadow models draw their halves",
                   "除受审样本外，供影子模型抽取训练数据的样本数"},
                  "samples"),
      IntegerSpec("shadows", 16, 4, 1024, {"Shadow models, an even number", "影子模型数量（偶数）"},
                  "models")};
  for (check::ParameterSpec& spec : TrainingSpecs(10)) specs.push_back(std::move(spec));
  return specs;
}

ShadowPlan ShadowPlanFrom(const check::Parameters& parameters, std::uint64_t seed) {
  ShadowPlan plan;
  plan.architecture = parameters.Text("architecture");
  plan.models = static_cast<int>(parameters.Integer("shadows"));
  plan.training = TrainingFrom(parameters, 0);
  plan.population = {.samples = parameters.Integer("samples"),
                     .reference = parameters.Integer("population"),
                     .further = parameters.Integer("further"),
                     .seed = seed,
                     .stream = kStream};
  return plan;
}

std::vector<bool> DrawnInto(std::int64_t original, std::size_t models, std::uint64_t seed) {
  ReproducibleStream stream(seed, std::string(kStream) + ".half", static_cast<std::uint64_t>(original));
  std::vector<bool> drawn(models);
  const std::vector<std::int64_t> order = stream.Permutation(static_cast<std::int64_t>(models));
  for (std::size_t i = 0; i < models / 2; ++i) drawn[static_cast<std::size_t>(order[i])] = true;
  return drawn;
}

Result<Scores> ScoreShadows(const ShadowPlan& plan, const check::Context& context, std::string_view what) {
  if (plan.models < 4 || plan.models % 2 != 0) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("shadows must be even and >= 4, got {}", plan.models), "",
                "each sample is in half of the shadow models");
  }
  CUPEL_TRY(const Digest key, KeyOf(plan, context));
  Memory& last = LastScores();
  {
    const std::lock_guard lock(last.mutex);
    if (last.scores != nullptr && last.key == key) return last.scores;
  }
  CUPEL_TRY(Population population, DrawPopulation(context, plan.population));
  CUPEL_TRY(Scores scores, Shadows(plan, context, std::move(population)).Run(what));
  const std::lock_guard lock(last.mutex);
  last.key = key;
  last.scores = scores;
  return scores;
}

void ForgetShadowScores() {
  Memory& last = LastScores();
  const std::lock_guard lock(last.mutex);
  last.scores = nullptr;
}

}  // namespace cupel::algorithm::leakage
