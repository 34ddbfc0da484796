#include "sandbox/service/media_store.hpp"

#include "sandbox/types.hpp"
#include "whatsapp/crypto/digest.hpp"
#include "whatsapp/crypto/encoding.hpp"

#include <boost/json.hpp>

namespace waqtor::sandbox {

namespace {

HttpAnswer refuse(unsigned status, std::string_view why) {
    return {status, "application/json", boost::json::serialize(boost::json::object{{"error", why}})};
}

}   // namespace

HttpAnswer MediaStore::handle(HttpRequest const& request, std::string const& host) {
    auto answer = answer_at_once(request, host);
    answer.wait = wait;
    return answer;
}

HttpAnswer MediaStore::answer_at_once(HttpRequest const& request, std::string const& host) {
    auto const path = std::string_view{request.target}.substr(0, request.target.find('?'));
    if (request.method == "POST") return upload(path, request, host);
    auto const found = files_.find(path);
    if (found == files_.end()) return refuse(404, "no such file");
    if (request.method == "GET") {
        auto file = found->second;
        if (spoil && !file.empty()) file[file.size() / 2] = static_cast<char>(file[file.size() / 2] ^ 1);
        return {200, "application/octet-stream", std::move(file)};
    }
    if (request.method != "DELETE") return refuse(405, "method");
    files_.erase(found);
    return {200, "application/json", "{}"};
}

std::string MediaStore::put(std::string file) {
    auto const path = "/v/t62/" + std::to_string(++last_) + "_sandbox.enc";
    files_.emplace(path, std::move(file));
    return path + "?ccb=11-4";
}

std::optional<std::string> MediaStore::fetch(std::string_view direct_path) const {
    auto const found = files_.find(direct_path.substr(0, direct_path.find('?')));
    return found == files_.end() ? std::nullopt : std::optional{found->second};
}

HttpAnswer MediaStore::upload(std::string_view path, HttpRequest const& request, std::string const& host) {
    if (!path.starts_with("/mms/") || path.find('/', 5) == path.npos) return refuse(404, "not an upload path");
    if (request.target.find("auth=sandbox") == request.target.npos) return refuse(401, "auth");
    // The token names the uploaded bytes; a client that computed it wrongly must learn so.
    auto const token = path.substr(path.rfind('/') + 1);
    auto const hash = crypto::sha256(bytes_of(request.body));
    auto wanted = crypto::to_base64(hash, crypto::Base64::url_safe);
    if (token.substr(0, wanted.size()) != wanted) return refuse(400, "the token is not the hash of the file");
    auto const direct = put(request.body);
    auto const answer = boost::json::object{{"url", "https://" + host + direct},
                                            {"direct_path", direct},
                                            {"handle", std::to_string(last_)},
                                            {"object_id", std::to_string(last_)}};
    return {200, "application/json", boost::json::serialize(answer)};
}

}   // namespace waqtor::sandbox
