// SPDX-License-Identifier: Apache-2.0
// Real sockets on the loopback interface: what the library is asked to do, and what strangers might send.
#include "cupel/application/server/http_server.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "cupel/application/server/http_client.h"
#include "cupel/application/server/sockets_for_test.h"

namespace cupel::application::server {
namespace {

using cupel::testing::HasError;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class HttpServerTest : public ::testing::Test {
 protected:
  std::string Url(const std::string& path) const { return server_.Url(path); }
  std::string Exchange(std::string_view text) const { return server_.Exchange(text); }

  CountingSite site_;
  RunningServer server_{site_.Get(), SmallLimits()};
};

TEST_F(HttpServerTest, AnswersGetAndPost) {
  CUPEL_ASSERT_OK(const HttpReply got, HttpGet(Url("/a/b%20c?query")));
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, "get /a/b c");
  EXPECT_EQ(got.content_type, "text/plain");
  EXPECT_EQ(got.cache_control, "no-cache");
  CUPEL_ASSERT_OK(const HttpReply posted, HttpPost(Url("/add-checkpoint"), "body"));
  EXPECT_EQ(posted.body, "post 4 body");
}

TEST_F(HttpServerTest, RefusesOtherMethodsAndPaths) {
  EXPECT_EQ(HttpPost(Url("/other"), "body")->status, 405);
  EXPECT_EQ(HttpGet(Url("/add-checkpoint"))->status, 405);
  for (const char* method : {"PUT", "DELETE", "OPTIONS", "PATCH"}) {
    EXPECT_THAT(Exchange(fmt::format("{} /x HTTP/1.1\r\nConnection: close\r\n\r\n", method)),
                AllOf(StartsWith("HTTP/1.1 405"), HasSubstr("\r\nAllow: GET, HEAD\r\n")));
    EXPECT_THAT(Exchange(fmt::format("{} /add-checkpoint HTTP/1.1\r\nConnection: close\r\n\r\n", method)),
                AllOf(StartsWith("HTTP/1.1 405"), HasSubstr("\r\nAllow: POST\r\n")));
  }
  EXPECT_EQ(site_.posts, 0);
  EXPECT_EQ(site_.gets, 0);
}

TEST_F(HttpServerTest, KeepsAConnectionForTheNextRequest) {
  const std::string answers = Exchange(
      "GET /one HTTP/1.1\r\n\r\nPOST /add-checkpoint HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
      "GET /two HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(CountOf(answers, "HTTP/1.1 200"), 3u) << answers;
  EXPECT_THAT(answers, HasSubstr("post 3 abc"));
}

TEST_F(HttpServerTest, ABodyOverTheLimitNeverReachesTheSite) {
  EXPECT_EQ(HttpPost(Url("/add-checkpoint"), std::string(1000, 'a'))->body, "post 1000 aaaaaaaaaaaaaaaaaaaa");
  const auto larger = HttpPost(Url("/add-checkpoint"), std::string(1001, 'a'));
  EXPECT_TRUE(!larger || larger->status == 413);
  EXPECT_EQ(site_.posts, 1);
}

TEST_F(HttpServerTest, AnEndlessBodyIsCutOff) {
  for (const char* length : {"Content-Length: 99999999999", "Transfer-Encoding: chunked"}) {
    RawClient client(server_.port());
    ASSERT_TRUE(client.Send(fmt::format("POST /add-checkpoint HTTP/1.1\r\n{}\r\n\r\n", length)));
    const std::string chunk = "1000\r\n" + std::string(0x1000, 'a') + "\r\n";
    int sent = 0;
    // More than the kernel's own buffers hold, so that a send must fail once the server has let go.
    while (sent < 16000 && client.Send(chunk)) ++sent;
    EXPECT_LT(sent, 16000) << "64 MB went to a site that takes 1000 bytes";
  }
  EXPECT_EQ(site_.posts, 0);
}

TEST_F(HttpServerTest, AnEndlessHeaderIsCutOff) {
  for (const std::string& piece : {std::string(4096, 'a'), std::string("X: y\r\n")}) {
    RawClient client(server_.port());
    ASSERT_TRUE(client.Send("GET / HTTP/1.1\r\nX: "));
    std::size_t sent = 0;
    while (sent < 8'000'000 && client.Send(piece)) sent += piece.size();
    EXPECT_LT(sent, 8'000'000u);
  }
  EXPECT_EQ(site_.gets, 0);
}

TEST_F(HttpServerTest, ARequestThatDripsIsCutOffInTime) {
  const auto start = std::chrono::steady_clock::now();
  RawClient client(server_.port());
  const std::string request = "GET / HTTP/1.1\r\nX-Slow: " + std::string(200, 'a');
  for (const char c : request) {
    if (!client.Send(std::string(1, c))) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));  // 10 s in all
  }
  EXPECT_LT(SecondsSince(start), 5.0) << "each byte came in time, the request did not";
  EXPECT_EQ(site_.gets, 0);
}

TEST_F(HttpServerTest, SilentConnectionsAreLetGo) {
  RawClient client(server_.port());
  EXPECT_EQ(client.ReadToEnd(), "");
}

TEST_F(HttpServerTest, DrippingClientsDoNotStopTheOthersForLong) {
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<RawClient>(server_.port()));
    clients.back()->Send("GET / HT");
  }
  CUPEL_ASSERT_OK(const HttpReply reply, HttpGet(Url("/a")));
  EXPECT_EQ(reply.status, 200);
}

TEST_F(HttpServerTest, ABodyWhereNoneBelongsIsNotTakenForTheNextRequest) {
  const std::string hidden = "GET /hidden HTTP/1.1\r\n\r\n";
  for (const char* method : {"GET", "HEAD", "PUT", "POST"}) {
    const std::string path = "/x";
    const std::string answers = Exchange(
        fmt::format("{} {} HTTP/1.1\r\nContent-Length: {}\r\n\r\n{}", method, path, hidden.size(), hidden));
    EXPECT_EQ(CountOf(answers, "HTTP/1.1 "), 1u) << method << answers;
    EXPECT_THAT(answers, Not(HasSubstr("hidden")));
  }
  EXPECT_EQ(site_.gets, 0);
}

TEST_F(HttpServerTest, ManyRangesAreNotManyCopies) {
  std::string ranges = "bytes=0-";
  for (int i = 0; i < 500; ++i) ranges += ",0-";
  const std::string answer =
      Exchange(fmt::format("GET /large HTTP/1.1\r\nRange: {}\r\nConnection: close\r\n\r\n", ranges));
  EXPECT_LT(answer.size(), 3'100'000u);
  const std::string one = Exchange("GET /large HTTP/1.1\r\nRange: bytes=0-9\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(one, StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpServerTest, CompressedAndFormBodiesAreTakenAsTheyStand) {
  // Eight bytes that are no gzip, and no form: the site must see them unchanged.
  EXPECT_THAT(Exchange("POST /add-checkpoint HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: 8\r\n"
                       "Connection: close\r\n\r\n12345678"),
              HasSubstr("post 8 12345678"));
  EXPECT_THAT(Exchange("POST /add-checkpoint HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=x\r\n"
                       "Content-Length: 8\r\nConnection: close\r\n\r\n12345678"),
              HasSubstr("post 8 12345678"));
}

TEST_F(HttpServerTest, SurvivesNonsenseAndAThrowingSite) {
  for (const std::string& text :
       {std::string("\r\n\r\n"), std::string("nonsense\r\n\r\n"), std::string("GET\r\n\r\n"),
        std::string("GET / HTTP/9.9\r\n\r\n"), std::string(300, '\0'),
        "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n\r\n",
        std::string("POST /add-checkpoint HTTP/1.1\r\nContent-Length: -1\r\n\r\n"),
        std::string("POST /add-checkpoint HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n"),
        std::string("POST /add-checkpoint HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")}) {
    const std::string answer = Exchange(text);
    EXPECT_THAT(answer, Not(HasSubstr("HTTP/1.1 200"))) << text.substr(0, 60);
  }
  EXPECT_EQ(HttpGet(Url("/throw"))->status, 500);
  EXPECT_EQ(HttpGet(Url("/alive"))->status, 200);
}

TEST_F(HttpServerTest, HeadHasTheHeadersOfGetAndNoBody) {
  const std::string answer = Exchange("HEAD /x HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 6\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(HttpServerTest, TwoServersCannotShareAPort) {
  EXPECT_THAT(HttpServer::Bind("127.0.0.1", server_.port(), Site{}, {}), HasError(ErrorCode::kPermission));
  EXPECT_THAT(HttpServer::Bind("127.0.0.1", 65536, Site{}, {}), HasError(ErrorCode::kInvalidArgument));
}

TEST_F(HttpServerTest, StopsWithinASecondAlsoWithAClientThatWaits) {
  RawClient idle(server_.port());
  idle.Send("GET /x HTTP/1.1\r\n\r\n");
  const auto start = std::chrono::steady_clock::now();
  server_.Stop();
  EXPECT_LT(SecondsSince(start), 3.0);
  EXPECT_THAT(HttpGet(Url("/a")), HasError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace cupel::application::server
