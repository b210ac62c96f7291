// A file for its owner's eyes only.
#pragma once

#include <filesystem>
#include <string_view>

namespace client::command {

// A whole new file in the place of the old one, or the old one stays: then a std::runtime_error says why.
void write_for_owner_only(const std::filesystem::path& file, std::string_view text);

}  // namespace client::command
