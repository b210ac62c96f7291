# The compiler's settings for all of our own targets; libraries come in as SYSTEM.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endif()

if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  add_compile_options(-march=x86-64-v2)
endif()

# WAMPD_SANITIZE is a list as -fsanitize takes it: "address,undefined", "thread". With clang, which needs half of g++'s time
# for it, and with lld: these programs are large, and it needs a quarter of the other linkers' time.
set(WAMPD_SANITIZE "" CACHE STRING "Sanitizers to build with (needs clang)")
if(WAMPD_SANITIZE)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "WAMPD_SANITIZE needs clang: add -DCMAKE_CXX_COMPILER=clang++, or take a preset")
  endif()
  find_program(WAMPD_LLD NAMES ld.lld)
  if(NOT WAMPD_LLD)
    message(FATAL_ERROR "WAMPD_SANITIZE needs lld: install the Debian package lld, as scripts/install-packages test does")
  endif()
  add_compile_options(-fsanitize=${WAMPD_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${WAMPD_SANITIZE} -fuse-ld=lld)
  add_compile_definitions(WAMPD_SANITIZED)
  if(WAMPD_SANITIZE MATCHES "address")
    add_compile_definitions(WAMPD_SANITIZED_ADDRESS)
  endif()
  if(WAMPD_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined
                        -fsanitize-ignorelist=${CMAKE_CURRENT_LIST_DIR}/sanitizer-ignorelist.txt)
  endif()
endif()

# Many sources are compiled as one, as much of the compiler's time goes into the same headers; in the dev preset fewer, so
# that one that was changed is there sooner. A name in an
# anonymous namespace is therefore the only one of its kind in its library. That each file compiles alone, too, is checked
# by scripts/check-alone.
option(WAMPD_UNITY "Compile several sources as one" ON)
set(WAMPD_UNITY_BATCH 24 CACHE STRING "How many")
if(WAMPD_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # It takes a .cc file that another one includes for a header, in which this would be a mistake.
  add_compile_options(-Wno-subobject-linkage)
endif()

# wampd_add_library(NAME ROOMS...): a static library of the .cc files in this folder and in these sub-folders, but
# main.cc, seen as "NAME/header.h" and "NAME/ROOM/header.h".
function(wampd_add_library name)
  set(folders ${CMAKE_CURRENT_SOURCE_DIR})
  list(APPEND folders ${ARGN})
  list(TRANSFORM folders APPEND "/*.cc")
  file(GLOB sources CONFIGURE_DEPENDS ${folders})
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  wampd_set_warnings(${name})
  wampd_batch(${name})
endfunction()

function(wampd_batch target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${WAMPD_UNITY} UNITY_BUILD_BATCH_SIZE ${WAMPD_UNITY_BATCH})
endfunction()

function(wampd_set_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Werror)
endfunction()
