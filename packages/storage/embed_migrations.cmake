# cmake -DFOLDER=... -DOUTPUT=... -P embed_migrations.cmake: writes every migrations/NNNN_name.sql into one C++ file, with its checksum.
file(GLOB files "${FOLDER}/*.sql")
list(SORT files)
set(rows "")
set(last 0)
foreach(path IN LISTS files)
    get_filename_component(name "${path}" NAME_WE)
    if(NOT name MATCHES "^([0-9][0-9][0-9][0-9])_([a-z0-9_]+)$")
        message(FATAL_ERROR "${name}.sql: a migration is called NNNN_name.sql")
    endif()
    set(label "${CMAKE_MATCH_2}")
    string(REGEX REPLACE "^0+" "" version "${CMAKE_MATCH_1}")
    if(NOT version GREATER last)
        message(FATAL_ERROR "${name}.sql: there is another migration ${version}")
    endif()
    set(last "${version}")
    file(SHA256 "${path}" checksum)
    file(READ "${path}" text)
    string(APPEND rows "    {${version}, \"${label}\", \"${checksum}\", R\"waqtor_sql(${text})waqtor_sql\"},\n")
endforeach()
file(WRITE "${OUTPUT}"
"// Made by embed_migrations.cmake from packages/storage/migrations.
#include \"storage/sql/migrations.hpp\"

namespace waqtor::sql {
namespace {
constexpr Migration kAll[] = {
${rows}};
}
std::span<Migration const> embedded_migrations() { return kAll; }
}
")
