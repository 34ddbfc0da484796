// whatsmeow, unmodified, as a process: one JSON request per line on stdin ({"id", "op", …}), one answer per line on stdout ({"id", "ok"} or
// {"id", "error"}), and events ({"event", …}) in between. The end of stdin is the end of the process.
package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"

	_ "github.com/mattn/go-sqlite3"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/appstate"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	waLog "go.mau.fi/whatsmeow/util/log"
	"google.golang.org/protobuf/proto"
)

type fields map[string]any

type request struct {
	ID      int      `json:"id"`
	Op      string   `json:"op"`
	URL     string   `json:"url"`
	CA      string   `json:"ca"`
	Root    string   `json:"root"`
	To      string   `json:"to"`
	Text    string   `json:"text"`
	Chat    string   `json:"chat"`
	Message string   `json:"message"`
	From    string   `json:"from"`
	Subject string   `json:"subject"`
	Group   string   `json:"group"`
	Members []string `json:"members"`
	Number  string   `json:"number"`
	Name    string   `json:"name"`
	Data    []byte   `json:"data"`

	Kind       string   `json:"kind"`
	Mime       string   `json:"mime"`
	Caption    string   `json:"caption"`
	FromMe     bool     `json:"from_me"`
	Emoji      string   `json:"emoji"`
	Question   string   `json:"question"`
	Choices    []string `json:"choices"`
	Most       int      `json:"most"`
	QuotedText string   `json:"quoted_text"`
	Latitude   float64  `json:"latitude"`
	Longitude  float64  `json:"longitude"`
	Vcard      string   `json:"vcard"`
}

var (
	out     sync.Mutex
	client  *whatsmeow.Client
	answers *os.File // the real stdout; libsignal writes its log there as well
)

func say(line fields) {
	text, _ := json.Marshal(line)
	out.Lock()
	defer out.Unlock()
	answers.Write(append(text, '\n'))
}

func emit(event string, line fields) {
	if line == nil {
		line = fields{}
	}
	line["event"] = event
	say(line)
}

// toSandbox trusts only the sandbox's authority and dials its address whatever host is asked for.
func toSandbox(address string, ca string) (*http.Client, error) {
	pem, err := os.ReadFile(ca)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("no certificate in " + ca)
	}
	dialer := net.Dialer{Timeout: 10 * time.Second}
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, address)
		},
	}}, nil
}

func start(wish request) (fields, error) {
	root, err := hex.DecodeString(wish.Root)
	if err != nil || len(root) != 32 {
		return nil, errors.New("root must be 32 bytes in hex")
	}
	copy(whatsmeow.WACertPubKey[:], root)
	address, err := url.Parse(wish.URL)
	if err != nil {
		return nil, err
	}
	web, err := toSandbox(address.Host, wish.CA)
	if err != nil {
		return nil, err
	}

	log := waLog.Noop
	if os.Getenv("WAQTOR_PEER_DEBUG") == "1" {
		log = toStderr{}
	}
	ctx := context.Background()
	container, err := sqlstore.New(ctx, "sqlite3", "file:peer?mode=memory&cache=shared&_foreign_keys=on", log)
	if err != nil {
		return nil, err
	}
	client = whatsmeow.NewClient(container.NewDevice(), log)
	client.EmitAppStateEventsOnFullSync = true
	client.SetPreLoginHTTPClient(web)
	client.SetWebsocketHTTPClient(web)
	client.SetMediaHTTPClient(web)
	client.AddEventHandler(handle)
	codes, err := client.GetQRChannel(ctx)
	if err != nil {
		return nil, err
	}
	go func() {
		for code := range codes {
			if code.Event == whatsmeow.QRChannelEventCode {
				emit("qr", fields{"qr": code.Code})
			} else if code.Error != nil {
				emit("closed", fields{"reason": code.Error.Error()})
			}
		}
	}()
	go func() {
		if err := client.Connect(); err != nil {
			emit("closed", fields{"reason": err.Error()})
		}
	}()
	return nil, nil
}

func handle(event any) {
	switch event := event.(type) {
	case *events.PairSuccess:
		emit("paired", fields{"jid": event.ID.String(), "lid": event.LID.String()})
	case *events.PairError:
		emit("closed", fields{"reason": event.Error.Error()})
	case *events.Connected:
		emit("open", fields{"jid": client.Store.GetJID().String(), "lid": client.Store.GetLID().String()})
	case *events.Disconnected:
		emit("closed", fields{"reason": "disconnected"})
	case *events.LoggedOut:
		emit("closed", fields{"reason": "logged out " + event.Reason.String()})
	case *events.ClientOutdated:
		emit("closed", fields{"reason": "failure 405"})
	case *events.UndecryptableMessage:
		emit("unreadable", fields{"message": event.Info.ID, "chat": event.Info.Chat.String()})
	case *events.Message:
		if tellContent(event) {
			return
		}
		text := textIn(event.Message)
		if text == "" {
			return
		}
		emit("text", tellContext(fields{"text": text, "message": event.Info.ID, "chat": event.Info.Chat.String(),
			"from": event.Info.Sender.String(), "from_me": event.Info.IsFromMe}, event.Message))
	case *events.Receipt:
		kind := string(event.Type)
		if kind == "" {
			kind = "delivered"
		}
		for _, id := range event.MessageIDs {
			emit("receipt", fields{"message": id, "type": kind, "from": event.Sender.String()})
		}
	case *events.ChatPresence:
		emit("presence", fields{"chat": event.Chat.String(), "type": string(event.State)})
	case *events.HistorySync:
		text, messages := "", 0
		for _, chat := range event.Data.GetConversations() {
			for _, one := range chat.GetMessages() {
				messages++
				if text == "" {
					text = one.GetMessage().GetMessage().GetConversation()
				}
			}
		}
		emit("history", fields{"chats": len(event.Data.GetConversations()), "messages": messages, "text": text})
	case *events.Contact:
		emit("contact", fields{"contact": event.JID.String(), "name": event.Action.GetFullName()})
	case *events.Mute:
		emit("muted", fields{"chat": event.JID.String(), "on": event.Action.GetMuted()})
	case *events.JoinedGroup:
		emit("group", fields{"group": event.JID.String(), "subject": event.Name})
	}
}

func pairingCode(wish request) (fields, error) {
	code, err := client.PairPhone(context.Background(), wish.Number, true, whatsmeow.PairClientChrome, "Chrome (Linux)")
	if err != nil {
		return nil, err
	}
	return fields{"code": code}, nil
}

func mute(wish request) (fields, error) {
	chat, err := types.ParseJID(wish.Chat)
	if err != nil {
		return nil, err
	}
	return nil, client.SendAppState(context.Background(), appstate.BuildMute(chat, true, 8*time.Hour))
}

func sendText(wish request) (fields, error) {
	return send(wish, &waE2E.Message{Conversation: proto.String(wish.Text)})
}

func read(wish request) (fields, error) {
	chat, err := types.ParseJID(wish.Chat)
	if err != nil {
		return nil, err
	}
	from, err := types.ParseJID(wish.From)
	if err != nil {
		return nil, err
	}
	return nil, client.MarkRead(context.Background(), []types.MessageID{wish.Message}, time.Now(), chat, from)
}

func createGroup(wish request) (fields, error) {
	members := make([]types.JID, 0, len(wish.Members))
	for _, text := range wish.Members {
		member, err := types.ParseJID(text)
		if err != nil {
			return nil, err
		}
		members = append(members, member)
	}
	group, err := client.CreateGroup(context.Background(), whatsmeow.ReqCreateGroup{Name: wish.Subject, Participants: members})
	if err != nil {
		return nil, err
	}
	return fields{"group": group.JID.String()}, nil
}

func groupInfo(wish request) (fields, error) {
	group, err := types.ParseJID(wish.Group)
	if err != nil {
		return nil, err
	}
	info, err := client.GetGroupInfo(context.Background(), group)
	if err != nil {
		return nil, err
	}
	members := []string{}
	for _, member := range info.Participants {
		members = append(members, member.JID.String())
	}
	return fields{"subject": info.Name, "members": members}, nil
}

func onWhatsApp(wish request) (fields, error) {
	answers, err := client.IsOnWhatsApp(context.Background(), []string{"+" + wish.Number})
	if err != nil {
		return nil, err
	}
	return fields{"exists": len(answers) == 1 && answers[0].IsIn}, nil
}

func away(request) (fields, error) {
	client.Disconnect()
	return nil, nil
}

func back(request) (fields, error) {
	return nil, client.Connect()
}

var operations = map[string]func(request) (fields, error){
	"start": start, "mute": mute, "code": pairingCode, "send_text": sendText, "read": read, "create_group": createGroup, "group_info": groupInfo,
	"on_whatsapp": onWhatsApp, "away": away, "back": back, "send_media": sendMedia, "edit": edit, "react": react, "revoke": revoke,
	"poll": createPoll, "vote": vote, "reply": reply, "location": location, "contact_card": contactCard, "played": played,
}

func answer(wish request) {
	operation, known := operations[wish.Op]
	if !known {
		say(fields{"id": wish.ID, "error": "this driver cannot do " + wish.Op})
		return
	}
	line, err := operation(wish)
	if err != nil {
		say(fields{"id": wish.ID, "error": err.Error()})
		return
	}
	if line == nil {
		line = fields{}
	}
	line["id"] = wish.ID
	line["ok"] = true
	say(line)
}

type toStderr struct{}

func (toStderr) Errorf(form string, args ...any) { fmt.Fprintf(os.Stderr, "E "+form+"\n", args...) }
func (toStderr) Warnf(form string, args ...any)  { fmt.Fprintf(os.Stderr, "W "+form+"\n", args...) }
func (toStderr) Infof(form string, args ...any)  { fmt.Fprintf(os.Stderr, "I "+form+"\n", args...) }
func (toStderr) Debugf(form string, args ...any) { fmt.Fprintf(os.Stderr, "D "+form+"\n", args...) }
func (log toStderr) Sub(string) waLog.Logger     { return log }

func main() {
	answers, os.Stdout = os.Stdout, os.Stderr
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var wish request
		if err := json.Unmarshal(lines.Bytes(), &wish); err != nil {
			say(fields{"error": err.Error()})
			continue
		}
		go answer(wish)
	}
}
