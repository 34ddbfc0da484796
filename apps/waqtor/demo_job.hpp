#pragma once
#include "demo_report.hpp"
#include "house.hpp"
#include "sandbox/sandbox.hpp"

namespace waqtor::demo {

/// The main job on a running server against a sandbox: link, import, campaign, answers. The steps in the order a shop owner
/// takes them; each waits until what it does is done.
class Job {
public:
    /// Both outlive it.
    Job(House& house, sandbox::Sandbox& sandbox) : house_{house}, sandbox_{sandbox} {}

    /// An owner with a random password, which it gives.
    Result<std::string> open_shop();
    /// Links the shop's number by QR code, as its owner would with the phone.
    Result<void> link();
    /// People from the file (the sample when empty), each with a phone except a few per cent.
    Result<void> import(std::filesystem::path const& file);
    Result<void> teach_bot();
    /// Sends the campaign to everybody and waits until no more comes of it.
    Result<void> campaign();
    /// The rows of the file that brought nothing, each with its line and why.
    std::vector<std::string> const& rows_left_out() const { return rows_; }
    /// Compares what WaQtor has recorded with what the phones saw.
    Result<DemoReport> report();

private:
    Result<void> until(std::string_view what, std::function<Result<bool>()> done);
    Result<void> quiet();
    Result<void> note_rows(ImportId import);
    Result<std::vector<MessageRow>> messages(bool outgoing);
    Result<void> count(DemoReport& report);
    Result<void> reconcile(DemoReport& report);

    House& house_;
    sandbox::Sandbox& sandbox_;
    Caller owner_;
    SessionId session_;
    CampaignId campaign_;
    DemoContacts contacts_;
    std::vector<std::string> rows_;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}   // namespace waqtor::demo
