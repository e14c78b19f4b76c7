// SPDX-License-Identifier: Apache-2.0
// A training that was cut anywhere ends in the same bytes; a checkpoint that is not its own is refused with a
// sentence, whatever its bytes.
#include <gmock/gmock.h>

#include <functional>

#include "cupel/algorithm/train/checkpoint.h"
#include "cupel/algorithm/train/halves_for_test.h"
#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::train {
namespace {

using cupel::testing::HasError;
using cupel::testing::ScratchFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// Dropout between the layers of the mlp; its ratio is an initialiser that the loss does not depend on.
graph::Graph WithDropout(graph::Graph graph) {
  const auto relu =
      std::ranges::find_if(graph.nodes, [](const graph::Node& node) { return node.op_type == "Relu"; });
  graph::Node dropout{"drop", "Dropout", "", {relu->outputs[0], "ratio"}, {"dropped"}, {}};
  (relu + 1)->inputs[0] = "dropped";
  graph.nodes.insert(relu + 1, dropout);
  graph.initializers["ratio"] = graph::TensorValue::FromFloats({}, {0.5F});
  return graph;
}

/// The same network in float64: what a checkpoint must not round.
graph::Graph InDouble(graph::Graph graph) {
  for (auto& [name, value] : graph.initializers) {
    std::vector<double> values = value.AsDoubles();
    for (double& each : values) each *= 1 + 1e-12;  // no longer a float32
    const auto* data = reinterpret_cast<const std::uint8_t*>(values.data());
    value.type = graph::DataType::kFloat64;
    value.bytes = std::make_shared<const Bytes>(data, data + values.size() * sizeof(double));
  }
  graph.nodes.insert(graph.nodes.begin(),
                     graph::Node{"widen", "Cast", "", {"x"}, {"wide"}, {{"to", std::int64_t{11}}}});
  graph.nodes[1].inputs[0] = "wide";
  graph.outputs[0].type = graph::DataType::kFloat64;
  return graph;
}

struct ResumeCase {
  const char* name;
  const char* architecture;
  void (*change)(TrainJob& job);
};

void PrintTo(const ResumeCase& test, std::ostream* os) { *os << test.name; }

class Resume : public ::testing::TestWithParam<ResumeCase> {};

INSTANTIATE_TEST_SUITE_P(
    Trainings, Resume,
    ::testing::Values(ResumeCase{"sgd", "mlp", [](TrainJob&) {}},
                      ResumeCase{"adam", "mlp",
                                 [](TrainJob& job) { job.options.optimizer = Optimizer::kAdam; }},
                      ResumeCase{"augmented", "mlp",
                                 [](TrainJob& job) {
                                   job.options.flip = true;
                                   job.options.shift = 2;
                                 }},
                      ResumeCase{"dropout", "mlp", [](TrainJob& job) { job.graph = WithDropout(job.graph); }},
                      ResumeCase{"float64", "mlp", [](TrainJob& job) { job.graph = InDouble(job.graph); }},
                      ResumeCase{"batch_norm", "resnet-small",
                                 [](TrainJob& job) {
                                   job.options.optimizer = Optimizer::kAdam;
                                   job.options.learning_rate = 0.002;
                                 }}),
    [](const auto& test) { return std::string(test.param.name); });

// 3 epochs of 4 batches: cut in the first, at the borders, in the last.
TEST_P(Resume, FromEveryCutEndsInTheSameBytes) {
  const Halves data(64);
  TrainJob job = SmallJob(data, GetParam().architecture);
  GetParam().change(job);
  CUPEL_ASSERT_OK(const Trained straight, Train(job));
  const bool few = std::string(GetParam().architecture) != "mlp";
  for (const int cut : few ? std::vector<int>{6} : std::vector<int>{1, 4, 5, 8, 11}) {
    const ScratchFolder folder;
    job.checkpoint = folder / "ck";
    {
      StopAfter stop(cut);
      job.progress = &stop;
      EXPECT_THAT(Train(job), HasError(ErrorCode::kInterrupted)) << "cut after " << cut;
      EXPECT_EQ(stop.ends, 1);
    }
    job.progress = &SilentProgress();
    EXPECT_EQ(std::filesystem::exists(*job.checkpoint), cut >= 4);
    job.resume = true;
    CUPEL_ASSERT_OK(const Trained resumed, Train(job));
    EXPECT_EQ(Exported(resumed), Exported(straight)) << "cut after " << cut;
    ASSERT_EQ(resumed.curve.size(), straight.curve.size());
    for (std::size_t i = 0; i < resumed.curve.size(); ++i) {
      EXPECT_EQ(resumed.curve[i].loss, straight.curve[i].loss);
      EXPECT_EQ(resumed.curve[i].training_accuracy, straight.curve[i].training_accuracy);
    }
    job.resume = false;
  }
}

// Dropout draws by seed and step: twice the same in one process, another way for another seed, and not the
// network without it.
TEST(Dropout, IsDrawnFromTheSeedOfTheTraining) {
  const Halves data(64);
  TrainJob job = SmallJob(data, "mlp");
  const Bytes without = Exported(Train(job).value());
  job.graph = WithDropout(job.graph);
  CUPEL_ASSERT_OK(const Trained first, Train(job));
  EXPECT_EQ(Exported(Train(job).value()), Exported(first));
  EXPECT_EQ(first.graph.initializers.at("ratio").AsDoubles(), std::vector<double>{0.5});
  EXPECT_NE(Exported(first), without);
}

class CheckpointFile : public ::testing::Test {
 protected:
  void SetUp() override {
    job_.options.epochs = 2;
    job_.checkpoint = folder_ / "ck";
    StopAfter stop(5);
    job_.progress = &stop;
    ASSERT_THAT(Train(job_), HasError(ErrorCode::kInterrupted));
    job_.progress = &SilentProgress();
    job_.resume = true;
    CUPEL_ASSERT_OK(bytes_, ReadFile(*job_.checkpoint));
  }
  void Write(const Bytes& bytes) const { ASSERT_TRUE(WriteFileAtomic(*job_.checkpoint, bytes).has_value()); }

  /// The checkpoint with another header and `extra` more bytes of tensors, under a digest that fits.
  Bytes Forged(const std::function<void(Json& header)>& change, std::ptrdiff_t extra = 0) const {
    std::uint64_t length = 0;
    std::memcpy(&length, bytes_.data() + 8, sizeof(length));
    Json header = Json::Parse(AsText(BytesView(bytes_).subspan(16, length))).value();
    change(header);
    const std::string text = header.Canonical();
    Bytes forged(bytes_.begin(), bytes_.begin() + 8);
    const std::uint64_t size = text.size();
    const auto* raw = reinterpret_cast<const std::uint8_t*>(&size);
    forged.insert(forged.end(), raw, raw + sizeof(size));
    forged.insert(forged.end(), text.begin(), text.end());
    forged.insert(forged.end(), bytes_.begin() + 16 + static_cast<std::ptrdiff_t>(length), bytes_.end() - 32);
    forged.resize(static_cast<std::size_t>(static_cast<std::ptrdiff_t>(forged.size()) + extra));
    const Digest digest = crypto::Sha256(forged);
    forged.insert(forged.end(), digest.bytes.begin(), digest.bytes.end());
    return forged;
  }

  ScratchFolder folder_;
  Halves data_{64};
  TrainJob job_ = SmallJob(data_, "mlp");
  Bytes bytes_;
};

TEST_F(CheckpointFile, ForgingItUnchangedIsAccepted) {  // or the tests below would prove nothing
  Write(Forged([](Json&) {}));
  EXPECT_TRUE(Train(job_).has_value());
}

TEST_F(CheckpointFile, OfAnotherTrainingIsRefused) {
  job_.options.learning_rate = 0.03;
  EXPECT_THAT(Train(job_), HasError(ErrorCode::kInvalidArgument,
                                    AllOf(HasSubstr("another training"), HasSubstr("--out"))));
}

TEST_F(CheckpointFile, CutOrChangedAnywhereIsRefused) {
  const auto refused = HasError(ErrorCode::kCorrupt, HasSubstr("remove it to start the training anew"));
  for (std::size_t length = 0; length < bytes_.size(); length += length < 80 ? 1 : 20011) {
    Write(Bytes(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(length)));
    EXPECT_THAT(Train(job_), refused) << "cut to " << length;
  }
  for (std::size_t place = 0; place < bytes_.size(); place += place < 40 ? 1 : 40009) {
    Bytes changed = bytes_;
    changed[place] ^= 1;
    Write(changed);
    EXPECT_THAT(Train(job_), refused) << "byte " << place;
  }
}

// The digest is no secret: a header can lie under a digest that fits. It must be refused like any other
// damage, not end the program.
TEST_F(CheckpointFile, WhoseHeaderLiesIsRefused) {
  struct Lie {
    const char* name;
    std::function<void(Json& header)> tell;
    std::ptrdiff_t extra = 0;
  };
  const auto first = [](Json& header) -> Json& { return header["tensors"].AsArray()[0]; };
  const std::vector<Lie> lies = {
      {"not an object", [](Json& h) { h = Json::Array{}; }},
      {"no tensors", [](Json& h) { h.AsObject().erase("tensors"); }},
      {"tensors a number", [](Json& h) { h["tensors"] = 3; }},
      {"a tensor a number", [&](Json& h) { first(h) = 3; }},
      {"no name", [&](Json& h) { first(h).AsObject().erase("name"); }},
      {"another name", [&](Json& h) { first(h)["name"] = "weight/other"; }},
      {"no shape", [&](Json& h) { first(h).AsObject().erase("shape"); }},
      {"shape of texts", [&](Json& h) { first(h)["shape"] = Json::Array{"1"}; }},
      {"negative shape", [&](Json& h) { first(h)["shape"] = Json::Array{-1, -128}; }},
      {"shape that overflows",
       [&](Json& h) { first(h)["shape"] = Json::Array{std::int64_t{1} << 52, 1 << 20}; }},
      {"a shape for nothing", [&](Json& h) { first(h)["shape"] = Json::Array{0}; }},
      {"one shape too short", [&](Json& h) { first(h)["shape"] = Json::Array{1}; }},
      {"unknown type", [&](Json& h) { first(h)["type"] = "float8"; }},
      {"another type", [&](Json& h) { first(h)["type"] = "float64"; }},
      {"one tensor less", [](Json& h) { h["tensors"].AsArray().pop_back(); }},
      {"bytes left over", [](Json&) {}, 4},
      {"bytes missing", [](Json&) {}, -4},
      {"no steps", [](Json& h) { h.AsObject().erase("steps"); }},
      {"steps a text", [](Json& h) { h["steps"] = "4"; }},
      {"more steps than epochs", [](Json& h) { h["steps"] = 5; }},
      {"no curve", [](Json& h) { h.AsObject().erase("curve"); }},
      {"a curve of numbers", [](Json& h) { h["curve"] = Json::Array{1}; }},
      {"a curve without loss", [](Json& h) { h["curve"].AsArray()[0].AsObject().erase("loss"); }},
  };
  for (const Lie& lie : lies) {
    Write(Forged(lie.tell, lie.extra));
    EXPECT_THAT(Train(job_),
                HasError(ErrorCode::kCorrupt, AllOf(HasSubstr("remove it"), HasSubstr("the checkpoint"))))
        << lie.name;
  }
}

TEST(Checkpoint, HoldsDoublesAndFloatsToTheBit) {
  const ScratchFolder folder;
  const tensor::Tensor narrow = tensor::FromFloats(std::vector<float>{1, -0.0F, 3e-45F}, {3, 1});
  const tensor::Tensor wide = tensor::FromFloats(std::vector<float>{1, 2}, {2}).to(at::kDouble).div(3);
  Checkpoint before{crypto::Sha256(AsBytes("job")), Json::Object{{"steps", 7}}, {{"a", narrow}, {"b", wide}}};
  before.tensors["empty"] = tensor::FromFloats({}, {0, 4});
  ASSERT_TRUE(WriteCheckpoint(folder / "ck", before).has_value());
  CUPEL_ASSERT_OK(const Checkpoint after, ReadCheckpoint(folder / "ck", before.job));
  EXPECT_TRUE(after.tensors.at("a").equal(narrow));
  EXPECT_TRUE(after.tensors.at("b").equal(wide));
  EXPECT_EQ(after.tensors.at("b").scalar_type(), at::kDouble);
  EXPECT_EQ(after.tensors.at("empty").sizes(), (at::IntArrayRef{0, 4}));
  EXPECT_EQ(after.header["steps"], Json(7));
  EXPECT_THAT(ReadCheckpoint(folder / "none", before.job), HasError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace cupel::algorithm::train
