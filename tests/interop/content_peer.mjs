// Reads messages as baileys does, unmodified. One JSON request per line on stdin, one answer per line on stdout.
import {createInterface} from 'node:readline';

for (const method of ['log', 'info', 'warn', 'error', 'debug']) console[method] = () => {};
const {proto} = await import('baileys/WAProto/index.js');
const {getContentType, normalizeMessageContent} = await import('baileys/lib/Utils/messages.js');
const {decryptPollVote} = await import('baileys/lib/Utils/process-message.js');
const {sha256} = await import('baileys/lib/Utils/crypto.js');

const raw = text => Buffer.from(text, 'hex');
const base64 = data => Buffer.from(data).toString('base64');
const kinds = {
    conversation: 'text', extendedTextMessage: 'text', imageMessage: 'image', videoMessage: 'video', audioMessage: 'audio',
    documentMessage: 'document', stickerMessage: 'sticker', locationMessage: 'location', contactMessage: 'contact',
    contactsArrayMessage: 'contact', pollCreationMessage: 'poll', pollCreationMessageV3: 'poll', pollUpdateMessage: 'poll_vote',
    reactionMessage: 'reaction',
};

/** The poll is {id, secret, choices, author, voter}. */
const read = ({message, poll}) => {
    const whole = proto.Message.decode(raw(message));
    const inner = normalizeMessageContent(whole);
    const key = getContentType(inner), content = inner[key];
    const out = {type: kinds[key], secret: whole.messageContextInfo?.messageSecret?.length ?? 0};
    if (key === 'protocolMessage') {
        const {REVOKE, MESSAGE_EDIT} = proto.Message.ProtocolMessage.Type;
        out.type = {[REVOKE]: 'revoke', [MESSAGE_EDIT]: 'edit'}[content.type];
        if (content.editedMessage) out.text = content.editedMessage.conversation || content.editedMessage.extendedTextMessage?.text;
    } else {
        const text = typeof content === 'string' ? content : key === 'reactionMessage' ? undefined : content.text || content.caption;
        if (text) out.text = text;
    }
    if (content.gifPlayback) out.type = 'gif';
    if (content.ptt) out.type = 'voice';
    if (whole.viewOnceMessageV2 || whole.viewOnceMessageV2Extension || whole.viewOnceMessage) out.viewOnce = content.viewOnce;
    if (content.mediaKey?.length)
        out.media = {mimeType: content.mimetype, size: Number(content.fileLength), key: base64(content.mediaKey), path: content.directPath,
                     file: base64(content.fileSha256), encrypted: base64(content.fileEncSha256)};
    if (key === 'locationMessage') out.latitude = content.degreesLatitude;
    if (key === 'contactMessage') out.names = [content.displayName];
    if (key === 'contactsArrayMessage') out.names = content.contacts.map(one => one.displayName);
    if (out.type === 'poll') Object.assign(out, {question: content.name, choices: content.options.map(one => one.optionName), most: content.selectableOptionsCount});
    if (key === 'reactionMessage') out.emoji = content.text;
    const target = content.key || content.pollCreationMessageKey;
    if (target) out.target = {id: target.id, fromMe: target.fromMe, ...(target.participant && {sender: target.participant})};
    if (key === 'pollUpdateMessage') {
        const vote = decryptPollVote(content.vote, {pollCreatorJid: poll.author, pollMsgId: poll.id, pollEncKey: raw(poll.secret), voterJid: poll.voter});
        out.choices = poll.choices.filter(choice => vote.selectedOptions.some(hash => sha256(Buffer.from(choice)).equals(Buffer.from(hash))));
    }
    const about = content.contextInfo;
    if (about?.stanzaId) out.quoted = {id: about.stanzaId, sender: about.participant, text: about.quotedMessage?.conversation};
    if (about?.mentionedJid?.length) out.mentions = about.mentionedJid;
    if (about?.expiration) out.expiresAfter = about.expiration;
    return out;
};

for await (const line of createInterface({input: process.stdin})) {
    let answer;
    try {
        answer = read(JSON.parse(line));
    } catch (error) {
        answer = {error: String(error.stack)};
    }
    process.stdout.write(JSON.stringify(answer) + '\n');
}
