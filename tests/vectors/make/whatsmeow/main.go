// Messages as whatsmeow writes them, among them votes it seals itself. To run: copy go.mod and go.sum of tests/interop/whatsmeow here,
// then `go run . > ../../messages_whatsmeow.json`. IVs and times differ from run to run.
package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"os"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

type object = map[string]any

// secrets gives every message the poll's secret.
type secrets struct {
	store.MsgSecretStore
	secret []byte
}

func (s secrets) GetMessageSecret(_ context.Context, _, sender types.JID, _ types.MessageID) ([]byte, types.JID, error) {
	return s.secret, sender, nil
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	me, lid := types.NewJID("15550100", types.DefaultUserServer), types.NewJID("100", types.HiddenUserServer)
	peer := types.NewJID("15550101", types.DefaultUserServer)
	group := types.NewJID("120363000000000001", types.GroupServer)
	secret := []byte("0123456789abcdef0123456789abcdef")
	choices := []string{"السبت", "الأحد", "لا أدري"}
	// The peer writes.
	cli := whatsmeow.NewClient(&store.Device{ID: &peer, LID: types.NewJID("101", types.HiddenUserServer), MsgSecrets: secrets{secret: secret}}, nil)
	var cases []object
	add := func(name string, chat types.JID, message *waE2E.Message, content any) {
		bytes := must(proto.MarshalOptions{Deterministic: true}.Marshal(message))
		cases = append(cases, object{"name": name, "chat": chat.String(), "sender": peer.String(), "message": hex.EncodeToString(bytes), "content": content})
	}
	target := func(id string, fromMe bool) object { return object{"id": id, "fromMe": fromMe} }

	add("conversation", peer, &waE2E.Message{Conversation: proto.String("مرحبا")}, object{"type": "text", "text": "مرحبا"})
	add("edit", peer, cli.BuildEdit(me, "HIS", &waE2E.Message{Conversation: proto.String("better")}),
		object{"type": "edit", "text": "better", "target": target("HIS", false)})
	add("reaction to me", peer, cli.BuildReaction(me, me, "MINE", "👍"), object{"type": "reaction", "emoji": "👍", "target": target("MINE", true)})
	add("reaction to himself", peer, cli.BuildReaction(me, peer, "HIS", ""), object{"type": "reaction", "emoji": "", "target": target("HIS", false)})
	add("revoke", peer, cli.BuildRevoke(me, types.EmptyJID, "HIS"), object{"type": "revoke", "target": target("HIS", false)})
	add("revoke by an admin", group, cli.BuildRevoke(group, lid, "MINE"),
		object{"type": "revoke", "target": object{"id": "MINE", "fromMe": true, "sender": lid.String()}})
	add("poll", peer, cli.BuildPollCreation("متى نجتمع؟", choices, 1),
		object{"type": "poll", "poll": object{"question": "متى نجتمع؟", "choices": choices, "most": 1}})
	source := func(chat, sender types.JID) *types.MessageInfo {
		return &types.MessageInfo{ID: "POLL", MessageSource: types.MessageSource{Chat: chat, Sender: sender, IsGroup: chat == group}}
	}
	add("vote by number", peer, must(cli.BuildPollVote(context.Background(), source(me, me), choices[1:])),
		object{"type": "poll_vote", "target": target("POLL", true), "choices": choices[1:]})
	add("vote in a group", group, must(cli.BuildPollVote(context.Background(), source(group, lid), choices[:1])),
		object{"type": "poll_vote", "target": object{"id": "POLL", "fromMe": true, "sender": lid.String()}, "choices": choices[:1]})
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", " ")
	if err := out.Encode(object{"me": me.String(), "me_lid": lid.String(), "sender_lid": "101@lid",
		"poll": object{"secret": hex.EncodeToString(secret), "choices": choices}, "cases": cases}); err != nil {
		panic(err)
	}
}
