// The program's log: one line per event, to standard error, as text or as JSON objects. Any thread.
//
// The one door to spdlog. Lines never contain payloads or secrets. What a peer said may be in them: control
// characters and what is not UTF-8 are escaped and long lines cut, so that nobody forges lines or fills the
// disk with one. A line of a Kind is one of those that a flood may bring: only some of them in each second
// are logged.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "router/base/log_sampler.h"
#include "wamp/value.h"

namespace router::log {

enum class Format : uint8_t { text, json };
enum class Level : uint8_t { info, warning, error };

std::string_view name(Level level);
// None: there is no such level.
std::optional<Level> level_named(std::string_view name);

// Systemd's journal reads standard error, and wants to know how bad a line is by "<3>" and the like before it
// (sd-daemon(3)).
bool writes_to_journal();

// Before other threads log. The default is text, from info on. No line has been left out yet.
void configure(Format format, Level lowest);

// From now on what is worse, or as bad, is logged. Any thread.
void set_lowest_level(Level lowest);
Level lowest_level();

// Gets the lines in the place of standard error, as text: from any thread, perhaps from several at a time. It
// must not throw. None: standard error again. While no other thread logs.
using Taker = std::function<void(Level level, std::string_view line)>;
void give_to(Taker taker);

// `facts` are fields of the JSON object, besides "time", "level" and "message"; a text line says itself what
// is to be known.
void info(std::string_view line, const wamp::Dict& facts = {});
void warning(std::string_view line, const wamp::Dict& facts = {});
void error(std::string_view line, const wamp::Dict& facts = {});
void info(Kind kind, std::string_view line, const wamp::Dict& facts = {});
void warning(Kind kind, std::string_view line, const wamp::Dict& facts = {});

// Says how many lines were left out. To be called once a second or so.
void tell_left_out();

// The line as it is written, as text and as JSON.
std::string printable(std::string_view line);
std::string json_line(std::string_view time, Level level, std::string_view line, const wamp::Dict& facts);

}  // namespace router::log
