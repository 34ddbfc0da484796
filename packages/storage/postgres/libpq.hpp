#pragma once
#include "core/base/result.hpp"

#include <libpq-fe.h>

namespace waqtor::postgres {

/// The functions of libpq that we call, loaded when PostgreSQL is first used: linked, the library and its 20 dependencies would
/// cost every start of a SQLite installation about 5 MB and 5 ms.
struct Libpq {
    // clang-format off: it does not come to rest on this macro
#define WAQTOR_LIBPQ(X) \
    X(PQconnectdbParams) X(PQfinish) X(PQstatus) X(PQtransactionStatus) \
    X(PQerrorMessage) X(PQexec) X(PQprepare) \
    X(PQresultStatus) X(PQresultErrorField) X(PQclear) X(PQntuples) \
    X(PQnfields) X(PQgetisnull) X(PQgetvalue) X(PQgetlength) \
    X(PQcmdTuples) X(PQenterPipelineMode) X(PQexitPipelineMode) X(PQpipelineSync) \
    X(PQsendQueryPrepared) X(PQgetResult)
// clang-format on
#define WAQTOR_LIBPQ_MEMBER(name) decltype(&::name) name = nullptr;
    WAQTOR_LIBPQ(WAQTOR_LIBPQ_MEMBER)
#undef WAQTOR_LIBPQ_MEMBER
};

/// Code::unavailable when libpq is not installed. Safe to call from any thread.
Result<Libpq const*> libpq();

}   // namespace waqtor::postgres
