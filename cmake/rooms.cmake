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
