#include "server/router/multipart.hpp"
#include "server/routes/message_routes.hpp"
#include "server/routes/messages_23.hpp"

namespace waqtor {

struct BulkMediaFields {
    std::vector<BulkRecipient> recipients;
};
BOOST_DESCRIBE_STRUCT(BulkMediaFields, (), (recipients))
template <> inline constexpr std::array kFields<BulkMediaFields>{Field{"recipients", "Who gets what", 1, 1000}};

struct BulkMediaResult {
    std::string phone;
    bool success = false;
    std::optional<MessageId> message_id{};
    std::optional<std::string> error{};
    std::int64_t attachments_sent = 0;
};
BOOST_DESCRIBE_STRUCT(BulkMediaResult, (), (phone, success, message_id, error, attachments_sent))
template <>
inline constexpr std::array kFields<BulkMediaResult>{
    Field{"phone", "As given"},
    Field{"success", "Everything for them was accepted"},
    Field{"message_id", "The message with the text"},
    Field{"error", "Why not"},
    Field{"attachments_sent", "Files that were accepted"},
};

struct BulkMediaAnswer {
    std::int64_t total = 0;
    std::int64_t successful = 0;
    std::int64_t failed = 0;
    std::int64_t attachments = 0;
    std::vector<BulkMediaResult> results;
};
BOOST_DESCRIBE_STRUCT(BulkMediaAnswer, (), (total, successful, failed, attachments, results))
template <>
inline constexpr std::array kFields<BulkMediaAnswer>{
    Field{"total", "Recipients"},
    Field{"successful", "Recipients for whom all was accepted"},
    Field{"failed", "The others"},
    Field{"attachments", "Files for each"},
    Field{"results", "Of each recipient, in order"},
};

namespace {
constexpr std::size_t kMostAttachments = 5;

struct BulkForm {
    std::vector<BulkRecipient> recipients;
    std::vector<FormPart> attachments;
};

Result<BulkForm> read_bulk(Request const& request) {
    TRY(auto const parts, parse_form(request.header("content-type"), request.body));
    BulkForm out;
    std::string_view recipients;
    for (auto const& part : parts) {
        if (part.name == "recipients") recipients = part.body;
        if (part.name == "attachments") out.attachments.push_back(part);
    }
    if (out.attachments.empty() || out.attachments.size() > kMostAttachments) return invalid("attachments", "must be 1 to 5 files");
    if (recipients.empty()) return invalid("recipients", "is required: a JSON list");
    auto const list = parse_json(recipients);
    if (!list) return invalid("recipients", "must be a JSON list");
    TRY(auto fields, read_json<BulkMediaFields>(json::object{{"recipients", *list}}));
    out.recipients = std::move(fields.recipients);
    return out;
}

/// Every recipient gets every file; the first has the text.
std::vector<SendMessage> wishes_of(std::vector<BulkRecipient> const& recipients, std::vector<StoredMedia> const& files) {
    std::vector<SendMessage> out;
    for (auto const& one : recipients)
        for (auto const& file : files) {
            SendMessage wish{.to = one.phone, .media = MediaWish{.file = file.file, .name = file.name}};
            if (&file == &files.front()) {
                wish.text = one.message;
                wish.variables = one.rest;
            }
            out.push_back(std::move(wish));
        }
    return out;
}

BulkMediaAnswer answer_of(std::vector<BulkRecipient> const& recipients, BulkAnswer const& sent, std::size_t files) {
    BulkMediaAnswer out{.total = std::ssize(recipients), .attachments = static_cast<std::int64_t>(files), .results = {}};
    auto at = sent.results.begin();
    for (auto const& one : recipients) {
        BulkMediaResult result{.phone = one.phone, .success = true, .message_id = at->message_id};
        for (std::size_t i = 0; i < files; ++i, ++at) {
            result.attachments_sent += at->success ? 1 : 0;
            if (at->success) continue;
            result.success = false;
            result.error = at->error;
        }
        ++(result.success ? out.successful : out.failed);
        out.results.push_back(std::move(result));
    }
    return out;
}

Task<Response> send_bulk(MessageDesk& desk, MediaService& media, Caller who, Request const& request) {
    auto const key = std::string{request.header("idempotency-key")};
    if (key.size() > 255) co_return invalid("Idempotency-Key", "must have at most 255 characters");
    CO_TRY(auto const form, read_bulk(request));
    std::vector<StoredMedia> files;
    for (auto const& part : form.attachments) {
        auto name = part.file_name.empty() ? std::nullopt : std::optional{std::string{part.file_name.substr(0, 255)}};
        CO_TRY(auto stored,
               co_await media.store(who.workspace, std::string{part.body}, std::string{part.content_type}, std::move(name), ""));
        files.push_back(std::move(stored));
    }
    CO_TRY(auto const sent, co_await desk.send_all(std::move(who), wishes_of(form.recipients, files), key));
    Response out{.status = 202};
    OutputOf<BulkMediaAnswer>::write(out.body, answer_of(form.recipients, sent, files.size()));
    co_return out;
}
}   // namespace

void declare_bulk_media_routes(Router& api, MessageDesk& desk, MediaService& media) {
    api.post_file<BulkMediaAnswer>(
        "/api/messages/send-bulk-with-media",
        {.id = "messages.sendBulkWithMedia",
         .summary = "Send files to many (as in 2.3): `recipients` as JSON, up to five `attachments`",
         .tag = "Messages",
         .scope = Scope::messages_send,
         .success = 202,
         .errors = {Code::unsupported_media, Code::not_found, Code::conflict},
         .body_limit = MediaService::kLargest + (1U << 20U),
         .idempotent = true},
        [&](Caller who, Request const& request) { return send_bulk(desk, media, std::move(who), request); });
}

}   // namespace waqtor
