// Messages as baileys writes them, each with what WaQtor has to read in it. Written by the peer 15550101 to 15550100.
import nodeCrypto from 'node:crypto';
import {syncBuiltinESMExports} from 'node:module';
import {bytes, hex, save} from './common.mjs';

const {randomBytes} = nodeCrypto;
let drawn = 0;
nodeCrypto.randomBytes = size => bytes(`message random ${drawn++}`, size);
syncBuiltinESMExports();
Date.now = () => 1700000000000;
const {proto} = await import('baileys/WAProto/index.js');
const {generateWAMessageContent, generateWAMessageFromContent} = await import('baileys/lib/Utils/messages.js');
const {decryptPollVote} = await import('baileys/lib/Utils/process-message.js');
const {aesEncryptGCM, hmacSign, sha256} = await import('baileys/lib/Utils/crypto.js');

const me = '15550100@s.whatsapp.net', peer = '15550101@s.whatsapp.net', third = '15550102@s.whatsapp.net';
const peerLid = '101@lid', group = '120363000000000001@g.us';
const upload = async (path, {mediaType}) => ({mediaUrl: `https://mmg.whatsapp.net/v/${mediaType}.enc?ccb=1`, directPath: `/v/${mediaType}.enc?ccb=1`});
const encode = message => hex(proto.Message.encode(proto.Message.fromObject(message)).finish());
const cases = [];

/** `content` is baileys' input, `expect` is WaQtor's Content; media of it is filled in from what baileys wrote. */
const add = async (name, content, expect, {chat = peer, options = {}, more = {}} = {}) => {
    const inner = await generateWAMessageContent(content, {upload, jid: chat, ...options});
    const {message} = generateWAMessageFromContent(chat, inner, {userJid: peer, messageId: 'SENT', ...options});
    const row = {name, chat, sender: peer, message: encode(message), content: expect, ...more};
    const file = [message, message.viewOnceMessage?.message, message.documentWithCaptionMessage?.message].flatMap(
        one => one ? [one.imageMessage, one.videoMessage, one.audioMessage, one.documentMessage, one.stickerMessage, one.ptvMessage] : []).find(Boolean);
    const base64 = data => Buffer.from(data).toString('base64');
    if (file) row.content.media.remote = {
        direct_path: file.directPath, media_key: base64(file.mediaKey), file_sha256: base64(file.fileSha256),
        file_enc_sha256: base64(file.fileEncSha256),
    };
    cases.push(row);
    return row;
};

const quoted = {key: {remoteJid: group, fromMe: false, id: 'ASKED', participant: third}, message: {conversation: 'متى؟'}};
const file = bytes('message file', 100), thumbnail = bytes('thumbnail', 40);
const place = {degreesLatitude: 21.4225, degreesLongitude: 39.8262, name: 'Makkah', address: 'Saudi Arabia'};
const vcard = name => `BEGIN:VCARD\nVERSION:3.0\nFN:${name}\nEND:VCARD`;

await add('text', {text: 'السلام عليكم 👋'}, {type: 'text', text: 'السلام عليكم 👋'});
cases.push({name: 'conversation', chat: peer, sender: peer, message: encode({conversation: 'hi'}), content: {type: 'text', text: 'hi'}});
await add('quoted in a group', {text: 'غدا'}, {type: 'text', text: 'غدا', quoted: {id: 'ASKED', from_me: false, sender: third, text: 'متى؟'}},
    {chat: group, options: {quoted}});
await add('quoting me', {text: 'yes'}, {type: 'text', text: 'yes', quoted: {id: 'MINE', from_me: true, sender: me, text: 'ok?'}},
    {options: {quoted: {key: {remoteJid: peer, fromMe: false, id: 'MINE', participant: me}, message: {extendedTextMessage: {text: 'ok?'}}}}});
await add('mentions', {text: '@15550100 @101', mentions: [me, peerLid]}, {type: 'text', text: '@15550100 @101', mentions: [me, peerLid]}, {chat: group});
await add('disappearing', {text: 'soon gone'}, {type: 'text', text: 'soon gone', expires_after: 86400}, {options: {ephemeralExpiration: 86400}});
await add('link', {text: 'see https://example.com', linkPreview: {
    'canonical-url': 'https://example.com', 'matched-text': 'https://example.com', title: 'Example', description: 'A page', jpegThumbnail: thumbnail,
}}, {type: 'text', text: 'see https://example.com'}, {more: {link: {url: 'https://example.com', title: 'Example', description: 'A page', thumbnail: hex(thumbnail)}}});
await add('image', {image: file, caption: 'look', jpegThumbnail: thumbnail.toString('base64'), width: 640, height: 480, mimetype: 'image/jpeg'},
    {type: 'image', text: 'look', media: {mime_type: 'image/jpeg', size: 100, width: 640, height: 480}}, {more: {thumbnail: hex(thumbnail)}});
await add('video', {video: file, caption: 'clip', jpegThumbnail: thumbnail.toString('base64'), seconds: 7},
    {type: 'video', text: 'clip', media: {mime_type: 'video/mp4', size: 100, seconds: 7}});
await add('gif', {video: file, gifPlayback: true, jpegThumbnail: thumbnail.toString('base64')}, {type: 'gif', media: {mime_type: 'video/mp4', size: 100}});
await add('video note', {video: file, ptv: true, jpegThumbnail: thumbnail.toString('base64')}, {type: 'video', media: {mime_type: 'video/mp4', size: 100}});
await add('voice', {audio: file, ptt: true, seconds: 3, waveform: bytes('waveform', 64), mimetype: 'audio/ogg; codecs=opus'},
    {type: 'voice', media: {mime_type: 'audio/ogg; codecs=opus', size: 100, seconds: 3}}, {more: {waveform: hex(bytes('waveform', 64))}});
await add('audio', {audio: file, seconds: 200, mimetype: 'audio/mpeg'}, {type: 'audio', media: {mime_type: 'audio/mpeg', size: 100, seconds: 200}});
await add('document', {document: file, fileName: 'عقد.pdf', mimetype: 'application/pdf'},
    {type: 'document', media: {mime_type: 'application/pdf', size: 100, name: 'عقد.pdf'}});
const captioned = await add('document inside', {document: file, fileName: 'a.pdf', mimetype: 'application/pdf', caption: 'sign it'},
    {type: 'document', text: 'sign it', media: {mime_type: 'application/pdf', size: 100, name: 'a.pdf'}});
cases.push({...captioned, name: 'document with caption',
    message: encode({documentWithCaptionMessage: {message: proto.Message.decode(Buffer.from(captioned.message, 'hex'))}})});
await add('sticker', {sticker: file, width: 512, height: 512, isAnimated: true},
    {type: 'sticker', media: {mime_type: 'image/webp', size: 100, width: 512, height: 512}}, {more: {animated: true}});
await add('view once', {image: file, viewOnce: true, jpegThumbnail: thumbnail.toString('base64')},
    {type: 'image', view_once: true, media: {mime_type: 'image/jpeg', size: 100}});
for (const wrapper of ['viewOnceMessageV2', 'viewOnceMessageV2Extension'])
    cases.push({...cases.at(-1), name: wrapper, message: encode({[wrapper]: {
        message: proto.Message.decode(Buffer.from(cases.find(one => one.name === 'view once').message, 'hex')).viewOnceMessage.message}})});
cases.push({name: 'ephemeral wrapper', chat: peer, sender: peer, message: encode({ephemeralMessage: {message: {
    extendedTextMessage: {text: 'gone', contextInfo: {expiration: 604800}}}}}), content: {type: 'text', text: 'gone', expires_after: 604800}, ephemeral: true});
await add('location', {location: place}, {type: 'location', location: {latitude: 21.4225, longitude: 39.8262, name: 'Makkah', address: 'Saudi Arabia'}});
await add('contact', {contacts: {contacts: [{displayName: 'نورة', vcard: vcard('نورة')}]}}, {type: 'contact', contacts: [{name: 'نورة', vcard: vcard('نورة')}]});
await add('contacts', {contacts: {displayName: '2 contacts', contacts: ['A', 'B'].map(name => ({displayName: name, vcard: vcard(name)}))}},
    {type: 'contact', contacts: ['A', 'B'].map(name => ({name, vcard: vcard(name)}))});
const question = {name: 'متى نجتمع؟', values: ['السبت', 'الأحد', 'لا أدري'], messageSecret: bytes('poll secret')};
const poll = {question: question.name, choices: question.values};
await add('poll of one', {poll: {...question, selectableCount: 1}}, {type: 'poll', poll: {...poll, most: 1}}, {more: {secret: hex(question.messageSecret)}});
await add('poll of many', {poll: {...question, selectableCount: 0}}, {type: 'poll', poll: {...poll, most: 0}}, {more: {secret: hex(question.messageSecret)}});
await add('poll of announcements', {poll: {...question, selectableCount: 2, toAnnouncementGroup: true}}, {type: 'poll', poll: {...poll, most: 2}},
    {chat: group, more: {secret: hex(question.messageSecret)}});
await add('reaction to me', {react: {text: '👍', key: {remoteJid: peer, fromMe: false, id: 'MINE'}}}, {type: 'reaction', emoji: '👍', target: {id: 'MINE', from_me: true}});
await add('reaction to himself', {react: {text: '❤️', key: {remoteJid: me, fromMe: true, id: 'HIS'}}}, {type: 'reaction', emoji: '❤️', target: {id: 'HIS', from_me: false}});
await add('reaction in a group', {react: {text: '', key: {remoteJid: group, fromMe: false, id: 'ASKED', participant: third}}},
    {type: 'reaction', emoji: '', target: {id: 'ASKED', from_me: false, sender: third}}, {chat: group});
await add('edit', {text: 'better', edit: {remoteJid: me, fromMe: true, id: 'HIS'}}, {type: 'edit', text: 'better', target: {id: 'HIS', from_me: false}},
    {more: {edited_at: 1700000000000}});
await add('edit of what is not his', {text: 'forged', edit: {remoteJid: group, fromMe: false, id: 'MINE', participant: me}},
    {type: 'edit', text: 'forged', target: {id: 'MINE', from_me: false, sender: peer}}, {chat: group, more: {edited_at: 1700000000000}});
await add('revoke', {delete: {remoteJid: me, fromMe: true, id: 'HIS'}}, {type: 'revoke', target: {id: 'HIS', from_me: false}});
await add('revoke by an admin', {delete: {remoteJid: group, fromMe: false, id: 'MINE', participant: me}},
    {type: 'revoke', target: {id: 'MINE', from_me: true, sender: me}}, {chat: group});
await add('timer', {disappearingMessagesInChat: 604800}, null, {more: {timer: 604800, ephemeral: true}});
cases.push({name: 'pin', chat: peer, sender: peer, message: encode({pinInChatMessage: {key: {remoteJid: me, fromMe: true, id: 'HIS'}, type: 1}}), content: null});
cases.push({name: 'unknown kind', chat: peer, sender: peer, message: encode({productMessage: {body: 'x'}}), content: {type: 'unsupported'}});

// Votes: baileys only opens them, so they are sealed here with its primitives and opened by it.
for (const [name, chat, voter, author, chosen] of [['vote by number', peer, peer, me, [1]], ['vote by LID', group, peerLid, '100@lid', [0, 2]], ['vote for nothing', peer, peer, me, []]]) {
    const sign = Buffer.concat([...['POLL', author, voter, 'Poll Vote'].map(text => Buffer.from(text)), Buffer.from([1])]);
    const key = hmacSign(sign, hmacSign(question.messageSecret, new Uint8Array(32), 'sha256'), 'sha256');
    const vote = proto.Message.PollVoteMessage.encode({selectedOptions: chosen.map(i => sha256(Buffer.from(question.values[i])))}).finish();
    const encIv = bytes(`vote ${name}`, 12);
    const encPayload = aesEncryptGCM(vote, key, encIv, Buffer.from(`POLL\0${voter}`));
    const opened = decryptPollVote({encPayload, encIv}, {pollCreatorJid: author, pollMsgId: 'POLL', pollEncKey: question.messageSecret, voterJid: voter});
    if (opened.selectedOptions.length !== chosen.length) throw new Error('baileys cannot open the vote');
    const target = chat === group ? {id: 'POLL', from_me: true, sender: me} : {id: 'POLL', from_me: true};
    cases.push({
        name, chat, sender: peer,
        message: encode({pollUpdateMessage: {
            pollCreationMessageKey: {remoteJid: chat, fromMe: false, id: 'POLL', ...(chat === group && {participant: me})},
            vote: {encPayload, encIv}, senderTimestampMs: 1700000000000,
        }}),
        content: {type: 'poll_vote', target, choices: chosen.map(i => question.values[i])},
    });
}
nodeCrypto.randomBytes = randomBytes;
syncBuiltinESMExports();
// Content as JSON names its members in camel case.
const camel = value => Array.isArray(value) ? value.map(camel) : value && typeof value === 'object'
    ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key.replace(/_(.)/g, (_, letter) => letter.toUpperCase()), camel(one)])) : value;
for (const one of cases) one.content = camel(one.content);
save('messages.json', {
    me, me_lid: '100@lid', sender_lid: peerLid, poll: {secret: hex(question.messageSecret), choices: question.values}, cases,
});
