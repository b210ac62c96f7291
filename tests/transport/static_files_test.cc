#include "transport/http/static_files.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "transport/http/request_head.h"

namespace transport {
namespace {

namespace fs = std::filesystem;

class StaticFiles : public testing::Test {
 protected:
  StaticFiles() {
    std::string pattern = (fs::temp_directory_path() / "static_files_XXXXXX").string();
    outside = ::mkdtemp(pattern.data());
    directory = outside / "web";
    fs::create_directory(directory);
    write("index.html", "<home>");
  }
  ~StaticFiles() override { fs::remove_all(outside); }

  void write(const std::string& name, const std::string& content) const {
    fs::create_directories((directory / name).parent_path());
    std::ofstream(directory / name, std::ios::binary) << content;
  }
  HttpResponse get(std::string_view path, const std::string& header = {},
                   const std::string& value = {}) const {
    HttpRequest request;
    request.method = "GET";
    if (!header.empty()) request.headers.emplace_back(header, value);
    request.path = std::string(asked_under).append(path);
    request.query = query;
    return static_file({directory.string(), own_types, cache_timeout_s, lists_directories, default_file},
                       path, request);
  }
  static std::string header(const HttpResponse& response, std::string_view name) {
    for (const auto& [key, value] : response.headers)
      if (key == name) return value;
    return "";
  }

  fs::path outside;
  fs::path directory;
  MediaTypes own_types;
  uint32_t cache_timeout_s = 0;
  bool lists_directories = false;
  std::string default_file;
  std::string asked_under = "/files/";  // where the directory is, for clients
  std::string query;
};

TEST_F(StaticFiles, AFileIsServedWithItsType) {
  const std::vector<std::pair<std::string, std::string>> types = {
      {"a.html", "text/html; charset=utf-8"},
      {"a.js", "text/javascript; charset=utf-8"},
      {"a.mjs", "text/javascript; charset=utf-8"},
      {"a.css", "text/css; charset=utf-8"},
      {"a.svg", "image/svg+xml"},
      {"a.png", "image/png"},
      {"a.json", "application/json"},
      {"a.wasm", "application/wasm"},
      {"a.txt", "text/plain; charset=utf-8"},
      {"a.nobody-knows", "application/octet-stream"}};
  for (const auto& [name, type] : types) {
    write(name, std::string("content\0of ", 11) + name);
    const HttpResponse response = get("/" + name);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.content_type, type);
    EXPECT_EQ(response.body, std::string("content\0of ", 11) + name);
  }
}

TEST_F(StaticFiles, ADirectoryMeansItsIndex) {
  write("sub/index.html", "<sub>");
  EXPECT_EQ(get("").body, "<home>");
  EXPECT_EQ(get("/").body, "<home>");
  EXPECT_EQ(get("sub/").body, "<sub>");
  EXPECT_EQ(get("sub/").content_type, "text/html; charset=utf-8");
}

TEST_F(StaticFiles, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(get("absent.html").status, 404);
  EXPECT_EQ(get("index.html/").status, 404);
  EXPECT_EQ(static_file({(outside / "nowhere").string()}, "index.html", {}).status, 404);
}

TEST_F(StaticFiles, MayHaveTypesOfTheirOwn) {
  own_types = {{"html", "text/html; charset=latin1"}, {"nobody-knows", "text/x-mine"}};
  write("a.nobody-knows", "");
  EXPECT_EQ(get("").content_type, "text/html; charset=latin1");
  EXPECT_EQ(get("a.nobody-knows").content_type, "text/x-mine; charset=utf-8");
}

TEST_F(StaticFiles, AreKeptByClientsThatAskWhetherTheyAreTheSame) {
  const HttpResponse whole = get("");
  EXPECT_EQ(header(whole, "Cache-Control"), "no-cache");
  const HttpResponse same = get("", "if-none-match", header(whole, "ETag"));
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(header(same, "ETag"), header(whole, "ETag"));
  EXPECT_EQ(header(same, "Cache-Control"), "no-cache");
  EXPECT_EQ(get("", "if-modified-since", header(whole, "Last-Modified")).status, 304);
  const auto before = fs::last_write_time(directory / "index.html");
  write("index.html", "<HOME>");
  fs::last_write_time(directory / "index.html", before + std::chrono::seconds(1));
  EXPECT_EQ(get("", "if-none-match", header(whole, "ETag")).body, "<HOME>");
  EXPECT_EQ(get("", "if-modified-since", header(whole, "Last-Modified")).body, "<HOME>");
}

TEST_F(StaticFiles, AreKeptByClientsAsLongAsIsConfigured) {
  cache_timeout_s = 3600;
  EXPECT_EQ(header(get(""), "Cache-Control"), "public, max-age=3600");
  EXPECT_EQ(header(get("absent.html"), "Cache-Control"), "");
}

TEST_F(StaticFiles, AreGivenInParts) {
  const HttpResponse part = get("", "range", "bytes=1-4");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "home");
  EXPECT_EQ(part.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(header(part, "Content-Range"), "bytes 1-4/6");
  const HttpResponse none = get("", "range", "bytes=6-");
  EXPECT_EQ(none.status, 416);
  EXPECT_EQ(header(none, "Content-Range"), "bytes */6");
}

TEST_F(StaticFiles, NoPathLeadsOutOfTheDirectory) {
  std::ofstream(outside / "secret.txt") << "secret";
  for (const char* path :
       {"../secret.txt", "/../secret.txt", "sub/../../secret.txt", "..", "/..", "//../secret.txt"}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
  EXPECT_EQ(get((outside / "secret.txt").string()).status, 404);
}

TEST_F(StaticFiles, ADirectoryThatBeginsWithTheSameNameIsOutside) {
  fs::create_directory(outside / "web-private");
  std::ofstream(outside / "web-private" / "a.txt") << "secret";
  fs::create_symlink("../web-private", directory / "link");
  EXPECT_EQ(get("link/a.txt").status, 404);
}

TEST_F(StaticFiles, LinksThatStayInsideAreFollowed) {
  fs::create_symlink("index.html", directory / "home.html");
  EXPECT_EQ(get("home.html").body, "<home>");
}

TEST_F(StaticFiles, LinksThatLeadOutAreNotFollowed) {
  std::ofstream(outside / "secret.txt") << "secret";
  fs::create_symlink(outside / "secret.txt", directory / "a.txt");
  EXPECT_EQ(get("a.txt").status, 404);
}

TEST_F(StaticFiles, HiddenFilesAreNotServed) {
  write(".git/config", "hidden");
  write(".env", "hidden");
  fs::create_symlink(".env", directory / "env.txt");
  for (const char* path : {".env", ".git/config", "/.env", "env.txt"})
    EXPECT_EQ(get(path).status, 404) << path;
}

TEST_F(StaticFiles, SpecialFilesAreNotServed) {
  ASSERT_EQ(::mkfifo((directory / "fifo.txt").c_str(), 0600), 0);
  EXPECT_EQ(get("fifo.txt").status, 404);
  fs::create_directory(directory / "folder.txt");
  EXPECT_EQ(get("folder.txt").status, 404);
}

TEST_F(StaticFiles, FilesOverTwoMegabytesAreNotServed) {
  write("large.bin", std::string(2 * 1024 * 1024, 'x'));
  EXPECT_EQ(get("large.bin").body.size(), 2u * 1024 * 1024);
  write("large.bin", std::string(2 * 1024 * 1024 + 1, 'x'));
  EXPECT_EQ(get("large.bin").status, 404);
  EXPECT_EQ(get("large.bin").body, "files of more than 2097152 bytes are not served here\n");
}

TEST_F(StaticFiles, ADefaultFileIsInThePlaceOfWhatIsNotThere) {
  default_file = "index.html";
  EXPECT_EQ(get("absent").status, 200);
  EXPECT_EQ(get("absent/too").body, "<home>");
  EXPECT_EQ(get("absent").content_type, "text/html; charset=utf-8");
  default_file = "../secret.txt";
  std::ofstream(outside / "secret.txt") << "secret";
  EXPECT_EQ(get("absent").status, 404);
}

// ---- directories without a slash

TEST_F(StaticFiles, ADirectoryWithoutASlashLeadsToTheOneWithIt) {
  write("sub/deep/index.html", "<deep>");
  const HttpResponse response = get("sub/deep");
  EXPECT_EQ(response.status, 301);
  EXPECT_EQ(header(response, "Location"), "deep/") << "from there, under whatever prefix of a proxy";
  EXPECT_EQ(header(response, "Cache-Control"), "no-cache");
  default_file = "index.html";
  EXPECT_EQ(get("sub/deep").status, 301);
  EXPECT_EQ(get("sub").body, "<home>") << "it has nothing to see";
  default_file = "sub/deep";
  EXPECT_EQ(get("absent").status, 404);
}

TEST_F(StaticFiles, ARedirectKeepsTheQuery) {
  write("sub/index.html", "<sub>");
  query = "a=1&b=%20/?:";
  EXPECT_EQ(header(get("sub"), "Location"), "sub/?a=1&b=%20/?:");
  query = "a\nSet-Cookie: b";
  EXPECT_EQ(header(get("sub"), "Location"), "sub/");
}

TEST_F(StaticFiles, ARedirectStaysOnItsHost) {
  for (const char* name : {"evil", "a:b", "\\evil", "a b", "a\nb: c"})
    write(std::string(name) + "/index.html", "");
  for (const auto& [path, location] :
       std::vector<std::pair<std::string, std::string>>{{"//evil", "evil/"},
                                                        {"a:b", "a%3Ab/"},
                                                        {"/\\evil", "%5Cevil/"},
                                                        {"a b", "a%20b/"},
                                                        {"a\nb: c", "a%0Ab%3A%20c/"}}) {
    asked_under = path.starts_with('/') ? "" : "/";
    EXPECT_EQ(header(get(path), "Location"), location) << path;
  }
}

TEST_F(StaticFiles, NothingIsToldOfDirectoriesThatAreNotServed) {
  write(".git/index.html", "");
  write("empty/.env", "");
  fs::create_directory(outside / "secrets");
  std::ofstream(outside / "secrets" / "index.html") << "secret";
  fs::create_symlink("../secrets", directory / "out");
  fs::create_symlink(".git", directory / "git");
  write("half/a.txt", "");
  fs::create_symlink("../../secrets/index.html", directory / "half" / "index.html");
  write("no page/index.html/a.txt", "");
  for (const bool lists : {false, true}) {
    lists_directories = lists;
    for (const char* path : {".git", "git", "out", "half", "no page", "../secrets", "..", "half/.."})
      EXPECT_EQ(get(path).status, 404) << path;
  }
  lists_directories = false;
  EXPECT_EQ(get("empty").status, 404);
}

TEST_F(StaticFiles, ALinkToADirectoryIsOne) {
  write("sub/index.html", "<sub>");
  fs::create_symlink("sub", directory / "link");
  EXPECT_EQ(header(get("link"), "Location"), "link/");
  EXPECT_EQ(get("link/").body, "<sub>");
}

// ---- lists of directories

class Lists : public StaticFiles {
 protected:
  Lists() {
    lists_directories = true;
    fs::remove(directory / "index.html");
  }
  // What a client asks for that follows the links of a page.
  std::vector<std::string> links(std::string_view path = "") const {
    std::vector<std::string> all;
    const std::string page = get(path).body, begin = "<a href=\"";
    for (size_t at = page.find(begin); at != page.npos; at = page.find(begin, at)) {
      at += begin.size();
      all.push_back(page.substr(at, page.find('"', at) - at));
    }
    return all;
  }
};

TEST_F(Lists, HaveFilesAndFoldersByName) {
  write("b.txt", "b");
  write("a/c.txt", "c");
  EXPECT_EQ(links(), (std::vector<std::string>{"a/", "b.txt"}));
  EXPECT_EQ(links("a/"), (std::vector<std::string>{"../", "c.txt"}));
  EXPECT_EQ(get("").content_type, "text/html; charset=utf-8");
  EXPECT_EQ(header(get(""), "Cache-Control"), "no-cache");
  EXPECT_NE(get("a/").body.find("<title>Index of /a/</title>"), std::string::npos);
}

TEST_F(Lists, AreThereOnlyIfTheyAreWantedAndThereIsNoIndex) {
  write("a/b.txt", "b");
  EXPECT_EQ(get("a/").status, 200);
  EXPECT_EQ(get("b/").status, 404);
  write("a/index.html", "<a>");
  EXPECT_EQ(get("a/").body, "<a>");
  fs::remove(directory / "a" / "index.html");
  lists_directories = false;
  EXPECT_EQ(get("a/").status, 404);
}

TEST_F(Lists, LeadToTheirFilesFromAPathWithoutASlash) {
  write("a.txt", "a");
  asked_under = "/my files";
  EXPECT_EQ(links(), std::vector<std::string>{"my%20files/a.txt"});
}

TEST_F(Lists, HaveNothingThatIsNotServed) {
  write(".env", "hidden");
  write("plain.txt", "");
  std::ofstream(outside / "secret.txt") << "secret";
  fs::create_directory(outside / "secrets");
  fs::create_symlink(outside / "secret.txt", directory / "out.txt");
  fs::create_symlink("../secrets", directory / "out");
  fs::create_symlink(".env", directory / "env.txt");
  fs::create_symlink("nowhere", directory / "nowhere.txt");
  fs::create_symlink("plain.txt", directory / "inside.txt");
  fs::create_symlink(".", directory / "again");
  ASSERT_EQ(::mkfifo((directory / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(links(), (std::vector<std::string>{"inside.txt", "plain.txt"}));
  EXPECT_EQ(get("out/").status, 404);
  EXPECT_EQ(get("../secrets/").status, 404);
  EXPECT_EQ(get(".git/").status, 404);
}

TEST_F(Lists, AreTextHoweverFilesAreCalled) {
  const std::vector<std::string> names = {"<script>alert(1)<",   "\"onclick=\"alert(1)", "'&amp;",
                                          "javascript:alert(1)", "a b%20c?d#e",          "\xff\xfe",
                                          "line\nfeed",          "\u202Etxt.exe",        "\\..\\"};
  for (const std::string& name : names) write(name, "of " + name);
  const std::string page = get("").body;
  for (const char* wrong :
       {"<script", "\"onclick", "'&amp;<", "javascript:alert(1)\"", "\xff", "line\nfeed", "\u202E"})
    EXPECT_EQ(page.find(wrong), std::string::npos) << wrong;
  EXPECT_NE(page.find("<bdi>&#60;script&#62;alert(1)&#60;</bdi>"), std::string::npos);
  EXPECT_EQ(header(get(""), "Content-Security-Policy"), "default-src 'none'");
  const auto all = links();
  EXPECT_EQ(all.size(), names.size());
  for (const std::string& link : all) {
    const auto path = percent_decoded(link);
    ASSERT_TRUE(path) << link;
    EXPECT_EQ(get(*path).body, "of " + *path);
  }
  write("<b>/a.txt", "");
  EXPECT_NE(get("<b>/").body.find("<title>Index of /&#60;b&#62;/</title>"), std::string::npos);
}

TEST_F(Lists, SayThatThereIsMoreThanTheyShow) {
  for (int i = 0; i < 1000; ++i) write("many/" + std::to_string(i), "");
  EXPECT_EQ(links("many/").size(), 1001u) << "and the folder above";
  EXPECT_EQ(get("many/").body.find("There is more"), std::string::npos);
  write("many/1000", "");
  EXPECT_EQ(links("many/").size(), 1001u);
  EXPECT_NE(get("many/").body.find("<p>There is more: only 1000 entries are looked at, "), std::string::npos);
}

TEST_F(Lists, HaveFewerLinksAsTheyAreDearer) {
  write("a.txt", "");
  fs::create_directory(directory / "many");
  for (int i = 0; i < 100; ++i) fs::create_symlink("../a.txt", directory / "many" / std::to_string(i));
  EXPECT_EQ(links("many/").size(), 101u) << "and the folder above";
  EXPECT_EQ(get("many/").body.find("There is more"), std::string::npos);
  fs::create_symlink("../a.txt", directory / "many" / "100");
  EXPECT_EQ(links("many/").size(), 101u);
  EXPECT_NE(get("many/").body.find("and a symbolic link counts as 10.</p>"), std::string::npos);
}

TEST_F(Lists, AreWhereADirectoryWithoutASlashLeadsTo) {
  write("a/b/c.txt", "c");
  EXPECT_EQ(get("a/b").status, 301);
  EXPECT_EQ(header(get("a/b"), "Location"), "b/");
  lists_directories = false;
  EXPECT_EQ(get("a/b").status, 404);
}

}  // namespace
}  // namespace transport
