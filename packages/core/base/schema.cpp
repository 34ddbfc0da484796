#include "core/base/schema.hpp"

namespace waqtor::detail {

json::object text_schema(Field const* field) {
    json::object out{{"type", "string"}};
    if (!field) return out;
    if (field->min != kNoMinimum) out["minLength"] = field->min;
    if (field->max != kNoMaximum) out["maxLength"] = field->max;
    if (auto const* row = format_row(field->format)) {
        if (!row->name.empty()) out["format"] = row->name;
        out["pattern"] = row->pattern;
    }
    return out;
}

json::object number_schema(Field const* field, std::int64_t low, std::int64_t high) {
    json::object out{{"type", "integer"}};
    if (field && field->min != kNoMinimum) low = std::max(low, field->min);
    if (field && field->max != kNoMaximum) high = std::min(high, field->max);
    out["minimum"] = low;
    out["maximum"] = high;
    return out;
}

void limit_items(json::object& schema, Field const* field) {
    if (!field) return;
    if (field->min != kNoMinimum) schema["minItems"] = field->min;
    if (field->max != kNoMaximum) schema["maxItems"] = field->max;
}

}   // namespace waqtor::detail
