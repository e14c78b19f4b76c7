// SPDX-License-Identifier: Apache-2.0
// The client against servers that do not mean well: every request ends, in time and within its size, with
// one clear sentence.
#include "cupel/application/server/http_client.h"

#include "cupel/application/server/sockets_for_test.h"
#include "cupel/ledger/witness/add_checkpoint.h"

namespace cupel::application::server {
namespace {

using cupel::testing::HasError;
using ::testing::AnyOf;
using ::testing::HasSubstr;

ClientOptions Impatient() {
  ClientOptions options;
  options.timeout_ms = 400;
  options.answer_bytes = 1000;
  return options;
}

/// Reads a request's header, which all of these servers need.
void ReadHeader(int socket) {
  std::string read;
  char c = 0;
  while (read.find("\r\n\r\n") == std::string::npos && ::recv(socket, &c, 1, 0) == 1) read += c;
}

/// Answers with this text and closes.
ScriptedServer Answering(const std::string& text) {
  return ScriptedServer([text](int socket) {
    ReadHeader(socket);
    SendAll(socket, text);
  });
}

TEST(HttpClient, TakesAnswersOfAnyStatusAsTheyAre) {
  const ScriptedServer server =
      Answering("HTTP/1.1 418 Teapot\r\nContent-Type: text/x.tea\r\nContent-Length: 3\r\n\r\ntea");
  CUPEL_ASSERT_OK(const HttpReply reply, HttpGet(server.Url()));
  EXPECT_EQ(reply.status, 418);
  EXPECT_EQ(reply.content_type, "text/x.tea");
  EXPECT_EQ(reply.body, "tea");
}

TEST(HttpClient, RefusesWhatIsNoUrl) {
  for (const char* url :
       {"", "x", "ftp://127.0.0.1/", "http://", "http:///x", "http://a b/", "127.0.0.1:80/x"}) {
    EXPECT_THAT(HttpGet(url), HasError(ErrorCode::kInvalidArgument)) << url;
  }
}

TEST(HttpClient, SaysThatNobodyAnswers) {
  EXPECT_THAT(HttpGet("http://127.0.0.1:1/x"), HasError(ErrorCode::kNotFound, HasSubstr("no answer")));
  EXPECT_THAT(HttpGet("http://host.invalid/x"), HasError(ErrorCode::kNotFound, HasSubstr("no answer")));
}

TEST(HttpClient, DoesNotFollowRedirects) {
  const ScriptedServer other = Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
  const ScriptedServer server =
      Answering("HTTP/1.1 302 Found\r\nLocation: " + other.Url() + "\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(HttpGet(server.Url())->status, 302);
  EXPECT_EQ(other.accepted(), 0);
}

TEST(HttpClient, HoldsAnswersToTheirSize) {
  const auto answer = [](std::size_t size) {
    return Answering(
        fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", size, std::string(size, 'x')));
  };
  EXPECT_EQ(HttpGet(answer(1000).Url(), Impatient())->body.size(), 1000u);
  EXPECT_THAT(HttpGet(answer(1001).Url(), Impatient()),
              HasError(ErrorCode::kResourceLimit, HasSubstr("more than 1000 bytes")));
  const ScriptedServer endless([](int socket) {
    ReadHeader(socket);
    SendAll(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (SendAll(socket, "5\r\nabcde\r\n")) continue;
  });
  EXPECT_THAT(HttpGet(endless.Url(), Impatient()), HasError(ErrorCode::kResourceLimit));
}

/// Servers that send a little for ever, each time soon enough for any single wait.
TEST(HttpClient, EndsInTimeWhateverDrips) {
  const auto drip = [](const std::string& first, const std::string& piece) {
    return [first, piece](int socket) {
      ReadHeader(socket);
      SendAll(socket, first);
      for (int i = 0; i < 200 && SendAll(socket, piece); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
    };
  };
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::pair<std::string, std::string> dripping[] = {
      {"", "x"},                                                  // the status line
      {ok, "X: y\r\n"},                                           // headers
      {ok + "X: ", "y"},                                          // one header
      {ok + "Content-Length: 900\r\n\r\n", "x"},                  // the body
      {ok + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"},  // its chunks
      {ok + "Transfer-Encoding: chunked\r\n\r\n", "0"},           // the length of a chunk
  };
  for (const auto& [first, piece] : dripping) {
    const ScriptedServer server(drip(first, piece));
    const auto start = std::chrono::steady_clock::now();
    EXPECT_THAT(HttpGet(server.Url(), Impatient()),
                HasError(ErrorCode::kNotFound, HasSubstr("no answer: not within 400 ms")))
        << first << piece;
    EXPECT_LT(SecondsSince(start), 2.0) << first << piece;
  }
}

TEST(HttpClient, EndsInTimeWhenNothingComes) {
  const ScriptedServer server([](int) { std::this_thread::sleep_for(std::chrono::milliseconds(900)); });
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THAT(HttpGet(server.Url(), Impatient()), HasError(ErrorCode::kNotFound, HasSubstr("no answer")));
  EXPECT_LT(SecondsSince(start), 0.85);
}

TEST(HttpClient, SurvivesAServerThatHangsUp) {
  // Without waiting for the request: the system tells a writer by a signal that ends the process.
  const ScriptedServer server([](int socket) {
    const linger at_once{1, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  });
  for (int i = 0; i < 20; ++i) {
    EXPECT_THAT(HttpPost(server.Url(), std::string(200'000, 'x'), Impatient()),
                HasError(ErrorCode::kNotFound, HasSubstr("no answer")));
  }
}

TEST(HttpClient, RefusesNonsense) {
  for (const char* text : {"", "\r\n\r\n", "nonsense\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1\r\n\r\n",
                           "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    const ScriptedServer server = Answering(text);
    EXPECT_THAT(HttpGet(server.Url(), Impatient()),
                AnyOf(HasError(ErrorCode::kNotFound, HasSubstr("no answer")),
                      HasError(ErrorCode::kInternal, HasSubstr("the HTTP client failed"))))
        << text;
  }
}

TEST(PostToWitness, AsksOverOneConnectionWhileItIsKept) {
  const ScriptedServer server([](int socket) {
    // Two requests a connection, as a server does that lets go of its clients.
    for (int i = 0; i < 2; ++i) {
      ReadHeader(socket);
      char body[4];
      if (::recv(socket, body, 4, MSG_WAITALL) != 4) return;
      SendAll(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
  });
  const ledger::witness::Post post = PostToWitness(server.Url("/prefix/"));
  for (int i = 0; i < 6; ++i) {
    CUPEL_ASSERT_OK(const ledger::witness::Answer answer, post("body"));
    EXPECT_EQ(answer.body, "ok");
  }
  EXPECT_EQ(server.accepted(), 3);
}

TEST(PostToWitness, AsksAServerThatKeepsNothingAnewAndADeadOneNotForEver) {
  const ScriptedServer once = Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  const ledger::witness::Post post = PostToWitness(once.Url());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(post("")->body, "ok");
  int answered = 0;
  const ScriptedServer dies([&answered](int socket) {
    ReadHeader(socket);
    if (answered++ == 0) SendAll(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  const ledger::witness::Post last = PostToWitness(dies.Url());
  EXPECT_EQ(last("")->body, "ok");
  EXPECT_THAT(last(""), HasError(ErrorCode::kNotFound));
  EXPECT_LE(dies.accepted(), 3);
}

TEST(PostToWitness, AsksTheOneAddressUnderThePrefix) {
  for (const char* prefix : {"", "/", "/a", "/a/"}) {
    std::string line;
    const ScriptedServer server([&line](int socket) {
      char c = 0;
      while (!line.ends_with("\r\n") && ::recv(socket, &c, 1, 0) == 1) line += c;
      ReadHeader(socket);
      SendAll(socket,
              "HTTP/1.1 409 Conflict\r\nContent-Type: text/x.tlog.size\r\nContent-Length: 2\r\n\r\n5\n");
    });
    CUPEL_ASSERT_OK(const ledger::witness::Answer answer, PostToWitness(server.Url(prefix))("x"));
    EXPECT_EQ(answer, (ledger::witness::Answer{409, "text/x.tlog.size", "5\n"}));
    EXPECT_EQ(line, std::string(prefix).starts_with("/a") ? "POST /a/add-checkpoint HTTP/1.1\r\n"
                                                          : "POST /add-checkpoint HTTP/1.1\r\n");
  }
  EXPECT_THAT(PostToWitness("nowhere")("x"), HasError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace cupel::application::server
