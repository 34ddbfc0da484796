// whatsmeow, unmodified, with many clients in one process on one SQLite file: the peer of bench/engine_load.cpp, spoken to the same way.
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
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	_ "github.com/mattn/go-sqlite3"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	waLog "go.mau.fi/whatsmeow/util/log"
	"google.golang.org/protobuf/proto"
)

type fields map[string]any

type request struct {
	ID      int
	Op      string
	URL     string
	CA      string
	Root    string
	Folder  string
	Count   int
	Session int
	Window  int
	To      []string
}

var (
	out       sync.Mutex
	answers   *os.File // the real stdout; libsignal writes its log there as well
	web       *http.Client
	container *sqlstore.Container
	clients   []*whatsmeow.Client
	received  atomic.Int64
	contacts  atomic.Int64
	working   atomic.Int64
)

func say(line fields) {
	text, _ := json.Marshal(line)
	out.Lock()
	defer out.Unlock()
	answers.Write(append(text, '\n'))
}

func start(wish *request) error {
	root, err := hex.DecodeString(wish.Root)
	if err != nil {
		return err
	}
	copy(whatsmeow.WACertPubKey[:], root)
	address, err := url.Parse(wish.URL)
	if err != nil {
		return err
	}
	pem, err := os.ReadFile(wish.CA)
	if err != nil {
		return err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	dialer := net.Dialer{Timeout: 10 * time.Second}
	web = &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, address.Host)
		},
	}}
	// As durable as ours: a write-ahead log that is synced with each commit.
	file := "file:" + wish.Folder + "/whatsmeow.db?_foreign_keys=on&_journal_mode=WAL&_synchronous=FULL&_busy_timeout=30000&_txlock=immediate"
	container, err = sqlstore.New(context.Background(), "sqlite3", file, waLog.Noop)
	return err
}

func add() error {
	which := len(clients)
	client := whatsmeow.NewClient(container.NewDevice(), waLog.Noop)
	client.EmitAppStateEventsOnFullSync = true
	client.SetPreLoginHTTPClient(web)
	client.SetWebsocketHTTPClient(web)
	client.SetMediaHTTPClient(web)
	client.AddEventHandler(func(event any) {
		switch event := event.(type) {
		case *events.Connected:
			working.Add(1)
			say(fields{"event": "open", "session": which})
		case *events.Disconnected:
			working.Add(-1)
		case *events.Contact:
			contacts.Add(1)
		case *events.Message:
			if event.Message.GetConversation() != "" || event.Message.GetExtendedTextMessage().GetText() != "" {
				received.Add(1)
			}
		}
	})
	clients = append(clients, client)
	codes, err := client.GetQRChannel(context.Background())
	if err != nil {
		return err
	}
	go func() {
		for code := range codes {
			if code.Event == whatsmeow.QRChannelEventCode {
				say(fields{"event": "qr", "session": which, "qr": code.Code})
			} else if code.Error != nil {
				say(fields{"event": "fault", "session": which, "reason": code.Error.Error()})
			}
		}
	}()
	return client.Connect()
}

// send offers Window texts at once; the library itself takes one after the other.
func send(wish *request) error {
	client := clients[wish.Session]
	var next atomic.Int64
	return together(max(wish.Window, 1), func() error {
		for i := int(next.Add(1)) - 1; i < wish.Count; i = int(next.Add(1)) - 1 {
			to, err := types.ParseJID(wish.To[i%len(wish.To)])
			if err != nil {
				return err
			}
			// Returns with the service's acknowledgement.
			text := fmt.Sprintf("Your order number %d is on its way", i)
			if _, err = client.SendMessage(context.Background(), to, &waE2E.Message{Conversation: proto.String(text)}); err != nil {
				return err
			}
		}
		return nil
	})
}

// together runs work that many times at once and returns what went wrong in any of them.
func together(count int, work func() error) error {
	faults := make(chan error, count)
	for range count {
		go func() { faults <- work() }()
	}
	var all error
	for range count {
		all = errors.Join(all, <-faults)
	}
	return all
}

func perform(wish *request) error {
	switch wish.Op {
	case "start":
		return start(wish)
	case "add":
		for range wish.Count {
			if err := add(); err != nil {
				return err
			}
		}
		return nil
	case "send":
		return send(wish)
	case "trim": // gives back what the collector keeps for later
		debug.FreeOSMemory()
		return nil
	case "counts":
		return nil
	}
	return fmt.Errorf("this program cannot do %s", wish.Op)
}

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
		go func() {
			if err := perform(&wish); err != nil {
				say(fields{"id": wish.ID, "error": err.Error()})
				return
			}
			say(fields{"id": wish.ID, "ok": true, "received": received.Load(), "working": working.Load(), "contacts": contacts.Load()})
		}()
	}
}
