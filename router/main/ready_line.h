// What the program says once it listens: all that a client needs, for people on the log and for programs in a
// file.
#pragma once

#include <string>
#include <vector>

#include "router/server/server.h"
#include "wamp/value.h"

namespace router::program {

// Of one transport: "listening on 127.0.0.1:8080 with 2 workers: ws://127.0.0.1:8080/ws (realm1), ...", and
// the same as facts: event ("listening"), address, port (none of a Unix domain socket), paths (type, path,
// url), realms.
struct ReadyLine {
  std::string text;
  wamp::Dict facts;
};
std::vector<ReadyLine> ready_lines(const Server& server);

// The facts as JSON, a line for each transport; the file is there with all its lines or not at all. Throws
// std::runtime_error.
void write_ports_file(const std::string& path, const std::vector<ReadyLine>& lines);
// What an earlier run has left there would be taken for this one's.
void remove_ports_file(const std::string& path);

}  // namespace router::program
