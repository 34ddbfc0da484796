# waqtor_room(NAME [USES target...]): one room of packages/ as a static library and, when it has *_test.cpp files, the
# executable NAME_tests with each test registered in ctest. A room's pch.hpp is its precompiled header.

add_library(waqtor_test_main STATIC ${PROJECT_SOURCE_DIR}/cmake/compiled/test_main.cpp)
target_link_libraries(waqtor_test_main PUBLIC GTest::gtest GTest::gmock)

function(waqtor_tests target)
    cmake_parse_arguments(ARG "" "" "SOURCES;USES" ${ARGN})
    add_executable(${target} ${ARG_SOURCES})
    target_link_libraries(${target} PRIVATE waqtor_test_main ${ARG_USES})
    gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 600)
endfunction()

function(waqtor_room room)
    cmake_parse_arguments(ARG "" "" "USES" ${ARGN})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cpp)
    set(tests ${sources})
    list(FILTER sources EXCLUDE REGEX "_test\\.cpp$|/testing/|/fuzz/")
    list(FILTER tests INCLUDE REGEX "_test\\.cpp$|/testing/")

    add_library(${room} STATIC ${sources})
    target_include_directories(${room} PUBLIC ${PROJECT_SOURCE_DIR}/packages)
    target_link_libraries(${room} PUBLIC ${ARG_USES})
    target_precompile_headers(${room} PRIVATE pch.hpp)
    if(tests)
        waqtor_tests(${room}_tests SOURCES ${tests} USES ${room})
        target_precompile_headers(${room}_tests REUSE_FROM ${room})
    endif()
endfunction()

# waqtor_fuzz(ROOM): the room's libFuzzer targets, one for each fuzz/*.cpp, named after a kind of input from outside. They are part of
# the asan preset: build `fuzz_targets`, then `ctest -R ^fuzz` gives each WAQTOR_FUZZ_SECONDS.
option(WAQTOR_FUZZ "Build the libFuzzer targets" OFF)
set(WAQTOR_FUZZ_SECONDS 60 CACHE STRING "How long ctest runs each fuzz target")
set(WAQTOR_FUZZ_SEED 1 CACHE STRING "Where libFuzzer's chance starts, so that a finding comes again; 0 for another way each time")
if(WAQTOR_FUZZ)
    if(NOT WAQTOR_SANITIZE)
        message(FATAL_ERROR "WAQTOR_FUZZ needs WAQTOR_SANITIZE: without it a wrong access goes unnoticed")
    endif()
    add_custom_target(fuzz_targets)
endif()

# waqtor_fuzzed(ROOM): libFuzzer sees which way its code takes. The room's tests share its precompiled header, so they as well.
function(waqtor_fuzzed room)
    if(WAQTOR_FUZZ)
        target_compile_options(${room} PRIVATE -fsanitize=fuzzer-no-link)
        target_compile_options(${room}_tests PRIVATE -fsanitize=fuzzer-no-link)
    endif()
endfunction()

function(waqtor_fuzz room)
    if(NOT WAQTOR_FUZZ)
        return()
    endif()
    waqtor_fuzzed(${room})
    file(GLOB targets CONFIGURE_DEPENDS fuzz/*.cpp)
    foreach(source IN LISTS targets)
        get_filename_component(name ${source} NAME_WE)
        set(target ${room}_fuzz_${name})
        add_executable(${target} ${source})
        target_link_libraries(${target} PRIVATE ${room})
        target_link_options(${target} PRIVATE -fsanitize=fuzzer)
        add_dependencies(fuzz_targets ${target})
        # What is found goes to the build folder; the kept corpus is only read.
        file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/corpus/${name})
        add_test(NAME fuzz.${room}.${name} COMMAND ${target} -max_total_time=${WAQTOR_FUZZ_SECONDS} -seed=${WAQTOR_FUZZ_SEED} -rss_limit_mb=1024
            ${CMAKE_CURRENT_BINARY_DIR}/corpus/${name} ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${name})
        set_tests_properties(fuzz.${room}.${name} PROPERTIES TIMEOUT 600)
    endforeach()
endfunction()
