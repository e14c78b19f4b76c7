// SPDX-License-Identifier: Apache-2.0
// Real sockets on the loopback interface: what the library is asked to do, and what strangers might send.
#include "cupel/application/server/http_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "cupel/application/server/http_client.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::application::server {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// A client that sends whatever it is told to.
class RawClient {
 public:
  explicit RawClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CUPEL_CHECK(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { ::close(socket_); }

  /// False once the server has closed.
  bool Send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  /// Everything until the server closes the connection.
  std::string ReadToEnd() {
    std::string all;
    char buffer[4096];
    for (ssize_t count = 0; (count = ::recv(socket_, buffer, sizeof(buffer), 0)) > 0;) {
      all.append(buffer, static_cast<std::size_t>(count));
    }
    return all;
  }

 private:
  int socket_;
};

std::size_t Count(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

class HttpServerTest : public ::testing::Test {
 protected:
  HttpServerTest() {
    Site site;
    site.get = [this](std::string_view path) -> HttpReply {
      ++gets_;
      if (path == "/throw") throw std::runtime_error("a fault of the site");
      if (path == "/large") return {200, "application/octet-stream", std::string(3'000'000, 'x'), ""};
      return {200, "text/plain", "get " + std::string(path), "no-cache"};
    };
    site.post_path = "/add-checkpoint";
    site.post = [this](std::string_view body) -> HttpReply {
      ++posts_;
      return {200, "text/plain", fmt::format("post {} {}", body.size(), body.substr(0, 20)), ""};
    };
    ServerLimits limits;
    limits.body_bytes = 1000;
    limits.timeout_ms = 700;
    limits.threads = 4;
    server_ = std::make_unique<HttpServer>(HttpServer::Bind("127.0.0.1", 0, std::move(site), limits).value());
    thread_ = std::thread([this] { EXPECT_THAT(server_->Run([this] { return stop_.load(); }), IsOk()); });
  }
  ~HttpServerTest() override {
    stop_ = true;
    thread_.join();
  }

  std::string Url(const std::string& path) const { return server_->Url() + path; }
  /// Sends the text as it is and returns all answers; the server must close the connection.
  std::string Exchange(std::string_view text) const {
    RawClient client(server_->port());
    client.Send(text);
    return client.ReadToEnd();
  }

  std::atomic<int> gets_ = 0;
  std::atomic<int> posts_ = 0;
  std::atomic<bool> stop_ = false;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
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
                StartsWith("HTTP/1.1 405"));
  }
  EXPECT_EQ(posts_, 0);
  EXPECT_EQ(gets_, 0);
}

TEST_F(HttpServerTest, KeepsAConnectionForTheNextRequest) {
  const std::string answers = Exchange(
      "GET /one HTTP/1.1\r\n\r\nPOST /add-checkpoint HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
      "GET /two HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(Count(answers, "HTTP/1.1 200"), 3u) << answers;
  EXPECT_THAT(answers, HasSubstr("post 3 abc"));
}

TEST_F(HttpServerTest, ABodyOverTheLimitNeverReachesTheSite) {
  EXPECT_EQ(HttpPost(Url("/add-checkpoint"), std::string(1000, 'a'))->body, "post 1000 aaaaaaaaaaaaaaaaaaaa");
  const auto larger = HttpPost(Url("/add-checkpoint"), std::string(1001, 'a'));
  EXPECT_TRUE(!larger || larger->status == 413);
  EXPECT_EQ(posts_, 1);
}

TEST_F(HttpServerTest, AnEndlessBodyOfUnknownLengthIsCutOff) {
  RawClient client(server_->port());
  ASSERT_TRUE(client.Send("POST /add-checkpoint HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"));
  const std::string chunk = "1000\r\n" + std::string(0x1000, 'a') + "\r\n";
  int sent = 0;
  while (sent < 1000 && client.Send(chunk)) ++sent;
  EXPECT_LT(sent, 1000) << "4 MB went to a site that takes 1000 bytes";
  EXPECT_EQ(posts_, 0);
}

TEST_F(HttpServerTest, AnEndlessHeaderIsCutOff) {
  for (const std::string& piece : {std::string(4096, 'a'), std::string("X: y\r\n")}) {
    RawClient client(server_->port());
    ASSERT_TRUE(client.Send("GET / HTTP/1.1\r\nX: "));
    std::size_t sent = 0;
    while (sent < 8'000'000 && client.Send(piece)) sent += piece.size();
    EXPECT_LT(sent, 8'000'000u);
  }
  EXPECT_EQ(gets_, 0);
}

TEST_F(HttpServerTest, ARequestThatDripsIsCutOffInTime) {
  const auto start = std::chrono::steady_clock::now();
  RawClient client(server_->port());
  const std::string request = "GET / HTTP/1.1\r\nX-Slow: " + std::string(200, 'a');
  for (const char c : request) {
    if (!client.Send(std::string(1, c))) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));  // 10 s in all
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  EXPECT_LT(took.count(), 5.0) << "each byte came in time, the request did not";
  EXPECT_EQ(gets_, 0);
}

TEST_F(HttpServerTest, SilentConnectionsAreLetGo) {
  RawClient client(server_->port());
  EXPECT_EQ(client.ReadToEnd(), "");
}

TEST_F(HttpServerTest, DrippingClientsDoNotStopTheOthersForLong) {
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<RawClient>(server_->port()));
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
    EXPECT_EQ(Count(answers, "HTTP/1.1 "), 1u) << method << answers;
    EXPECT_THAT(answers, Not(HasSubstr("hidden")));
  }
  EXPECT_EQ(gets_, 0);
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
  EXPECT_THAT(HttpServer::Bind("127.0.0.1", server_->port(), Site{}, {}), HasError(ErrorCode::kPermission));
  EXPECT_THAT(HttpServer::Bind("127.0.0.1", 65536, Site{}, {}), HasError(ErrorCode::kInvalidArgument));
}

TEST_F(HttpServerTest, StopsWithinASecondAlsoWithAClientThatWaits) {
  RawClient idle(server_->port());
  idle.Send("GET /x HTTP/1.1\r\n\r\n");
  const auto start = std::chrono::steady_clock::now();
  stop_ = true;
  thread_.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  EXPECT_LT(took.count(), 3.0);
  EXPECT_THAT(HttpGet(Url("/a")), HasError(ErrorCode::kNotFound));
  thread_ = std::thread([] {});
}

TEST_F(HttpServerTest, TheClientHasLimitsToo) {
  ClientLimits limits;
  limits.answer_bytes = 1000;
  EXPECT_THAT(HttpGet(Url("/large"), limits), HasError(ErrorCode::kResourceLimit));
  for (const char* url :
       {"", "x", "ftp://127.0.0.1/", "http://", "http:///x", "http://a b/", "127.0.0.1:80/x"}) {
    EXPECT_THAT(HttpGet(url), HasError(ErrorCode::kInvalidArgument)) << url;
  }
  EXPECT_THAT(HttpGet("http://127.0.0.1:1/x"), HasError(ErrorCode::kNotFound, HasSubstr("no answer")));
}

}  // namespace
}  // namespace cupel::application::server
