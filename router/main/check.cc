#include "router/main/check.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "router/access/explain.h"
#include "router/config/inventory.h"
#include "router/main/serve.h"

namespace router::program {
namespace {

void complain_of(const std::vector<config::Notice>& notices) {
  for (const config::Notice& notice : notices) complain(config::to_text(notice));
}

void print_warnings(const std::vector<config::Notice>& notices) {
  for (const auto& notice : notices)
    if (!notice.is_left_out) std::printf("warning: %s\n", config::to_text(notice).c_str());
}

// What has no effect is told with the faults, too, so that nobody hears of it only after the next repair.
config::Config load_telling_notices(const Options& options) {
  try {
    return load(options);
  } catch (const config::ConfigError& error) {
    if (options.strict) {
      complain_of(error.notices);
    } else {
      print_warnings(error.notices);
      std::fputs(config::left_out_table(error.notices).c_str(), stdout);
      std::fflush(stdout);  // before the faults, where both are one stream
    }
    throw;
  }
}

int explain(const config::Config& config, const Options& options) {
  Question question = options.question;
  question.authid = options.explain.at(0);
  question.action = options.explain.at(1);
  question.uri = options.explain.at(2);
  std::fputs(router::explain(config, question).find("text")->get<std::string>()->c_str(), stdout);
  return EXIT_SUCCESS;
}

}  // namespace

int check(const Options& options) {
  if (!options.explain.empty()) return explain(load(options), options);
  const auto config = load_telling_notices(options);
  if (options.strict && !config.notices.empty()) {
    complain_of(config.notices);
    return EXIT_FAILURE;
  }
  print_warnings(config.notices);
  std::fputs(config::to_text(config::inventory(config)).c_str(), stdout);
  std::fputs(config::left_out_table(config.notices).c_str(), stdout);
  return EXIT_SUCCESS;
}

wamp::Dict explain_file(const client::command::FileQuestion& asked) {
  Options options;
  options.config_file = asked.file;
  return router::explain(load(options), {.authid = asked.authid,
                                         .action = asked.action,
                                         .uri = asked.uri,
                                         .match = *wamp::match_policy(asked.match),
                                         .realm = asked.realm,
                                         .role = asked.role});
}

}  // namespace router::program
