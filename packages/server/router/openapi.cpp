#include "server/router/router.hpp"

#include <set>

namespace waqtor {
namespace detail {

json::object merged_schema(json::object fields, std::optional<json::object> data) {
    json::object properties{{"success", {{"const", true}}}};
    json::array required{"success"};
    if (data) {
        properties["data"] = *std::move(data);
        required.emplace_back("data");
    }
    if (fields.contains("properties"))
        for (auto& [name, schema] : fields["properties"].as_object()) properties[name] = std::move(schema);
    if (fields.contains("required"))
        for (auto& name : fields["required"].as_array()) required.push_back(std::move(name));
    return {{"type", "object"},
            {"properties", std::move(properties)},
            {"required", std::move(required)},
            {"additionalProperties", false}};
}

void append_pagination(std::string& out, std::int64_t total, PageRequest page, bool more) {
    out += R"(,"pagination":{"total":)";
    append_number(out, total);
    out += R"(,"limit":)";
    append_number(out, page.limit);
    out += R"(,"offset":)";
    append_number(out, page.offset);
    out += more ? R"(,"hasMore":true}})" : R"(,"hasMore":false}})";
}

json::object envelope_schema(json::object data) { return merged_schema({}, std::move(data)); }

json::object page_schema(json::object item) {
    auto const count = json::object{{"type", "integer"}, {"minimum", 0}};
    auto out = merged_schema({}, json::object{{"type", "array"}, {"items", std::move(item)}});
    out["properties"].as_object()["pagination"] = {
        {"type", "object"},
        {"properties", {{"total", count}, {"limit", count}, {"offset", count}, {"hasMore", {{"type", "boolean"}}}}},
        {"required", {"total", "limit", "offset", "hasMore"}},
        {"additionalProperties", false}};
    out["required"].as_array().emplace_back("pagination");
    return out;
}
}   // namespace detail

namespace {
constexpr std::string_view kSchemas = "#/components/schemas/";

json::object ref(std::string_view name) { return {{"$ref", std::string{kSchemas} + std::string{name}}}; }

json::object json_content(json::object schema) { return {{"application/json", {{"schema", std::move(schema)}}}}; }

json::object error_schema() {
    json::array codes;
    for (auto const& one : kErrors) codes.push_back(json::value(one.name));
    auto const text = json::object{{"type", "string"}};
    auto const problem = json::object{{"type", "object"},
                                      {"properties", {{"field", text}, {"problem", text}}},
                                      {"required", {"field", "problem"}},
                                      {"additionalProperties", false}};
    auto const error = json::object{{"type", "object"},
                                    {"properties",
                                     {{"code", {{"type", "string"}, {"enum", codes}}},
                                      {"message", text},
                                      {"details", {{"type", "array"}, {"items", problem}}}}},
                                    {"required", {"code", "message"}},
                                    {"additionalProperties", false}};
    return {{"type", "object"},
            {"properties", {{"success", {{"const", false}}}, {"error", error}, {"requestId", text}}},
            {"required", {"success", "error", "requestId"}},
            {"additionalProperties", false}};
}

/// Every failure the route can answer: its own and those the router gives for its shape.
std::set<Code> failures(Endpoint const& endpoint) {
    std::set<Code> out{endpoint.doc.errors.begin(), endpoint.doc.errors.end()};
    out.insert({Code::malformed, Code::rate_limited, Code::internal, Code::unavailable});
    if (endpoint.doc.access != Access::open) out.insert({Code::unauthenticated, Code::forbidden});
    if (!endpoint.path_names.empty()) out.insert(Code::not_found);
    if (endpoint.invoke && !endpoint.takes_body()) out.insert(Code::invalid);   // an unknown query parameter
    if (endpoint.takes_body()) out.insert({Code::invalid, Code::too_large, Code::timeout, Code::unsupported_media});
    return out;
}

json::object responses(Endpoint const& endpoint, SchemaSet& set) {
    json::object out;
    json::object success{{"description", endpoint.doc.success == 204 ? "Done; there is nothing to say" : "Done"}};
    if (endpoint.raw && !endpoint.output_schema)
        success["content"] = {{std::string{endpoint.raw_type}, {{"schema", {{"type", "string"}}}}}};
    else if (!endpoint.output_empty)
        success["content"] = json_content(endpoint.output_schema(set));
    out[std::to_string(endpoint.doc.success)] = std::move(success);

    std::map<unsigned, std::string> says;   // several codes share a status
    for (auto code : failures(endpoint)) {
        auto& text = says[row(code).http];
        if (!text.empty()) text += "; ";
        text += std::string{row(code).name} + ": " + std::string{row(code).says};
    }
    for (auto const& [status, text] : says)
        out[std::to_string(status)] = {{"description", text}, {"content", json_content(ref("Error"))}};
    return out;
}

/// A parameter is there or not; it has no way to say null.
json::object without_null(json::object schema) {
    if (schema.contains("anyOf")) return schema["anyOf"].as_array().front().as_object();
    if (!schema.contains("type") || !schema["type"].is_array()) return schema;
    schema["type"] = json::value(schema["type"].as_array().front());
    if (schema.contains("enum")) schema["enum"].as_array().pop_back();
    return schema;
}

json::array parameters(Endpoint const& endpoint, json::object const& input) {
    json::array out;
    if (endpoint.doc.idempotent)
        out.push_back({{"name", "Idempotency-Key"},
                       {"in", "header"},
                       {"required", false},
                       {"description", "The same key within 24 hours gives the same answer and does nothing twice"},
                       {"schema", {{"type", "string"}, {"maxLength", 255}}}});
    if (endpoint.raw)   // nothing but the path says what they are
        for (auto const& name : endpoint.path_names)
            out.push_back({{"name", name},
                           {"in", "path"},
                           {"required", true},
                           {"description", "Which one"},
                           {"schema", {{"type", "string"}, {"pattern", "^[A-Za-z0-9_-]{1,64}$"}}}});
    if (!input.contains("properties")) return out;
    auto const& properties = input.at("properties").as_object();
    for (auto const& field : endpoint.fields) {
        if (!field.in_path && endpoint.takes_body()) continue;
        auto schema = properties.at(field.name).as_object();
        json::object parameter{{"name", field.name},
                               {"in", field.in_path ? "path" : "query"},
                               {"required", field.in_path || !field.optional},
                               {"description", schema.at("description")}};
        schema.erase("description");
        if (field.kind == InputKind::list) parameter["explode"] = false;
        parameter["schema"] = without_null(std::move(schema));
        out.push_back(std::move(parameter));
    }
    return out;
}

/// The input without what stands in the path.
json::object body_schema(Endpoint const& endpoint, SchemaSet& set) {
    if (endpoint.path_names.empty()) return endpoint.input_ref(set);
    auto out = endpoint.input_schema(set);
    json::array required;
    for (auto const& field : endpoint.fields) {
        if (field.in_path)
            out["properties"].as_object().erase(field.name);
        else if (!field.optional)
            required.push_back(json::value(field.name));
    }
    out.erase("required");
    if (!required.empty()) out["required"] = std::move(required);
    return out;
}

json::array security(Endpoint const& endpoint) {
    json::array out;
    if (endpoint.doc.access == Access::open) return out;
    if (endpoint.doc.access == Access::local) out.push_back(json::object{});
    if (endpoint.doc.access != Access::login) out.push_back({{"apiKey", json::array{}}});
    out.push_back({{"bearer", json::array{}}});
    out.push_back({{"login", json::array{}}});
    return out;
}

json::object operation(Endpoint const& endpoint, SchemaSet& set) {
    json::object out{{"operationId", endpoint.doc.id}, {"summary", endpoint.doc.summary}, {"security", security(endpoint)}};
    if (!endpoint.doc.description.empty()) out["description"] = endpoint.doc.description;
    if (!endpoint.doc.tag.empty()) out["tags"] = json::array{json::value(endpoint.doc.tag)};
    if (endpoint.doc.scope) out["x-scope"] = enum_name(*endpoint.doc.scope);
    auto const input = endpoint.input_schema ? endpoint.input_schema(set) : json::object{};
    if (auto all = parameters(endpoint, input); !all.empty()) out["parameters"] = std::move(all);
    auto const in_body = [](InputField const& field) { return !field.in_path; };
    if (endpoint.takes_body() && std::ranges::any_of(endpoint.fields, in_body)) {
        auto const needed =
            std::ranges::any_of(endpoint.fields, [](InputField const& field) { return !field.in_path && !field.optional; });
        out["requestBody"] = {{"required", needed}, {"content", json_content(body_schema(endpoint, set))}};
    }
    if (endpoint.raw && endpoint.takes_body()) {
        auto const bytes = json::object{{"type", "string"}, {"format", "binary"}};
        auto const form = json::object{{"type", "object"}, {"properties", {{"file", bytes}}}, {"required", {"file"}}};
        out["requestBody"] = {
            {"required", true},
            {"content", {{"application/octet-stream", {{"schema", bytes}}}, {"multipart/form-data", {{"schema", form}}}}}};
    }
    out["responses"] = responses(endpoint, set);
    return out;
}

json::object security_schemes() {
    return {
        {"apiKey", {{"type", "apiKey"}, {"in", "header"}, {"name", "X-API-Key"}, {"description", "A key made in the dashboard"}}},
        {"bearer", {{"type", "http"}, {"scheme", "bearer"}, {"description", "A login's token, or an API key"}}},
        {"login",
         {{"type", "apiKey"},
          {"in", "cookie"},
          {"name", login_cookie_name(true)},
          {"description",
           "Set by the dashboard's login (waqtor_login without TLS). Requests that change something also need a "
           "matching Origin and the header X-Waqtor-Request: 1"}}}};
}
}   // namespace

json::object Router::openapi(std::string_view version) const {
    SchemaSet set{std::string{kSchemas}};
    json::object paths;
    std::set<std::string_view> tags;
    for (auto const& endpoint : endpoints_) {
        if (endpoint->doc.id.empty()) continue;
        if (!paths.contains(endpoint->pattern)) paths[endpoint->pattern] = json::object{};
        auto method = std::string{method_name(endpoint->method)};
        std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(c | 0x20); });
        paths[endpoint->pattern].as_object()[method] = operation(*endpoint, set);
        if (!endpoint->doc.tag.empty()) tags.insert(endpoint->doc.tag);
    }
    json::array tag_list;
    for (auto tag : tags) tag_list.push_back({{"name", tag}});
    auto schemas = set.definitions();
    schemas["Error"] = error_schema();
    return {{"openapi", "3.1.0"},
            {"info",
             {{"title", "WaQtor"},
              {"version", version},
              {"description", "Self-hosted WhatsApp server"},
              {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
            {"servers", json::array{{{"url", "/"}}}},
            {"tags", std::move(tag_list)},
            {"paths", std::move(paths)},
            {"components", {{"schemas", std::move(schemas)}, {"securitySchemes", security_schemes()}}}};
}

}   // namespace waqtor
