# The compiler, its flags and the sanitizers. One place: rooms add nothing of their own.

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    message(FATAL_ERROR "GCC ${CMAKE_CXX_COMPILER_VERSION} miscompiles temporaries in coroutines; "
                        "use clang-19 (make setup installs it) or GCC 13 and later.")
endif()

string(REPLACE clang++ clang WAQTOR_C_COMPILER "${CMAKE_CXX_COMPILER}")   # for Go's C: a bare machine has no cc

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

set(WAQTOR_SANITIZE "" CACHE STRING "Value for -fsanitize=, e.g. address,undefined or thread")

find_program(CCACHE ccache)
if(CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wno-missing-designated-field-initializers -Werror
    -fPIE -fstack-protector-strong -fno-omit-frame-pointer
    # Lets ccache serve objects that use a precompiled header, and makes the file independent of its folder.
    $<$<CXX_COMPILER_ID:Clang>:-Xclang> $<$<CXX_COMPILER_ID:Clang>:-fno-pch-timestamp>)
add_link_options(-fuse-ld=lld -pie -Wl,--gc-sections -Wl,-z,relro,-z,now)
add_compile_options(-ffunction-sections -fdata-sections)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
    add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
    add_link_options(-Wl,--icf=safe -Wl,-z,pack-relative-relocs)
    # Beast keeps the full name of every template an error passed through; nothing here prints it.
    add_compile_definitions(BOOST_DISABLE_CURRENT_LOCATION)
    # Asio's templates inlined into each other are most of the program: a tenth of the usual threshold halves code and build time.
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
        add_compile_options("SHELL:-mllvm -inline-threshold=25")
    endif()
endif()
if(WAQTOR_SANITIZE)
    add_compile_options(-fsanitize=${WAQTOR_SANITIZE} -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${WAQTOR_SANITIZE})
endif()
