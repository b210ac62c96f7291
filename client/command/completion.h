// What may stand at the end of a command line that is still being written: shells ask it when a key is
// pressed (packaging/completions/).
//
// All of it is read from the description that the program parses its command line with, so there is nothing
// to forget.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace client::command {

// `words` are those behind the program's name, as the shell has them; the last one is the word that is begun,
// perhaps empty. The answer has a line "WORD<TAB>what it is" for each word that begins so, without the
// "--option=" that may stand before a value. A line ":files" or ":folders" stands for all names of files or
// folders. `app` is as it is before it parses. Where nothing is known the answer is empty.
std::string complete(CLI::App& app, const std::vector<std::string>& words);

}  // namespace client::command
