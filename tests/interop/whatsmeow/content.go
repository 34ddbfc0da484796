package main

// Everything but plain text: files, edits, reactions, polls and the rest, both ways.

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

// What is needed of polls to vote on them and to name what was chosen.
type poll struct {
	info    types.MessageInfo
	choices []string
}

var (
	pollsLock sync.Mutex
	polls     = map[types.MessageID]poll{}
)

func keepPoll(info types.MessageInfo, created *waE2E.PollCreationMessage) []string {
	choices := []string{}
	for _, option := range created.GetOptions() {
		choices = append(choices, option.GetOptionName())
	}
	pollsLock.Lock()
	defer pollsLock.Unlock()
	polls[info.ID] = poll{info, choices}
	return choices
}

func pollOf(id types.MessageID) (poll, bool) {
	pollsLock.Lock()
	defer pollsLock.Unlock()
	found, ok := polls[id]
	return found, ok
}

func textIn(message *waE2E.Message) string {
	if text := message.GetConversation(); text != "" {
		return text
	}
	return message.GetExtendedTextMessage().GetText()
}

// tellContent is false when the message is plain text or nothing we tell of.
func tellContent(event *events.Message) bool {
	about := fields{"message": event.Info.ID, "chat": event.Info.Chat.String(), "from": event.Info.Sender.ToNonAD().String()}
	tell := func(name string, more fields) bool {
		for key, value := range more {
			about[key] = value
		}
		emit(name, about)
		return true
	}
	message := event.Message
	if protocol := message.GetProtocolMessage(); protocol != nil {
		switch protocol.GetType() {
		case waE2E.ProtocolMessage_REVOKE:
			return tell("revoke", fields{"target": protocol.GetKey().GetID()})
		case waE2E.ProtocolMessage_MESSAGE_EDIT:
			return tell("edit", fields{"target": protocol.GetKey().GetID(), "text": textIn(protocol.GetEditedMessage())})
		}
		return false
	}
	if reaction := message.GetReactionMessage(); reaction != nil {
		return tell("reaction", fields{"target": reaction.GetKey().GetID(), "emoji": reaction.GetText()})
	}
	created := message.GetPollCreationMessage()
	if created == nil {
		created = message.GetPollCreationMessageV3()
	}
	if created != nil {
		return tell("poll", fields{"question": created.GetName(), "choices": keepPoll(event.Info, created)})
	}
	if update := message.GetPollUpdateMessage(); update != nil {
		go tellVote(event, update)
		return true
	}
	if place := message.GetLocationMessage(); place != nil {
		return tell("location", fields{"latitude": place.GetDegreesLatitude(), "longitude": place.GetDegreesLongitude(), "name": place.GetName()})
	}
	if card := message.GetContactMessage(); card != nil {
		return tell("contact_card", fields{"name": card.GetDisplayName(), "vcard": card.GetVcard()})
	}
	return tellFile(event)
}

func tellVote(event *events.Message, update *waE2E.PollUpdateMessage) {
	vote, err := client.DecryptPollVote(context.Background(), event)
	if err != nil {
		emit("fault", fields{"reason": err.Error()})
		return
	}
	target := update.GetPollCreationMessageKey().GetID()
	known, _ := pollOf(target)
	chosen := []string{}
	for _, choice := range known.choices {
		hash := whatsmeow.HashPollOptions([]string{choice})[0]
		for _, one := range vote.GetSelectedOptions() {
			if bytes.Equal(one, hash) {
				chosen = append(chosen, choice)
			}
		}
	}
	emit("vote", fields{"target": target, "choices": chosen})
}

type file struct {
	kind, name, mime, caption string
	width, height             uint32
	thumbnail                 []byte
	message                   whatsmeow.DownloadableMessage
}

func fileIn(message *waE2E.Message) *file {
	switch {
	case message.GetImageMessage() != nil:
		one := message.GetImageMessage()
		return &file{kind: "image", mime: one.GetMimetype(), caption: one.GetCaption(), width: one.GetWidth(), height: one.GetHeight(),
			thumbnail: one.GetJPEGThumbnail(), message: one}
	case message.GetVideoMessage() != nil:
		one := message.GetVideoMessage()
		kind := "video"
		if one.GetGifPlayback() {
			kind = "gif"
		}
		return &file{kind: kind, mime: one.GetMimetype(), caption: one.GetCaption(), message: one}
	case message.GetAudioMessage() != nil:
		one := message.GetAudioMessage()
		kind := "audio"
		if one.GetPTT() {
			kind = "voice"
		}
		return &file{kind: kind, mime: one.GetMimetype(), message: one}
	case message.GetDocumentMessage() != nil:
		one := message.GetDocumentMessage()
		return &file{kind: "document", name: one.GetFileName(), mime: one.GetMimetype(), caption: one.GetCaption(), message: one}
	case message.GetStickerMessage() != nil:
		one := message.GetStickerMessage()
		return &file{kind: "sticker", mime: one.GetMimetype(), message: one}
	}
	return nil
}

// tellFile fetches the file, which the library checks.
func tellFile(event *events.Message) bool {
	found := fileIn(event.Message)
	if found == nil {
		return false
	}
	go func() {
		data, err := client.Download(context.Background(), found.message)
		if err != nil {
			emit("fault", fields{"reason": err.Error()})
			return
		}
		emit("media", fields{"message": event.Info.ID, "chat": event.Info.Chat.String(), "kind": found.kind, "name": found.name,
			"mime": found.mime, "caption": found.caption, "data": data, "width": found.width, "height": found.height, "thumbnail": found.thumbnail})
	}()
	return true
}

func send(wish request, message *waE2E.Message) (fields, error) {
	to, err := types.ParseJID(wish.To)
	if err != nil {
		return nil, err
	}
	sent, err := client.SendMessage(context.Background(), to, message)
	if err != nil {
		return nil, err
	}
	return fields{"message": sent.ID}, nil
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func sendMedia(wish request) (fields, error) {
	kinds := map[string]whatsmeow.MediaType{"image": whatsmeow.MediaImage, "sticker": whatsmeow.MediaImage, "video": whatsmeow.MediaVideo,
		"gif": whatsmeow.MediaVideo, "voice": whatsmeow.MediaAudio, "audio": whatsmeow.MediaAudio, "document": whatsmeow.MediaDocument}
	up, err := client.Upload(context.Background(), wish.Data, kinds[wish.Kind])
	if err != nil {
		return nil, err
	}
	message := &waE2E.Message{}
	switch wish.Kind {
	case "image":
		message.ImageMessage = &waE2E.ImageMessage{URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256,
			FileSHA256: up.FileSHA256, FileLength: &up.FileLength, Mimetype: &wish.Mime, Caption: optional(wish.Caption)}
	case "sticker":
		message.StickerMessage = &waE2E.StickerMessage{URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256,
			FileSHA256: up.FileSHA256, FileLength: &up.FileLength, Mimetype: &wish.Mime}
	case "video", "gif":
		message.VideoMessage = &waE2E.VideoMessage{URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256,
			FileSHA256: up.FileSHA256, FileLength: &up.FileLength, Mimetype: &wish.Mime, Caption: optional(wish.Caption),
			GifPlayback: proto.Bool(wish.Kind == "gif")}
	case "voice", "audio":
		message.AudioMessage = &waE2E.AudioMessage{URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256,
			FileSHA256: up.FileSHA256, FileLength: &up.FileLength, Mimetype: &wish.Mime, PTT: proto.Bool(wish.Kind == "voice")}
	case "document":
		message.DocumentMessage = &waE2E.DocumentMessage{URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256,
			FileSHA256: up.FileSHA256, FileLength: &up.FileLength, Mimetype: &wish.Mime, FileName: &wish.Name, Caption: optional(wish.Caption)}
	default:
		return nil, errors.New("no such kind of file: " + wish.Kind)
	}
	return send(wish, message)
}

func edit(wish request) (fields, error) {
	to, err := types.ParseJID(wish.To)
	if err != nil {
		return nil, err
	}
	return send(wish, client.BuildEdit(to, wish.Message, &waE2E.Message{Conversation: proto.String(wish.Text)}))
}

func react(wish request) (fields, error) {
	to, err := types.ParseJID(wish.To)
	if err != nil {
		return nil, err
	}
	author := types.EmptyJID // ours
	if !wish.FromMe {
		if author, err = types.ParseJID(wish.From); err != nil {
			return nil, err
		}
	}
	return send(wish, client.BuildReaction(to, author, wish.Message, wish.Emoji))
}

func revoke(wish request) (fields, error) {
	to, err := types.ParseJID(wish.To)
	if err != nil {
		return nil, err
	}
	return send(wish, client.BuildRevoke(to, types.EmptyJID, wish.Message))
}

func createPoll(wish request) (fields, error) {
	message := client.BuildPollCreation(wish.Question, wish.Choices, wish.Most)
	sent, err := send(wish, message)
	if err != nil {
		return nil, err
	}
	id := sent["message"].(types.MessageID)
	keepPoll(types.MessageInfo{ID: id}, message.GetPollCreationMessage())
	return sent, nil
}

func vote(wish request) (fields, error) {
	known, ok := pollOf(wish.Message)
	if !ok {
		return nil, errors.New("no such poll came in")
	}
	message, err := client.BuildPollVote(context.Background(), &known.info, wish.Choices)
	if err != nil {
		return nil, err
	}
	return send(wish, message)
}

func reply(wish request) (fields, error) {
	return send(wish, &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{
		Text: &wish.Text,
		ContextInfo: &waE2E.ContextInfo{StanzaID: &wish.Message, Participant: &wish.From,
			QuotedMessage: &waE2E.Message{Conversation: &wish.QuotedText}},
	}})
}

func location(wish request) (fields, error) {
	return send(wish, &waE2E.Message{LocationMessage: &waE2E.LocationMessage{
		DegreesLatitude: &wish.Latitude, DegreesLongitude: &wish.Longitude, Name: &wish.Name}})
}

func contactCard(wish request) (fields, error) {
	return send(wish, &waE2E.Message{ContactMessage: &waE2E.ContactMessage{DisplayName: &wish.Name, Vcard: &wish.Vcard}})
}

func played(wish request) (fields, error) {
	chat, err := types.ParseJID(wish.Chat)
	if err != nil {
		return nil, err
	}
	from, err := types.ParseJID(wish.From)
	if err != nil {
		return nil, err
	}
	return nil, client.MarkRead(context.Background(), []types.MessageID{wish.Message}, time.Now(), chat, from, types.ReceiptTypePlayed)
}

// context of a text: what it answers, whom it mentions, when it disappears.
func tellContext(line fields, message *waE2E.Message) fields {
	info := message.GetExtendedTextMessage().GetContextInfo()
	if info == nil {
		return line
	}
	if info.GetStanzaID() != "" {
		line["quoted"] = info.GetStanzaID()
		line["quoted_text"] = textIn(info.GetQuotedMessage())
	}
	if len(info.GetMentionedJID()) > 0 {
		line["mentions"] = info.GetMentionedJID()
	}
	if info.GetExpiration() > 0 {
		line["expires"] = info.GetExpiration()
	}
	return line
}
