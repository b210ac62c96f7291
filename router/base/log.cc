#include "router/base/log.h"

#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include "router/base/clock.h"
#include "router/base/mutex.h"
#include "serializers/json/json_writer.h"
#include "text/hex.h"
#include "text/utf8.h"

namespace router::log {
namespace {

constexpr size_t max_line = 1000;  // bytes

struct Sink {
  // Not in the library's table of loggers: a program that has the router inside may have one of that name.
  std::shared_ptr<spdlog::logger> logger =
      std::make_shared<spdlog::logger>("wampd", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  Taker taker;  // none: standard error
  Format format = Format::text;
  bool is_journal = false;
  Mutex mutex{"the log"};
  Sampler sampler GUARDED_BY(mutex);

  Sink() { logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v"); }
};

Sink& sink() {
  // Never destroyed: a program may end while a router within it still logs.
  static Sink& instance = *new Sink;
  return instance;
}

spdlog::level::level_enum level_of(Level level) {
  constexpr std::array levels{spdlog::level::info, spdlog::level::warn, spdlog::level::err};
  return levels[static_cast<size_t>(level)];
}

// How bad a line is, for the journal (sd-daemon(3)).
std::string_view priority(Level level) {
  constexpr std::array<std::string_view, 3> priorities{"<6>", "<4>", "<3>"};
  return sink().is_journal ? priorities[static_cast<size_t>(level)] : "";
}

void write(Level level, std::string_view line, const wamp::Dict& facts) {
  spdlog::logger& logger = *sink().logger;
  if (!logger.should_log(level_of(level))) return;
  if (sink().taker) return sink().taker(level, printable(line));
  if (sink().format == Format::text)
    logger.log(level_of(level), "{}{}", priority(level), printable(line));
  else
    logger.log(level_of(level), "{}{}", priority(level),
               json_line(iso_8601(SystemClock().wall_time()), level, line, facts));
}

bool admits(Kind kind) {
  Sink& all = sink();
  const Lock lock(all.mutex);
  return all.sampler.admit(kind, SystemClock().now());
}

std::vector<Sampler::LeftOut> take_left_out() {
  Sink& all = sink();
  const Lock lock(all.mutex);
  return all.sampler.left_out(SystemClock().now());
}

std::string_view name(Kind kind) {
  constexpr std::array<std::string_view, kind_count> names{"connections", "refusals",      "failed logins",
                                                           "aborts",      "denials",       "lost messages",
                                                           "slow calls",  "lines of chaos"};
  return names[static_cast<size_t>(kind)];
}

// Strings in facts are what peers said, too.
wamp::Value cleaned(const wamp::Value& value) {
  const auto* text = value.get<std::string>();
  return text ? wamp::Value(printable(*text)) : value;
}

}  // namespace

std::string_view name(Level level) {
  constexpr std::array<std::string_view, 3> names{"info", "warning", "error"};
  return names[static_cast<size_t>(level)];
}

std::optional<Level> level_named(std::string_view wanted) {
  for (const Level level : {Level::info, Level::warning, Level::error})
    if (name(level) == wanted) return level;
  return std::nullopt;
}

void set_lowest_level(Level lowest) {
  sink().logger->set_level(level_of(lowest));
}

Level lowest_level() {
  for (const Level level : {Level::info, Level::warning})
    if (sink().logger->should_log(level_of(level))) return level;
  return Level::error;
}

// It says so with JOURNAL_STREAM=DEVICE:INODE (systemd.exec(5)).
bool writes_to_journal() {
  const char* const stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  return stream && ::fstat(STDERR_FILENO, &status) == 0 &&
         std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino) == stream;
}

std::string printable(std::string_view line) {
  std::string text;
  const std::string_view shown = line.substr(0, max_line);
  const char* const end = shown.data() + shown.size();
  for (const char* at = shown.data(); at < end;) {
    const auto byte = static_cast<unsigned char>(*at);
    const bool is_ascii = byte < 0x80;
    const size_t size = is_ascii ? 1 : text::utf8_sequence_length(at, end);
    if ((is_ascii && (byte < 0x20 || byte == 0x7F)) || size == 0) {
      text.append("\\x").append(text::to_hex({at, 1}));
      ++at;
    } else {
      text.append(at, size);
      at += size;
    }
  }
  return line.size() > max_line ? text + "..." : text;
}

std::string json_line(std::string_view time, Level level, std::string_view line, const wamp::Dict& facts) {
  wamp::Dict all{{"time", time}, {"level", name(level)}, {"message", printable(line)}};
  for (const wamp::DictEntry& fact : facts) all.append(fact.key, cleaned(fact.value));
  return serializers::json_text(all);
}

void configure(Format format, Level lowest) {
  Sink& all = sink();
  all.format = format;
  all.is_journal = writes_to_journal();
  // The journal has a time and a priority of its own.
  if (format == Format::json || all.is_journal) all.logger->set_pattern("%v");
  all.logger->set_level(level_of(lowest));
  const Lock lock(all.mutex);
  all.sampler = {};
}

void give_to(Taker taker) {
  sink().taker = std::move(taker);
}

void info(std::string_view line, const wamp::Dict& facts) {
  write(Level::info, line, facts);
}
void warning(std::string_view line, const wamp::Dict& facts) {
  write(Level::warning, line, facts);
}
void error(std::string_view line, const wamp::Dict& facts) {
  write(Level::error, line, facts);
}
void info(Kind kind, std::string_view line, const wamp::Dict& facts) {
  if (admits(kind)) write(Level::info, line, facts);
}
void warning(Kind kind, std::string_view line, const wamp::Dict& facts) {
  if (admits(kind)) write(Level::warning, line, facts);
}

void tell_left_out() {
  for (const Sampler::LeftOut& left_out : take_left_out())
    warning(std::to_string(left_out.lines) + " more lines on " + std::string(name(left_out.kind)) +
                " were left out in the last " + std::to_string(Sampler::report_interval.count()) + " s",
            {{"left_out", left_out.lines}, {"kind", name(left_out.kind)}});
}

}  // namespace router::log
