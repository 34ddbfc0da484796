# waqtor_embed(TARGET SYMBOL NAME=FILE...): compiles files into TARGET as `EmbeddedFile SYMBOL[]` (server/static/embedded.hpp), each with its
# gzip and brotli forms.

pkg_check_modules(brotli_encoder REQUIRED IMPORTED_TARGET libbrotlienc)
add_executable(waqtor_embed_tool ${PROJECT_SOURCE_DIR}/tools/embed/embed.cpp)
target_link_libraries(waqtor_embed_tool PRIVATE PkgConfig::brotli_encoder PkgConfig::sodium ZLIB::ZLIB)

function(waqtor_embed target symbol)
    set(output ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.cpp)
    set(files)
    foreach(pair ${ARGN})
        string(REGEX REPLACE "^[^=]*=" "" file "${pair}")
        list(APPEND files ${file})
    endforeach()
    add_custom_command(OUTPUT ${output} COMMAND waqtor_embed_tool ${output} ${symbol} ${ARGN} DEPENDS waqtor_embed_tool ${files} VERBATIM)
    target_sources(${target} PRIVATE ${output})
    set_source_files_properties(${output} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
endfunction()
