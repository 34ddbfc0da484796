// A device made of whatsmeow's Signal library, unmodified: the same requests and answers as ../../signal_peer.mjs. One JSON request per
// line on stdin, one answer per line on stdout. Everything it keeps goes through its stored form.
package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/libsignal/groups"
	groupRecord "go.mau.fi/libsignal/groups/state/record"
	"go.mau.fi/libsignal/keys/identity"
	"go.mau.fi/libsignal/keys/prekey"
	"go.mau.fi/libsignal/logger"
	"go.mau.fi/libsignal/protocol"
	"go.mau.fi/libsignal/serialize"
	"go.mau.fi/libsignal/session"
	"go.mau.fi/libsignal/state/record"
	"go.mau.fi/libsignal/util/keyhelper"
	"go.mau.fi/libsignal/util/optional"
)

type fields map[string]any

type request struct {
	Op        string
	Plaintext string
	Bytes     string
	Prekey    bool
	Rotate    bool
	Bundle    struct {
		RegistrationID uint32  `json:"registration_id"`
		Identity       string  `json:"identity"`
		SignedID       uint32  `json:"signed_id"`
		Signed         string  `json:"signed"`
		Signature      string  `json:"signature"`
		OneTimeID      *uint32 `json:"one_time_id"`
		OneTime        string  `json:"one_time"`
	}
}

var (
	ctx    = context.Background()
	format = serialize.NewProtoBufSerializer()
	peer   = protocol.NewSignalAddress("peer", 0)
	me     = protocol.NewSignalAddress("me", 0)
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func raw(text string) []byte { return must(hex.DecodeString(text)) }

func key(text string) ecc.ECPublicKeyable { return must(ecc.DecodePoint(raw(text), 0)) }

// The state of the device: keys, the session record towards its only peer, and sender keys. All in stored form.
type device struct {
	identity     *identity.KeyPair
	registration uint32
	signed       *record.SignedPreKey
	prekeys      map[uint32]*record.PreKey
	lastPrekey   uint32
	stored       []byte
	senderKeys   map[string][]byte
}

func (d *device) GetIdentityKeyPair() *identity.KeyPair { return d.identity }
func (d *device) GetLocalRegistrationID() uint32        { return d.registration }
func (d *device) SaveIdentity(context.Context, *protocol.SignalAddress, *identity.Key) error {
	return nil
}
func (d *device) IsTrustedIdentity(context.Context, *protocol.SignalAddress, *identity.Key) (bool, error) {
	return true, nil
}

func (d *device) LoadPreKey(_ context.Context, id uint32) (*record.PreKey, error) {
	return d.prekeys[id], nil
}
func (d *device) StorePreKey(_ context.Context, id uint32, made *record.PreKey) error {
	d.prekeys[id] = made
	return nil
}
func (d *device) ContainsPreKey(_ context.Context, id uint32) (bool, error) {
	_, found := d.prekeys[id]
	return found, nil
}
func (d *device) RemovePreKey(_ context.Context, id uint32) error {
	delete(d.prekeys, id)
	return nil
}

func (d *device) LoadSignedPreKey(_ context.Context, id uint32) (*record.SignedPreKey, error) {
	if id != d.signed.ID() {
		return nil, nil
	}
	return d.signed, nil
}
func (d *device) LoadSignedPreKeys(context.Context) ([]*record.SignedPreKey, error) {
	return []*record.SignedPreKey{d.signed}, nil
}
func (d *device) StoreSignedPreKey(context.Context, uint32, *record.SignedPreKey) error {
	return errors.New("has its own")
}
func (d *device) ContainsSignedPreKey(_ context.Context, id uint32) (bool, error) {
	return id == d.signed.ID(), nil
}
func (d *device) RemoveSignedPreKey(context.Context, uint32) error { return errors.New("is needed") }

func (d *device) LoadSession(context.Context, *protocol.SignalAddress) (*record.Session, error) {
	if d.stored == nil {
		return record.NewSession(format.Session, format.State), nil
	}
	return record.NewSessionFromBytes(d.stored, format.Session, format.State)
}
func (d *device) StoreSession(_ context.Context, _ *protocol.SignalAddress, sessions *record.Session) error {
	d.stored = sessions.Serialize()
	return nil
}
func (d *device) ContainsSession(context.Context, *protocol.SignalAddress) (bool, error) {
	return d.stored != nil, nil
}
func (d *device) GetSubDeviceSessions(context.Context, string) ([]uint32, error) { return nil, nil }
func (d *device) DeleteSession(context.Context, *protocol.SignalAddress) error {
	d.stored = nil
	return nil
}
func (d *device) DeleteAllSessions(context.Context) error {
	d.stored = nil
	return nil
}

func (d *device) LoadSenderKey(_ context.Context, name *protocol.SenderKeyName) (*groupRecord.SenderKey, error) {
	stored, found := d.senderKeys[name.Sender().String()]
	if !found {
		return groupRecord.NewSenderKey(format.SenderKeyRecord, format.SenderKeyState), nil
	}
	return groupRecord.NewSenderKeyFromBytes(stored, format.SenderKeyRecord, format.SenderKeyState)
}
func (d *device) StoreSenderKey(_ context.Context, name *protocol.SenderKeyName, keys *groupRecord.SenderKey) error {
	d.senderKeys[name.Sender().String()] = keys.Serialize()
	return nil
}

func (d *device) builder() *session.Builder { return session.NewBuilderFromSignal(d, peer, format) }
func (d *device) cipher() *session.Cipher   { return session.NewCipher(d.builder(), peer) }

// The library tries a message on every session of the record and keeps the ratchet steps of the attempts that failed, which spoils those
// sessions once another one fits. Real clients heal that by a retry; here each session is offered alone, so that nothing is spoilt.
func (d *device) decryptWithOneOf(sessions *record.Session, message *protocol.SignalMessage) []byte {
	before := sessions.Structure()
	all := append([]*record.StateStructure{before.SessionState}, before.PreviousStates...)
	refused := errors.New("no session")
	for i := range all {
		// States are changed in place: each attempt reads its own copy.
		copies := must(record.NewSessionFromBytes(sessions.Serialize(), format.Session, format.State)).Structure()
		own := append([]*record.StateStructure{copies.SessionState}, copies.PreviousStates...)
		alone := must(record.NewSessionFromStructure(&record.SessionStructure{SessionState: own[i]}, format.Session, format.State))
		plaintext, _, err := d.cipher().DecryptWithRecord(ctx, alone, message)
		if err != nil {
			refused = err
			continue
		}
		after := &record.SessionStructure{SessionState: alone.Structure().SessionState}
		for j := range all {
			if j != i {
				after.PreviousStates = append(after.PreviousStates, all[j])
			}
		}
		d.stored = must(record.NewSessionFromStructure(after, format.Session, format.State)).Serialize()
		return plaintext
	}
	panic(refused)
}

func (d *device) decrypt(bytes []byte, prekey bool) []byte {
	sessions := must(d.LoadSession(ctx, peer))
	if !prekey {
		if sessions.IsFresh() {
			panic("no session")
		}
		return d.decryptWithOneOf(sessions, must(protocol.NewSignalMessageFromBytes(bytes, format.SignalMessage)))
	}
	message := must(protocol.NewPreKeySignalMessageFromBytes(bytes, format.PreKeySignalMessage, format.SignalMessage))
	used := must(d.builder().Process(ctx, sessions, message))
	plaintext := d.decryptWithOneOf(sessions, message.WhisperMessage())
	if !used.IsEmpty {
		d.RemovePreKey(ctx, used.Value)
	}
	return plaintext
}

func groupName(sender *protocol.SignalAddress) *protocol.SenderKeyName {
	return protocol.NewSenderKeyName("120363000000000001@g.us", sender)
}

func (d *device) groups() *groups.SessionBuilder { return groups.NewGroupSessionBuilder(d, format) }
func (d *device) groupCipher(sender *protocol.SignalAddress) *groups.GroupCipher {
	return groups.NewGroupCipher(d.groups(), groupName(sender), d)
}

func (d *device) bundle() fields {
	d.lastPrekey++
	pair := must(ecc.GenerateKeyPair())
	d.prekeys[d.lastPrekey] = record.NewPreKey(d.lastPrekey, pair, format.PreKeyRecord)
	signature := d.signed.Signature()
	return fields{
		"registration_id": d.registration, "identity": hex.EncodeToString(d.identity.PublicKey().Serialize()),
		"signed_id": d.signed.ID(), "signed": hex.EncodeToString(d.signed.KeyPair().PublicKey().Serialize()),
		"signature":   hex.EncodeToString(signature[:]),
		"one_time_id": d.lastPrekey, "one_time": hex.EncodeToString(pair.PublicKey().Serialize()),
	}
}

func (d *device) start(asked *request) fields {
	theirs := &asked.Bundle
	id, oneTime := optional.NewEmptyUint32(), ecc.ECPublicKeyable(nil)
	if theirs.OneTimeID != nil {
		id, oneTime = optional.NewOptionalUint32(*theirs.OneTimeID), key(theirs.OneTime)
	}
	bundle := prekey.NewBundle(theirs.RegistrationID, 0, id, theirs.SignedID, oneTime, key(theirs.Signed), [64]byte(raw(theirs.Signature)),
		identity.NewKey(key(theirs.Identity)))
	if err := d.builder().ProcessBundle(ctx, bundle); err != nil {
		panic(err) // a wrong signature among others
	}
	return fields{"signature_ok": true}
}

func (d *device) answer(asked *request) fields {
	switch asked.Op {
	case "bundle":
		return d.bundle()
	case "start":
		return d.start(asked)
	case "encrypt":
		message := must(d.cipher().Encrypt(ctx, raw(asked.Plaintext)))
		return fields{"prekey": message.Type() == protocol.PREKEY_TYPE, "bytes": hex.EncodeToString(message.Serialize())}
	case "decrypt":
		return fields{"plaintext": hex.EncodeToString(d.decrypt(raw(asked.Bytes), asked.Prekey))}
	case "group_distribution":
		if asked.Rotate {
			delete(d.senderKeys, me.String())
		}
		return fields{"bytes": hex.EncodeToString(must(d.groups().Create(ctx, groupName(me))).Serialize())}
	case "group_accept":
		message := must(protocol.NewSenderKeyDistributionMessageFromBytes(raw(asked.Bytes), format.SenderKeyDistributionMessage))
		if err := d.groups().Process(ctx, groupName(peer), message); err != nil {
			panic(err)
		}
		return fields{}
	case "group_encrypt":
		message := must(d.groupCipher(me).Encrypt(ctx, raw(asked.Plaintext)))
		return fields{"bytes": hex.EncodeToString(message.(*protocol.SenderKeyMessage).SignedSerialize())}
	case "group_decrypt":
		message := must(protocol.NewSenderKeyMessageFromBytes(raw(asked.Bytes), format.SenderKeyMessage))
		return fields{"plaintext": hex.EncodeToString(must(d.groupCipher(peer).Decrypt(ctx, message)))}
	}
	panic("unknown operation: " + asked.Op)
}

// What the library refuses, and what it falls over, is an answer like any other.
func (d *device) guarded(asked *request) (said fields) {
	defer func() {
		if failure := recover(); failure != nil {
			said = fields{"error": fmt.Sprint(failure)}
		}
	}()
	return d.answer(asked)
}

// The library reports each failed attempt.
type silent struct{}

func (silent) Debug(string, string)   {}
func (silent) Info(string, string)    {}
func (silent) Warning(string, string) {}
func (silent) Error(string, string)   {}
func (silent) Configure(string)       {}

func main() {
	answers := os.Stdout
	os.Stdout = os.Stderr // stdout belongs to the answers
	quiet := logger.Loggable(silent{})
	logger.Setup(&quiet)
	own := must(keyhelper.GenerateIdentityKeyPair())
	d := &device{
		identity: own, registration: keyhelper.GenerateRegistrationID(), prekeys: map[uint32]*record.PreKey{}, senderKeys: map[string][]byte{},
		signed: must(keyhelper.GenerateSignedPreKey(own, 1, format.SignedPreKeyRecord)),
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var asked request
		said := fields{}
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			said["error"] = err.Error()
		} else {
			said = d.guarded(&asked)
		}
		answers.Write(append(must(json.Marshal(said)), '\n'))
	}
}
