#include "router/main/check.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "router/access/explain.h"
#include "router/config/inventory.h"
#include "router/main/serve.h"

namespace router::program {
namespace {

int refuse_notices(const config::Config& config) {
  for (const config::Notice& notice : config.notices) complain(config::to_text(notice));
  return EXIT_FAILURE;
}

int explain(const config::Config& config, const Options& options) {
  Question question = options.question;
  question.authid = options.explain.at(0);
  question.action = options.explain.at(1);
  question.uri = options.explain.at(2);
  std::fputs(router::explain(config, question).c_str(), stdout);
  return EXIT_SUCCESS;
}

}  // namespace

int check(const Options& options) {
  const auto config = load(options);
  if (!options.explain.empty()) return explain(config, options);
  if (options.strict && !config.notices.empty()) return refuse_notices(config);
  for (const auto& notice : config.notices)
    if (!notice.is_left_out) std::printf("warning: %s\n", config::to_text(notice).c_str());
  std::fputs(config::to_text(config::inventory(config)).c_str(), stdout);
  std::fputs(config::left_out_table(config.notices).c_str(), stdout);
  return EXIT_SUCCESS;
}

std::string explain_file(const client::command::FileQuestion& asked) {
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
