// SPDX-License-Identifier: Apache-2.0
// More clients than threads, and clients that do not mean well: bounded in number and time.
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <vector>

#include "cupel/application/server/http_client.h"
#include "cupel/application/server/sockets_for_test.h"

namespace cupel::application::server {
namespace {

using ::testing::HasSubstr;

class HttpLoadTest : public ::testing::Test {
 protected:
  static ServerLimits Patient() {
    ServerLimits limits = SmallLimits();
    limits.timeout_ms = 6000;
    return limits;
  }

  CountingSite site_;
  RunningServer server_{site_.Get(), Patient()};
};

TEST_F(HttpLoadTest, ManyClientsAtOnceAreAllAnswered) {
  constexpr int kClients = 40;
  constexpr int kRequests = 10;
  std::atomic<int> answered = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back([&, i] {
      for (int n = 0; n < kRequests; ++n) {
        const std::string body = fmt::format("{} of {}", n, i);
        const auto reply = HttpPost(server_.Url("/add-checkpoint"), body, {.timeout_ms = 20'000});
        EXPECT_THAT(reply, testing::IsOk());
        answered += reply && reply->body == fmt::format("post {} {}", body.size(), body) ? 1 : 0;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(answered, kClients * kRequests);
  EXPECT_EQ(site_.posts, kClients * kRequests);
}

TEST_F(HttpLoadTest, SilentClientsMakeWayForWaitingOnes) {
  // As many as there are threads say nothing, as many have been answered and keep their connection.
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<RawClient>(server_.port()));
    if (i >= 4) clients.back()->Send("GET /kept HTTP/1.1\r\n\r\n");
  }
  const auto start = std::chrono::steady_clock::now();
  CUPEL_ASSERT_OK(const HttpReply reply, HttpGet(server_.Url("/a")));
  EXPECT_EQ(reply.status, 200);
  EXPECT_LT(SecondsSince(start), 4.5) << "not the six seconds that each of them may be silent";
}

TEST_F(HttpLoadTest, AKeptConnectionIsKeptWhileNobodyWaits) {
  RawClient client(server_.port());
  client.Send("GET /one HTTP/1.1\r\n\r\n");
  EXPECT_THAT(client.ReadTo("get /one"), HasSubstr("get /one"));
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  client.Send("GET /two HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.ReadToEnd(), HasSubstr("get /two"));
}

TEST(HttpLoad, AClientThatDoesNotReadIsLetGo) {
  CountingSite site;
  RunningServer server(site.Get(), SmallLimits());
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.port()));
    clients.back()->Send("GET /huge HTTP/1.1\r\n\r\n");
  }
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(HttpGet(server.Url("/a"))->status, 200);
  EXPECT_LT(SecondsSince(start), 5.0);
  EXPECT_LT(clients[0]->ReadToEnd().size(), 30'000'000u) << "it was cut off";
}

TEST(HttpLoad, RunsOutOfHandlesAndRecovers) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer reads memory through a pipe, for which there is no handle left";
#endif
  // In a process of its own, which may open few files: many connections at once leave it none.
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit few{48, 48};
    ::setrlimit(RLIMIT_NOFILE, &few);
    CountingSite site;
    HttpServer server = HttpServer::Bind("127.0.0.1", 0, site.Get(), SmallLimits()).value();
    const int port = server.port();
    if (::write(ends[1], &port, sizeof(port)) != sizeof(port)) ::_exit(1);
    (void)server.Run([] { return false; });
    ::_exit(1);
  }
  int port = 0;
  ASSERT_EQ(::read(ends[0], &port, sizeof(port)), static_cast<ssize_t>(sizeof(port)));
  {
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 80; ++i) clients.push_back(std::make_unique<RawClient>(port));
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  }
  const auto reply = HttpGet(fmt::format("http://127.0.0.1:{}/a", port));
  EXPECT_TRUE(reply && reply->status == 200) << (reply ? "" : reply.error().ToString());
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace cupel::application::server
