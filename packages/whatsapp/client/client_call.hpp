#pragma once
#include "whatsapp/client/client.hpp"

namespace waqtor::whatsapp {

class Client::Call {
public:
    explicit Call(Client& client) : client_{client} { ++client_.calls_; }
    Call(Call const&) = delete;
    Call& operator=(Call const&) = delete;
    ~Call() {
        if (--client_.calls_ == 0) client_.calls_done_.ring();
    }

private:
    Client& client_;
};

}   // namespace waqtor::whatsapp
